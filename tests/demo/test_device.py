"""The demonstration's device on the command line. RFC 8628 §3."""

from __future__ import annotations

from socket import socket
from typing import Any

import pytest

from idp.demo import device

ISSUER = "http://localhost:8000"
BEGUN: dict[str, Any] = {
    "device_code": "secret-of-the-device",
    "user_code": "BCDF-GHJK",
    "verification_uri": f"{ISSUER}/device",
    "verification_uri_complete": f"{ISSUER}/device?user_code=BCDF-GHJK",
    "expires_in": 600,
    "interval": 5,
}


class Provider:
    """Answers as scripted, and keeps how long the device waited."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.waits: list[int] = []

    def call(self, address: str, form: dict[str, str] | None = None, *, bearer: str | None = None) -> dict[str, Any]:
        if address.endswith("openid-configuration"):
            return {f"{name}_endpoint": f"/{name}" for name in ("device_authorization", "token", "userinfo")}
        if address == "/userinfo":
            return {"sub": "x", "given_name": f"Amina with {bearer}"}
        assert form is not None
        return BEGUN if address == "/device_authorization" else self.answers.pop(0)


def run(monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any]) -> tuple[int, Provider]:
    provider = Provider(*answers)
    monkeypatch.setattr(device, "_call", provider.call)
    monkeypatch.setattr("time.sleep", provider.waits.append)
    return device.main([ISSUER, "tv"]), provider


def test_it_shows_code_and_qr_code_and_waits_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, provider = run(
        monkeypatch, {"error": "authorization_pending"}, {"error": "slow_down"}, {"access_token": "a-token"}
    )

    shown = capsys.readouterr().out
    assert code == 0
    assert provider.waits == [5, 5, 10]
    assert "type BCDF-GHJK" in shown
    assert "█" in shown
    assert "Hello, Amina with a-token." in shown
    assert BEGUN["device_code"] not in shown


def test_it_says_when_nothing_came_of_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = run(monkeypatch, {"error": "access_denied"})

    assert code == 1
    assert "access_denied" in capsys.readouterr().out


def test_a_provider_that_is_not_there_is_one_clear_line() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(SystemExit, match=r"^http://127\.0\.0\.1:\d+/\S+ cannot be reached: "):
            device.main([nobody, "tv"])
