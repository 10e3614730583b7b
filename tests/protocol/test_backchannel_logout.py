"""OpenID Connect Back-Channel Logout 1.0."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from jwcrypto import jwe, jwk

from idp.authentication.values import Origin
from idp.crypto import jose
from idp.notices.values import State
from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.outbound.servers import Server, saying
from tests.protocol.logging_out import (
    agree_with_the_shop,
    end_session,
    is_signed_in,
    receiving,
    register_with_logout,
    sign_on,
    tokens_received,
)
from tests.protocol.sign_on import ISSUER, PASSWORD, Browser

ENCRYPTED: dict[str, Any] = {
    "id_token_encrypted_response_alg": "RSA-OAEP-256",
    "id_token_encrypted_response_enc": "A256GCM",
}
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, outbound={"allowed_hosts": ["127.0.0.1"], "timeout_seconds": 2})


@pytest.fixture
def service() -> Iterator[Server]:
    with receiving() as server:
        yield server


@pytest.fixture
def signed_on(citizen: Browser, services: Services, service: Server) -> Browser:
    register_with_logout(services, port=service.port)
    citizen.agree("given_name")
    return citizen


def told(service: Server, count: int = 1) -> list[dict[str, object]]:
    """What the service was sent by the threads that tell at once."""
    deadline = time.monotonic() + 5
    while len(service.requests) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    received = tokens_received(service)
    assert len(received) == count
    return received


def test_a_service_is_told_at_once_that_its_session_has_ended(
    signed_on: Browser, service: Server, services: Services, clock: FrozenClock
) -> None:
    """§2.4, §2.5: by form, signed as its ID tokens are, with sub and sid of the ID token, one event and no nonce."""
    id_token = sign_on(signed_on)

    end_session(signed_on, id_token_hint=id_token["id_token"])

    (token,) = told(service)
    now = int(clock.now().timestamp())
    assert token["header"] == {"alg": "RS256", "kid": token["header"]["kid"], "typ": "logout+jwt"}
    assert {name: token[name] for name in ("iss", "aud", "sub", "sid", "iat", "exp", "events")} == {
        "iss": ISSUER,
        "aud": "permits",
        "sub": id_token["sub"],
        "sid": id_token["sid"],
        "iat": now,
        "exp": now + 120,
        "events": {EVENT: {}},
    }
    assert "nonce" not in token
    assert len(str(token["jti"])) == 22
    keys = jose.VerifyingKeys.from_jwks(signed_on.http.get("/jwks.json").get_json())
    jose.verify(str(token["token"]), keys=keys, algorithms={"RS256"})
    assert b"content-type: application/x-www-form-urlencoded" in service.requests[0].lower()


def test_every_service_of_the_session_is_told_and_no_other(
    signed_on: Browser, service: Server, services: Services, new_browser: Callable[[], Browser]
) -> None:
    """§2.3."""
    sign_on(signed_on)
    agree_with_the_shop(signed_on)
    other = new_browser()
    register_with_logout(services, port=service.port)
    other.sign_in()
    sign_on(other)

    services.logout.sign_out(signed_on.signed_in())

    assert {token["aud"] for token in told(service, 2)} == {"permits", "shop"}
    assert is_signed_in(other)


def test_a_service_without_an_address_costs_a_sign_on_nothing(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")
    sign_on(citizen)
    services.logout.sign_out(citizen.signed_in())

    assert services.notices.list() == ()


def test_a_service_that_fails_is_told_again_later_with_the_same_jti_and_a_fresh_time(
    citizen: Browser, services: Services, clock: FrozenClock
) -> None:
    """§2.8; `jti` lets the service see that it is the same."""
    answers = iter([b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
    with receiving(lambda sock: sock.sendall(next(answers))) as service:
        register_with_logout(services, port=service.port)
        citizen.agree("given_name")
        services.notices.close()
        services.logout.sign_out(citizen.signed_in())

        assert services.notices.tell_due()
        assert services.notices.list()[0].last_error == "not_taken"
        assert not services.notices.tell_due()
        clock.advance(seconds=30)
        assert services.notices.tell_due()

        first, second = tokens_received(service)
    assert first["jti"] == second["jti"]
    assert second["iat"] - first["iat"] == 30
    assert services.notices.list()[0].state is State.TOLD


def test_a_service_whose_id_tokens_are_encrypted_gets_its_logout_tokens_encrypted(
    citizen: Browser, services: Services, service: Server
) -> None:
    """§2.4: signed first, then encrypted, to the same keys."""
    key = jwk.JWK.generate(kty="RSA", size=2048, kid="mine", use="enc", alg="RSA-OAEP-256")
    jwks = {"keys": [json.loads(key.export_public())]}
    register_with_logout(services, port=service.port, jwks=jwks, **ENCRYPTED)
    citizen.agree("given_name")
    services.logout.sign_out(citizen.signed_in())

    services.notices.close(wait_seconds=5)
    sent = parse_qs(service.requests[0].partition(b"\r\n\r\n")[2].decode())["logout_token"][0]
    box = jwe.JWE()
    box.deserialize(sent, key)

    assert json.loads(box.objects["protected"])["cty"] == "JWT"
    inside = jose.unverified(box.payload.decode())
    assert inside.header["typ"] == "logout+jwt"
    assert inside.claims["events"] == {EVENT: {}}


def test_a_service_that_wants_encryption_and_shows_no_key_is_not_told_in_clear(
    citizen: Browser, services: Services, service: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = jwk.JWK.generate(kty="RSA", size=2048, kid="mine", use="enc", alg="RSA-OAEP-256")
    jwks = {"keys": [json.loads(key.export_public())]}
    register_with_logout(services, port=service.port, jwks=jwks, **ENCRYPTED)
    citizen.agree("given_name")
    client = services.clients.get("permits")
    assert client is not None
    services.notices.close()
    services.logout.sign_out(citizen.signed_in())
    mute = replace(client, jwks={"keys": []})
    monkeypatch.setattr(services.clients, "get", lambda _client_id: mute)

    services.notices.tell_due()

    assert services.notices.list()[0].last_error == "no_key"
    assert service.requests == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "address_refused"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "bad_status"),
        (b"nonsense", "no_answer"),
    ],
)
def test_what_went_wrong_is_kept_in_a_word_of_ours(
    citizen: Browser, services: Services, answer: bytes, error: str
) -> None:
    with receiving(saying(answer)) as service:
        register_with_logout(services, port=service.port)
        citizen.agree("given_name")
        services.notices.close()
        services.logout.sign_out(citizen.signed_in())
        services.notices.tell_due()

    (notice,) = services.notices.list()
    assert (notice.state, notice.last_error) == (State.WAITING, error)


def test_the_row_that_waits_holds_what_the_service_knows_already_and_nothing_else(
    signed_on: Browser, services: Services
) -> None:
    id_token = sign_on(signed_on)
    services.notices.close()
    services.logout.sign_out(signed_on.signed_in())

    (notice,) = services.notices.list()
    assert notice.payload == {"sub": id_token["sub"], "sid": id_token["sid"]}
    assert notice.client_id == "permits"


def test_signing_in_again_as_the_same_citizen_keeps_the_session_of_the_services(
    signed_on: Browser, service: Server, services: Services
) -> None:
    """A fresh sign-in (prompt=login) is no end: the sid that services hold stays."""
    before = sign_on(signed_on)["sid"]

    signed_on.sign_in()

    assert sign_on(signed_on)["sid"] == before
    services.notices.close()
    assert services.notices.list() == ()


def test_somebody_else_signing_in_ends_the_session_before(
    signed_on: Browser, service: Server, services: Services, new_browser: Callable[[], Browser]
) -> None:
    before = sign_on(signed_on)["sid"]
    services.authentication.sign_up(login="bram", password=PASSWORD, origin=Origin("192.0.2.1"))

    signed_on.sign_in("bram")

    assert [token["sid"] for token in told(service)] == [before]


def test_ending_the_other_browsers_tells_their_services(
    signed_on: Browser, service: Server, services: Services, new_browser: Callable[[], Browser]
) -> None:
    sid = sign_on(signed_on)["sid"]
    other = new_browser()
    register_with_logout(services, port=service.port)
    here = other.sign_in()

    services.logout.sign_out_others(here)

    assert [token["sid"] for token in told(service)] == [sid]
    assert is_signed_in(other)


def test_a_changed_password_tells_the_services_of_the_browsers_that_it_signs_out(
    signed_on: Browser, service: Server, services: Services, new_browser: Callable[[], Browser]
) -> None:
    sid = sign_on(signed_on)["sid"]
    other = new_browser()
    register_with_logout(services, port=service.port)
    here = other.sign_in()

    services.authentication.change_password(here, current=PASSWORD, new="another horse, another battery")

    assert [token["sid"] for token in told(service)] == [sid]


def test_stopping_to_share_reaches_the_service(signed_on: Browser, service: Server, services: Services) -> None:
    id_token = sign_on(signed_on)
    session = signed_on.signed_in()
    grant = next(one for one in services.consent.shared_with(session.account_id) if one.client_id == "permits")

    services.logout.stop_sharing(account_id=session.account_id, grant_id=grant.id)

    (token,) = told(service)
    assert (token["sub"], token["sid"]) == (id_token["sub"], id_token["sid"])
    assert services.authentication.session(session.secret) is not None, "the citizen stays signed in here"


def test_stopping_to_share_when_nobody_is_signed_in_there_names_the_citizen_alone(
    signed_on: Browser, service: Server, services: Services
) -> None:
    """§2.4: without a sid, every session of the citizen at the service is meant."""
    id_token = sign_on(signed_on)
    session = signed_on.signed_in()
    services.logout.sign_out(session)
    told(service)
    grant = next(one for one in services.consent.shared_with(session.account_id) if one.client_id == "permits")

    services.logout.stop_sharing(account_id=session.account_id, grant_id=grant.id)

    token = told(service, 2)[1]
    assert token["sub"] == id_token["sub"]
    assert "sid" not in token


def test_a_suspended_account_is_signed_out_of_its_services(
    signed_on: Browser, service: Server, services: Services
) -> None:
    sid = sign_on(signed_on)["sid"]

    services.logout.suspend_account("amina")

    assert [token["sid"] for token in told(service)] == [sid]


def test_a_suspended_service_is_told_that_its_sessions_have_ended(
    signed_on: Browser, service: Server, services: Services
) -> None:
    sid = sign_on(signed_on)["sid"]

    services.logout.suspend_service("permits")

    assert [token["sid"] for token in told(service)] == [sid]


def test_discovery_says_so(signed_on: Browser) -> None:
    """§2.1."""
    document = signed_on.http.get("/.well-known/openid-configuration").get_json()

    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
