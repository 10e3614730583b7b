"""Introspection (RFC 7662)."""

from __future__ import annotations

import pytest

from idp.clients.reading import parse
from tests.doubles import FrozenClock
from tests.protocol.back_channel import ACCOUNT, API, FILE, ISSUER, SUBJECT, BackChannel, basic, error_of
from tests.tokens.rig import counted

INACTIVE = {"active": False}


def test_a_resource_server_learns_what_it_needs_and_no_claims(shared: BackChannel) -> None:
    about = shared.introspect(shared.api_token(scope=("openid", "email", "reports:read")))

    assert about == {
        "active": True,
        "client_id": "permits",
        "sub": SUBJECT,
        "iss": ISSUER,
        "scope": "reports:read",
        "aud": API,
        "token_type": "Bearer",
        "iat": shared.seconds,
        "exp": shared.seconds + 600,
        "acr": "urn:proffer:acr:password",
        "auth_time": shared.seconds - 60,
    }


def test_an_answer_is_kept_by_no_cache(shared: BackChannel) -> None:
    answer = shared.post("/introspect", {"token": "x"}, headers=basic("gateway"))

    assert (answer.status_code, answer.get_json()) == (200, INACTIVE)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_whatever_is_no_access_token_is_not_active(shared: BackChannel, kind: str) -> None:
    """Authlib answers 401 for an ID token."""
    assert shared.introspect(shared.tokens()[kind]) == INACTIVE


@pytest.mark.parametrize("token", ["x", "é", "at_x", "at_" + "A" * 300, "a.b.c", "x" * 60_000])
def test_a_made_up_token_is_not_active(shared: BackChannel, token: str) -> None:
    assert shared.introspect(token) == INACTIVE


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "id_token", "é"])
def test_a_hint_changes_nothing(shared: BackChannel, hint: str) -> None:
    form = {"token": shared.api_token(), "token_type_hint": hint}

    assert shared.post("/introspect", form, headers=basic("gateway")).get_json()["active"] is True


def test_a_token_is_not_active_once_it_ended(channel: BackChannel, clock: FrozenClock) -> None:
    token = channel.api_token()
    clock.advance(seconds=600)

    assert channel.introspect(token) == INACTIVE


def test_a_token_is_not_active_once_sharing_was_stopped(channel: BackChannel) -> None:
    token = channel.api_token()
    channel.services.consent.withdraw(account_id=ACCOUNT, grant_id="grant-of-permits")

    assert channel.introspect(token) == INACTIVE


def test_a_token_of_a_suspended_client_is_not_active(channel: BackChannel) -> None:
    token = channel.api_token()
    channel.services.clients.suspend("permits")

    assert channel.introspect(token) == INACTIVE


def test_only_resource_servers_may_ask(shared: BackChannel) -> None:
    token = shared.api_token()

    assert error_of(shared.post("/introspect", {"token": token}, headers=basic("permits"))) == (
        403,
        "unauthorized_client",
    )
    assert error_of(shared.post("/introspect", {"token": token, "client_id": "app"})) == (403, "unauthorized_client")


@pytest.mark.parametrize("headers", [{}, basic("gateway", "wrong")])
def test_nobody_may_ask_without_proving_who_they_are(shared: BackChannel, headers: dict[str, str]) -> None:
    assert error_of(shared.post("/introspect", {"token": "x"}, headers=headers)) == (401, "invalid_client")


def test_without_a_token_the_request_is_invalid(shared: BackChannel) -> None:
    assert error_of(shared.post("/introspect", {}, headers=basic("gateway"))) == (400, "invalid_request")


def test_a_token_in_the_query_is_refused(shared: BackChannel) -> None:
    answer = shared.post("/introspect?token=x", {}, headers=basic("gateway"))

    assert error_of(answer) == (400, "invalid_request")


def test_it_takes_one_statement(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    token = channel.api_token()
    held = {name: channel.services.clients.get(name) for name in ("permits", "gateway")}
    monkeypatch.setattr(channel.services.clients, "get", held.get)
    monkeypatch.setattr(type(channel.services.keys), "_fresh", lambda *_: True)

    with counted(channel.services.db.engine) as statements:
        assert channel.introspect(token)["active"] is True

    assert statements.count == 1


def test_a_token_for_userinfo_is_no_business_of_a_resource_server(shared: BackChannel) -> None:
    """RFC 7662 §4: or it would take for a key of its own what its caller got for something else."""
    assert shared.introspect(shared.tokens()["access_token"]) == INACTIVE


def test_a_resource_server_learns_of_tokens_for_its_own_audiences_only(channel: BackChannel) -> None:
    other = {
        **FILE["clients"][-1],
        "client_id": "archive",
        "audiences": ["https://archive.example"],
        "resources": [],
    }
    channel.services.clients.register(parse({**FILE, "clients": [other], "uses": []}))

    asked = channel.post("/introspect", {"token": channel.api_token()}, headers=basic("archive"))

    assert asked.get_json() == INACTIVE


def test_a_service_may_ask_about_a_token_that_was_made_for_itself(shared: BackChannel) -> None:
    token = shared.post("/token", {"grant_type": "client_credentials"}, headers=basic("gateway")).get_json()

    about = shared.introspect(token["access_token"])

    assert (about["active"], about["client_id"]) == (True, "gateway")
    assert about["jti"]
    assert "aud" not in about
