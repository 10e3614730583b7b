"""The back channel in front of Flask answers what Flask's own routes answer."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.app import create_app
from idp.storage.db import Base
from idp.web.oidc.exchange import Shortcut
from tests.conftest import make_settings
from tests.protocol.back_channel import BackChannel, basic

REQUESTS = [
    ("POST", "/token", {"grant_type": "client_credentials"}, basic("gateway")),
    ("POST", "/token", {"grant_type": "é"}, basic("gateway")),
    ("POST", "/token", {}, {}),
    ("POST", "/token?x=1", {}, {}),
    ("POST", "/introspect", {"token": "x"}, basic("gateway")),
    ("POST", "/revoke", {"token": "x"}, basic("gateway")),
    ("GET", "/userinfo", {}, {}),
    ("POST", "/userinfo", {"access_token": "x"}, {}),
]

#: Flask names a type for an empty body too, and tokens differ in length.
_ABOUT_THE_BODY = {"Content-Length", "Content-Type"}


@pytest.mark.parametrize(("method", "path", "form", "headers"), REQUESTS)
def test_both_answer_alike(
    shared: BackChannel, method: str, path: str, form: dict[str, str], headers: dict[str, str]
) -> None:
    def ask() -> tuple[int, dict[str, str], int]:
        answer = shared.http.open(path, method=method, data=form or None, headers=headers)
        own = {name: value for name, value in answer.headers.items() if name not in _ABOUT_THE_BODY}
        return answer.status_code, own, len(answer.data)

    quick = ask()
    front = shared.app.wsgi_app
    shared.app.wsgi_app = shared.app.__class__.wsgi_app.__get__(shared.app)  # type: ignore[method-assign]
    try:
        assert ask() == quick
    finally:
        shared.app.wsgi_app = front  # type: ignore[method-assign]


def test_an_unexpected_failure_is_answered_without_a_word_about_it(
    channel: BackChannel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("amina@citizen.example")

    monkeypatch.setattr(type(channel.services.tokens), "open_access", fail)

    answer = channel.userinfo("x")

    assert answer.status_code == 500
    assert answer.get_json() == {"error": "server_error"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "RuntimeError" in caplog.text
    assert "amina@citizen.example" not in caplog.text


def _limited(folder: object, **server: int) -> BackChannel:
    settings = make_settings(folder, limits={"token": "3/minute"}, server=server)  # type: ignore[arg-type]
    app: Flask = create_app(settings)
    with app.app_context():
        services = app.extensions["proffer"]
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        return BackChannel(app)


def test_an_address_that_keeps_failing_has_to_wait_and_one_that_does_not_does_not(tmp_path: object) -> None:
    channel = _limited(tmp_path)
    grant = {"grant_type": "client_credentials"}

    for _ in range(5):
        assert channel.post("/token", grant, headers=basic("gateway")).status_code == 200
    failed = [channel.post("/token", grant, headers=basic("gateway", "wrong")).status_code for _ in range(4)]

    assert failed == [401, 401, 401, 429]
    assert "Retry-After" in channel.post("/token", grant).headers
    assert channel.post("/token", grant, headers=basic("gateway")).status_code == 200


def test_behind_a_proxy_it_is_the_caller_who_has_to_wait(tmp_path: object) -> None:
    channel = _limited(tmp_path, trusted_proxies=1)

    def failing(address: str) -> int:
        return channel.post("/token", {}, headers={"X-Forwarded-For": address}).status_code

    assert [failing("203.0.113.1") for _ in range(2)] == [400, 400]
    for _ in range(3):
        channel.post("/token", {"grant_type": "client_credentials"}, headers={"X-Forwarded-For": "203.0.113.1"})
    wrong = {"grant_type": "client_credentials"}
    assert channel.post("/token", wrong, headers={"X-Forwarded-For": "203.0.113.1"}).status_code == 429
    assert channel.post("/token", wrong, headers={"X-Forwarded-For": "203.0.113.2"}).status_code == 401


def test_the_shortcut_stands_behind_the_middleware_that_knows_the_proxies(tmp_path: object) -> None:
    app = _limited(tmp_path, trusted_proxies=1).app

    assert not isinstance(app.wsgi_app, Shortcut)
