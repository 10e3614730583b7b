"""Exchanging codes over HTTP (RFC 6749 §4.1.3, OIDC Core §3.1.3)."""

from __future__ import annotations

import pytest

from tests.protocol.back_channel import CALLBACK, ISSUER, SUBJECT, VERIFIER, BackChannel, basic, error_of
from tests.tokens.rig import counted


def test_a_code_becomes_tokens(shared: BackChannel) -> None:
    answer = shared.exchange(shared.code())

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"
    body = answer.get_json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 600
    assert body["scope"] == "openid profile email offline_access"


@pytest.mark.parametrize("client_id", ["permits", "library", "app", "signer"])
def test_every_way_of_authentication_leads_to_tokens(shared: BackChannel, client_id: str) -> None:
    assert "id_token" in shared.tokens(client_id)


def test_a_code_is_redeemed_before_anything_is_minted(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Authlib mints first and deletes the code afterwards."""
    code = channel.code()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(channel.services.tokens), "access_token", fail)
    assert channel.exchange(code).status_code == 500
    monkeypatch.undo()

    assert error_of(channel.exchange(code)) == (400, "invalid_grant")


def test_a_replayed_code_is_refused_and_its_tokens_die(shared: BackChannel) -> None:
    """RFC 6749 §4.1.2."""
    code = shared.code()
    tokens = shared.exchange(code).get_json()
    assert shared.userinfo(tokens["access_token"]).status_code == 200

    assert error_of(shared.exchange(code)) == (400, "invalid_grant")

    assert shared.userinfo(tokens["access_token"]).status_code == 401
    assert shared.introspect(tokens["access_token"]) == {"active": False}
    assert error_of(shared.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_code_is_for_its_own_client(shared: BackChannel) -> None:
    code = shared.code("permits")

    assert error_of(shared.exchange(code, client_id="library")) == (400, "invalid_grant")
    assert shared.exchange(code).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": VERIFIER[::-1]},
        {"code_verifier": "short"},
        {"redirect_uri": None},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": 'https://permits.example/"é'},
        {"code": "made up"},
        {"code": "é"},
    ],
)
def test_whatever_does_not_fit_is_an_invalid_grant(shared: BackChannel, changes: dict[str, str | None]) -> None:
    assert error_of(shared.exchange(**{"code": shared.code()} | changes)) == (400, "invalid_grant")  # type: ignore[arg-type]


def test_a_verifier_without_a_challenge_is_an_invalid_grant(shared: BackChannel) -> None:
    """RFC 9700 §4.8.2."""
    assert error_of(shared.exchange(shared.code(challenge=None))) == (400, "invalid_grant")
    assert shared.exchange(shared.code(challenge=None), code_verifier=None).status_code == 200


def test_without_a_code_the_request_is_invalid(shared: BackChannel) -> None:
    answer = shared.post("/token", {"grant_type": "authorization_code"}, headers=basic("permits"))

    assert error_of(answer) == (400, "invalid_request")


def test_a_client_exchanges_codes_only_if_it_registered_to(shared: BackChannel) -> None:
    answer = shared.post("/token", {"grant_type": "authorization_code", "code": "x"}, headers=basic("gateway"))

    assert error_of(answer) == (400, "unauthorized_client")


def test_no_refresh_token_without_offline_access(shared: BackChannel) -> None:
    """OIDC Core §11."""
    assert "refresh_token" not in shared.tokens(scope=("openid", "email"))


def test_no_refresh_token_for_a_client_that_did_not_register_for_one(shared: BackChannel) -> None:
    assert "refresh_token" not in shared.tokens("signer", scope=("openid", "offline_access"))


def test_no_id_token_without_openid(shared: BackChannel) -> None:
    assert "id_token" not in shared.tokens(scope=("reports:read",))


def test_a_token_says_nothing_about_the_citizen(shared: BackChannel) -> None:
    tokens = shared.tokens()

    for value in ("Amina", "amina@citizen.example", SUBJECT):
        assert value not in tokens["access_token"] + tokens["refresh_token"]
    assert shared.claims(tokens["id_token"])["iss"] == ISSUER


def test_an_exchange_takes_two_statements(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    channel.tokens()
    held = {name: channel.services.clients.get(name) for name in ("permits",)}
    monkeypatch.setattr(channel.services.clients, "get", held.get)
    monkeypatch.setattr(type(channel.services.keys), "_fresh", lambda *_: True)
    code = channel.code()

    with counted(channel.services.db.engine) as statements:
        assert channel.exchange(code).status_code == 200

    assert (statements.count, statements.writes) == (2, 1)
