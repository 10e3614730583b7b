"""UserInfo (OIDC Core §5.3) and presenting access tokens (RFC 6750)."""

from __future__ import annotations

from typing import Any

import pytest

from idp.crypto import jose
from tests.doubles import FrozenClock
from tests.protocol.back_channel import ACCOUNT, ISSUER, SUBJECT, BackChannel
from tests.tokens.rig import counted

SHARED = {"sub": SUBJECT, "given_name": "Amina", "email": "amina@citizen.example", "email_verified": False}


def challenge(answer: Any) -> str:
    assert answer.headers["Cache-Control"] == "no-store"
    value: str = answer.headers["WWW-Authenticate"]
    assert value.startswith(f'Bearer realm="{ISSUER}"')
    return value


def test_a_service_learns_what_was_shared_and_nothing_else(shared: BackChannel) -> None:
    """A claim left unticked is not null, it is not there."""
    answer = shared.userinfo(shared.tokens()["access_token"])

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == SHARED


def test_only_what_the_token_asked_for_is_released(shared: BackChannel) -> None:
    token = shared.tokens(userinfo_claims=("email",))["access_token"]

    assert shared.userinfo(token).get_json() == {"sub": SUBJECT, "email": "amina@citizen.example"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_comes_in_a_header_by_get_or_post(shared: BackChannel, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {shared.tokens()['access_token']}"}

    assert shared.http.get("/userinfo", headers=headers).get_json() == SHARED
    assert shared.http.post("/userinfo", headers=headers).get_json() == SHARED
    assert shared.http.post("/userinfo", headers=headers, json={"a": 1}).get_json() == SHARED


def test_the_token_comes_in_the_body_of_a_post(shared: BackChannel) -> None:
    """RFC 6750 §2.2."""
    token = shared.tokens()["access_token"]

    assert shared.post("/userinfo", {"access_token": token}).get_json() == SHARED


def test_a_token_in_the_query_is_refused(shared: BackChannel) -> None:
    """RFC 6750 §2.3, §5.3: addresses are logged."""
    token = shared.tokens()["access_token"]

    for headers in ({}, {"Authorization": f"Bearer {token}"}):
        answer = shared.http.get("/userinfo", query_string={"access_token": token}, headers=headers)
        assert answer.status_code == 400
        assert 'error="invalid_request"' in challenge(answer)


def test_a_token_in_two_places_is_refused(shared: BackChannel) -> None:
    token = shared.tokens()["access_token"]

    answer = shared.post("/userinfo", {"access_token": token}, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")
    twice = shared.http.post(
        "/userinfo",
        data=f"access_token={token}&access_token={token}",
        content_type="application/x-www-form-urlencoded",
    )
    assert (twice.status_code, twice.get_json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "DPoP x"}])
def test_without_a_token_the_challenge_names_no_error(shared: BackChannel, headers: dict[str, str]) -> None:
    """RFC 6750 §3.1."""
    answer = shared.http.get("/userinfo", headers=headers)

    assert answer.status_code == 401
    assert challenge(answer) == f'Bearer realm="{ISSUER}"'
    assert answer.data == b""


@pytest.mark.parametrize("token", ["x", "at_x", "at_" + "A" * 200, "rt_AAAA", "a.b.c"])
def test_a_made_up_token_is_refused(shared: BackChannel, token: str) -> None:
    answer = shared.userinfo(token)

    assert answer.status_code == 401
    assert 'error="invalid_token"' in challenge(answer)


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", 'Bearer "', "Bearer é", "Bearer \x7f"])
def test_a_malformed_header_is_an_invalid_request(shared: BackChannel, header: str) -> None:
    answer = shared.http.get("/userinfo", headers={"Authorization": header})

    assert answer.status_code == 400
    assert 'error="invalid_request"' in challenge(answer)


def test_a_token_ends_when_its_time_is_over(channel: BackChannel, clock: FrozenClock) -> None:
    token = channel.tokens()["access_token"]
    clock.advance(seconds=600)

    assert channel.userinfo(token).status_code == 401


def test_a_refresh_or_id_token_is_no_access_token(shared: BackChannel) -> None:
    tokens = shared.tokens()

    assert shared.userinfo(tokens["refresh_token"]).status_code == 401
    assert shared.userinfo(tokens["id_token"]).status_code == 401


def test_a_token_without_openid_is_for_less_than_this(shared: BackChannel) -> None:
    answer = shared.userinfo(shared.tokens(scope=("email",))["access_token"])

    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in challenge(answer)


def test_stopping_ends_the_token_at_once(channel: BackChannel) -> None:
    token = channel.tokens()["access_token"]

    channel.services.consent.withdraw(account_id=ACCOUNT, grant_id="grant-of-permits")

    assert channel.userinfo(token).status_code == 401


def test_a_suspended_service_learns_nothing_more(channel: BackChannel) -> None:
    token = channel.tokens()["access_token"]

    channel.services.clients.suspend("permits")

    assert channel.userinfo(token).status_code == 401


def test_values_sealed_under_another_key_do_not_leave(shared: BackChannel) -> None:
    """The grant was decided on anew after this token was made."""
    token = shared.tokens(grant_key=b"another key, also with 32 bytes.")["access_token"]

    assert shared.userinfo(token).status_code == 401


def test_an_answer_is_signed_for_a_client_that_registered_for_it(shared: BackChannel) -> None:
    """OIDC Core §5.3.2."""
    answer = shared.userinfo(shared.tokens("library")["access_token"])

    assert answer.headers["Content-Type"] == "application/jwt"
    assert answer.headers["Cache-Control"] == "no-store"
    keys = jose.VerifyingKeys.from_jwks(shared.http.get("/jwks.json").get_json())
    said = jose.verify(answer.text, keys=keys, algorithms=("RS256",))
    assert dict(said.claims) == SHARED | {"iss": ISSUER, "aud": "library"}


def test_an_oversized_body_is_refused(shared: BackChannel) -> None:
    answer = shared.http.post(
        "/userinfo", data=b"access_token=" + b"A" * 70_000, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 413


def test_userinfo_takes_one_statement(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    token = channel.tokens()["access_token"]
    held = {name: channel.services.clients.get(name) for name in ("permits",)}
    monkeypatch.setattr(channel.services.clients, "get", held.get)
    monkeypatch.setattr(type(channel.services.keys), "_fresh", lambda *_: True)

    with counted(channel.services.db.engine) as statements:
        assert channel.userinfo(token).status_code == 200

    assert statements.count == 1
