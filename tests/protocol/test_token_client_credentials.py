"""Tokens that a client has for itself (RFC 6749 §4.4)."""

from __future__ import annotations

import pytest

from tests.protocol.back_channel import BackChannel, basic, error_of
from tests.tokens.rig import counted

GRANT = {"grant_type": "client_credentials"}


def test_a_client_gets_the_scopes_that_it_registered(shared: BackChannel) -> None:
    answer = shared.post("/token", GRANT, headers=basic("gateway"))

    body = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert body["scope"] == "reports:read reports:write"
    assert body["expires_in"] == 600


def test_a_client_may_ask_for_less(shared: BackChannel) -> None:
    answer = shared.post("/token", GRANT | {"scope": "reports:read"}, headers=basic("gateway"))

    assert answer.get_json()["scope"] == "reports:read"


@pytest.mark.parametrize("scope", ["admin", "reports:read admin", "openid", "email", 'a"b', "é"])
def test_a_client_may_not_ask_for_more_nor_about_a_citizen(shared: BackChannel, scope: str) -> None:
    answer = shared.post("/token", GRANT | {"scope": scope}, headers=basic("gateway"))

    assert error_of(answer) == (400, "invalid_scope")


def test_a_client_that_proves_nothing_gets_nothing(shared: BackChannel) -> None:
    assert error_of(shared.post("/token", GRANT | {"client_id": "app"})) == (400, "unauthorized_client")


def test_a_client_that_did_not_register_for_it_gets_nothing(shared: BackChannel) -> None:
    assert error_of(shared.post("/token", GRANT, headers=basic("permits"))) == (400, "unauthorized_client")


def test_the_token_is_about_no_citizen(shared: BackChannel) -> None:
    token = shared.post("/token", GRANT, headers=basic("gateway")).get_json()["access_token"]

    assert shared.userinfo(token).status_code == 403
    assert shared.introspect(token)["sub"] == "gateway"


def test_it_takes_no_statement_and_with_an_assertion_one(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    channel.post("/token", GRANT, headers=basic("gateway"))
    held = {name: channel.services.clients.get(name) for name in ("gateway", "signer")}
    monkeypatch.setattr(channel.services.clients, "get", held.get)
    monkeypatch.setattr(type(channel.services.keys), "_fresh", lambda *_: True)

    with counted(channel.services.db.engine) as statements:
        assert channel.post("/token", GRANT, headers=basic("gateway")).status_code == 200
    assert statements.count == 0
    with counted(channel.services.db.engine) as statements:
        assert channel.post("/token", GRANT | channel.assertion()).status_code == 200
    assert statements.count == 1
