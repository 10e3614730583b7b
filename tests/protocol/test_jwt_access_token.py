"""Access tokens that resource servers read themselves. RFC 9068."""

from __future__ import annotations

from typing import Any

import pytest

from idp.clients.cache import ClientCache
from idp.clients.reading import parse
from idp.crypto import jose
from tests.doubles import FrozenClock
from tests.protocol.back_channel import ACCOUNT, API, FILE, ISSUER, SUBJECT, BackChannel, basic, error_of
from tests.tokens.rig import counted

SCOPE = ("openid", "email", "offline_access", "reports:read")


def read(channel: BackChannel, token: str, algorithm: str = "RS256") -> jose.VerifiedJwt:
    """What a resource server does with it (§4)."""
    keys = jose.VerifyingKeys.from_jwks(channel.http.get("/jwks.json").get_json())
    return jose.verify(token, keys=keys, algorithms={algorithm})


def test_it_holds_what_section_2_2_asks_for_and_no_details(shared: BackChannel) -> None:
    token = read(shared, shared.api_token(scope=SCOPE))

    assert token.header["typ"] == "at+jwt"
    said = dict(token.claims)
    assert len(said.pop("jti")) > 40
    assert said == {
        "iss": ISSUER,
        "aud": API,
        "sub": SUBJECT,
        "client_id": "permits",
        "iat": shared.seconds,
        "exp": shared.seconds + 600,
        "scope": "reports:read",
        "auth_time": shared.seconds - 60,
        "acr": "urn:proffer:acr:password",
        "amr": ["pwd"],
    }


def test_each_has_a_jti_of_its_own_that_tells_nothing(shared: BackChannel) -> None:
    first, second = (read(shared, shared.api_token()).claims["jti"] for _ in range(2))

    assert first != second
    assert "grant-of-permits" not in first


def test_it_is_signed_as_the_resource_server_registered(channel: BackChannel) -> None:
    gateway: dict[str, Any] = {**FILE["clients"][-1], "access_token_signed_response_alg": "ES256"}
    channel.services.clients.register(parse({**FILE, "clients": [gateway], "uses": []}))

    assert read(channel, channel.api_token(), "ES256").claims["aud"] == API


@pytest.mark.parametrize("method", ["header", "body"])
def test_userinfo_does_not_know_it(shared: BackChannel, method: str) -> None:
    token = shared.api_token(scope=SCOPE)
    answer = shared.userinfo(token) if method == "header" else shared.post("/userinfo", {"access_token": token})

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_an_id_token_is_no_access_token_rfc_9068_5(shared: BackChannel) -> None:
    assert shared.introspect(shared.tokens()["id_token"]) == {"active": False}


def test_it_ends(channel: BackChannel, clock: FrozenClock) -> None:
    token = channel.api_token()
    clock.advance(seconds=600)

    assert channel.introspect(token) == {"active": False}


def test_it_ends_when_the_citizen_stops_sharing(channel: BackChannel) -> None:
    token = channel.api_token()
    channel.services.consent.withdraw(account_id=ACCOUNT, grant_id="grant-of-permits")

    assert channel.introspect(token) == {"active": False}


def test_a_replayed_code_ends_it(shared: BackChannel) -> None:
    code = shared.code(resources=(API,))
    token = shared.exchange(code, resource=API).get_json()["access_token"]

    assert error_of(shared.exchange(code, resource=API)) == (400, "invalid_grant")

    assert shared.introspect(token) == {"active": False}


def test_a_changed_one_is_not_active(shared: BackChannel) -> None:
    head, body, signature = shared.api_token().split(".")

    assert shared.introspect(f"{head}.{body}.{signature[:-4]}AAAA") == {"active": False}


def test_a_client_gets_one_for_itself(shared: BackChannel) -> None:
    form = {"grant_type": "client_credentials", "scope": "reports:read", "resource": API}
    answer = shared.post("/token", form, headers=basic("gateway")).get_json()

    said = read(shared, answer["access_token"]).claims
    assert (said["sub"], said["client_id"], said["aud"]) == ("gateway", "gateway", API)
    assert said["scope"] == answer["scope"] == "reports:read"
    assert not {"auth_time", "acr", "amr"} & said.keys()
    assert shared.introspect(answer["access_token"])["sub"] == "gateway"


def test_it_takes_no_statement_to_make(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"grant_type": "client_credentials", "resource": API}
    channel.post("/token", form, headers=basic("gateway"))
    monkeypatch.setattr(type(channel.services.keys), "_fresh", lambda *_: True)
    held = {"gateway": channel.services.clients.get("gateway")}
    monkeypatch.setattr(channel.services.clients, "get", held.get)
    monkeypatch.setattr(ClientCache, "owner", lambda *_: held["gateway"])

    with counted(channel.services.db.engine) as statements:
        assert channel.post("/token", form, headers=basic("gateway")).status_code == 200

    assert statements.count == 0
