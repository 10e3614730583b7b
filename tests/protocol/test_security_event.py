"""Security event tokens (RFC 8417), brought to services by a push (RFC 8935)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jwcrypto import jwe, jwk

from idp.clients.errors import RegistrationFaultsError
from idp.clients.reading import parse
from idp.consent.errors import GrantGoneError
from idp.consent.values import Grant
from idp.crypto import jose
from idp.notices.values import State
from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.outbound.servers import Behaviour, Server, saying, serving
from tests.protocol.sign_on import FILE, ISSUER, Browser, answer_of
from tests.tls import Authority

TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
UPDATED = "urn:proffer:secevent:claims-updated"
REVOKED = "urn:proffer:secevent:consent-revoked"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def settings(tmp_path: Path, authority: Authority) -> Settings:
    outbound = {"allowed_hosts": ["localhost"], "timeout_seconds": 2, "ca_bundle": str(authority.bundle)}
    return make_settings(tmp_path, outbound=outbound)


@pytest.fixture
def service(authority: Authority) -> Iterator[Server]:
    with serving(saying(TAKEN), tls=authority.for_servers()) as server:
        yield server


def council(**members: Any) -> dict[str, Any]:
    registered = next(client for client in FILE["clients"] if client["client_id"] == "permits")
    return {**FILE, "clients": [{**registered, **members}]}


def register(services: Services, port: int, **members: Any) -> None:
    services.clients.register(parse(council(security_event_endpoint=f"https://localhost:{port}/events", **members)))


def tell(citizen: Browser, services: Services, *claims: str) -> str:
    """Tell the council that a citizen's details changed, and leave the sending to the test; gives the subject."""
    grant = agreed(citizen)
    services.notices.close()
    assert services.events.claims_updated(client_id="permits", sub=grant.sub, claims=claims) is not None
    return grant.sub


def agreed(citizen: Browser) -> Grant:
    """Share with the council."""
    citizen.agree("given_name")
    (grant,) = citizen.services.consent.shared_with(citizen.signed_in().account_id)
    return grant


def bodies(server: Server) -> list[bytes]:
    return [request.partition(b"\r\n\r\n")[2] for request in server.requests]


def test_a_service_is_pushed_which_details_changed_and_no_value(
    citizen: Browser, services: Services, service: Server, clock: FrozenClock
) -> None:
    """RFC 8417 §2.2, §2.3; RFC 8935 §2.1: the token alone is the body."""
    register(services, service.port)
    sub = tell(citizen, services, "given_name", "email")
    happened = int(clock.now().timestamp())
    clock.advance(seconds=40)

    assert services.notices.tell_due()

    head = service.requests[0].partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    assert head[0] == "post /events http/1.1"
    assert "content-type: application/secevent+jwt" in head
    assert "accept: application/json" in head
    (notice,) = services.notices.list()
    token = jose.unverified(bodies(service)[0].decode())
    assert dict(token.header) == {"alg": "RS256", "kid": token.header["kid"], "typ": "secevent+jwt"}
    assert token.claims == {
        "iss": ISSUER,
        "aud": "permits",
        "iat": happened + 40,
        "toe": happened,
        "jti": notice.id,
        "sub_id": {"format": "iss_sub", "iss": ISSUER, "sub": sub},
        "events": {UPDATED: {"claims": ["email", "given_name"]}},
    }
    keys = jose.VerifyingKeys.from_jwks(citizen.http.get("/jwks.json").get_json())
    jose.verify(bodies(service)[0].decode(), keys=keys, algorithms={"RS256"})
    assert notice.state is State.TOLD


def test_an_event_is_signed_with_the_algorithm_of_the_service(
    citizen: Browser, services: Services, service: Server
) -> None:
    register(services, service.port, id_token_signed_response_alg="ES256")
    tell(citizen, services, "email")
    services.notices.tell_due()

    assert jose.unverified(bodies(service)[0].decode()).header["alg"] == "ES256"


def test_an_event_is_encrypted_where_id_tokens_are(citizen: Browser, services: Services, service: Server) -> None:
    key = jwk.JWK.generate(kty="RSA", size=2048, kid="mine", use="enc", alg="RSA-OAEP-256")
    register(
        services,
        service.port,
        jwks={"keys": [json.loads(key.export_public())]},
        id_token_encrypted_response_alg="RSA-OAEP-256",
        id_token_encrypted_response_enc="A256GCM",
    )
    tell(citizen, services, "email")
    services.notices.tell_due()

    box = jwe.JWE()
    box.deserialize(bodies(service)[0].decode(), key)
    assert jose.unverified(box.payload.decode()).header["typ"] == "secevent+jwt"


def test_an_event_can_be_taken_for_no_other_token(citizen: Browser, services: Services, service: Server) -> None:
    """RFC 8417 §4.5, §4.6: what every ID and logout token must have is not there."""
    register(services, service.port)
    tell(citizen, services, "email")
    services.notices.tell_due()
    claims = jose.unverified(bodies(service)[0].decode()).claims

    assert {"sub", "exp", "nonce", "sid", "auth_time"} & set(claims) == set()
    assert "http://schemas.openid.net/event/backchannel-logout" not in claims["events"]
    asked = citizen.authorize("GET", prompt="none", id_token_hint=bodies(service)[0].decode())
    assert answer_of(asked)["error"] == "invalid_request"


def test_stopping_to_share_tells_the_service_that_the_choice_has_ended(
    citizen: Browser, services: Services, service: Server
) -> None:
    register(services, service.port)
    grant = agreed(citizen)
    services.notices.close()

    services.logout.stop_sharing(account_id=grant.account_id, grant_id=grant.id)
    services.notices.tell_due()

    (body,) = bodies(service)
    claims = jose.unverified(body.decode()).claims
    assert claims["events"] == {REVOKED: {}}
    assert claims["sub_id"]["sub"] == grant.sub


def test_stopping_to_share_tells_nobody_when_nothing_is_stopped(
    citizen: Browser, services: Services, service: Server
) -> None:
    register(services, service.port)
    grant = agreed(citizen)
    services.notices.close()
    services.logout.stop_sharing(account_id=grant.account_id, grant_id=grant.id)
    told = services.notices.list()

    with pytest.raises(GrantGoneError):
        services.logout.stop_sharing(account_id=grant.account_id, grant_id=grant.id)

    assert services.notices.list() == told


def test_a_service_without_an_address_is_told_nothing(citizen: Browser, services: Services) -> None:
    grant = agreed(citizen)

    assert not services.events.heard_by("permits")
    assert services.events.claims_updated(client_id="permits", sub=grant.sub, claims=("email",)) is None
    services.logout.stop_sharing(account_id=grant.account_id, grant_id=grant.id)

    assert services.notices.list() == ()


def test_the_row_that_waits_holds_the_subject_and_names(citizen: Browser, services: Services, service: Server) -> None:
    register(services, service.port)
    sub = tell(citizen, services, "given_name", "email")

    (notice,) = services.notices.list()
    assert notice.payload == {"sub": sub, "claims": "email given_name"}


def _said(status: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_said("400 Bad Request", b'{"err": "invalid_key", "description": "who are you?"}'), "invalid_key"),
        (_said("400 Bad Request", b'{"err": "invalid_request"}'), "invalid_request"),
        (_said("400 Bad Request", b'{"err": "invalid_issuer"}'), "invalid_issuer"),
        (_said("400 Bad Request", b'{"err": "invalid_audience"}'), "invalid_audience"),
        (_said("400 Bad Request", b'{"err": "authentication_failed"}'), "authentication_failed"),
        (_said("400 Bad Request", b'{"err": "access_denied"}'), "access_denied"),
        (_said("400 Bad Request", b'{"err": "something of my own"}'), "not_taken"),
        (_said("400 Bad Request", b'{"err": ["invalid_key"]}'), "not_taken"),
        (_said("400 Bad Request", b"[" * 10_000), "not_taken"),
        (_said("400 Bad Request"), "not_taken"),
        (_said("200 OK"), "bad_status"),
        (_said("302 Found\r\nLocation: https://localhost/"), "address_refused"),
        (b"nonsense", "no_answer"),
    ],
)
def test_what_a_service_answers_is_kept_in_a_word_of_ours_and_tried_again(
    citizen: Browser, clock: FrozenClock, authority: Authority, answer: bytes, error: str
) -> None:
    """RFC 8935 §2.4: an answer of 400 says by a code why the event was not taken."""
    services = citizen.services
    answers = iter([answer, TAKEN])
    behaviour: Behaviour = lambda sock: sock.sendall(next(answers))  # noqa: E731 - one line that says it all
    with serving(behaviour, tls=authority.for_servers()) as service:
        register(services, service.port)
        tell(citizen, services, "email")
        services.notices.tell_due()

        (notice,) = services.notices.list()
        assert (notice.state, notice.last_error) == (State.WAITING, error)
        clock.advance(seconds=30)
        services.notices.tell_due()

        first, second = (jose.unverified(body.decode()).claims for body in bodies(service))
    assert services.notices.list()[0].state is State.TOLD
    assert (first["jti"], first["toe"], first["iat"] + 30) == (second["jti"], second["toe"], second["iat"])


def test_an_address_whose_certificate_nobody_vouches_for_is_not_told(
    citizen: Browser, services: Services, tmp_path: Path
) -> None:
    stranger = Authority.new(tmp_path)
    with serving(saying(TAKEN), tls=stranger.for_servers()) as service:
        register(services, service.port)
        tell(citizen, services, "email")
        services.notices.tell_due()

    assert services.notices.list()[0].last_error == "no_answer"
    assert service.requests == []


def test_a_service_that_took_its_address_out_is_given_up(citizen: Browser, services: Services, service: Server) -> None:
    register(services, service.port)
    tell(citizen, services, "email")
    services.clients.register(parse(council()))
    services.notices.tell_due()

    (notice,) = services.notices.list()
    assert (notice.state, notice.last_error) == (State.GIVEN_UP, "no_address")


@pytest.mark.parametrize("address", ["http://permits.example/events", "https://permits.example/events#x", "events"])
def test_the_address_is_held_to_the_rules_of_the_other_ones(services: Services, address: str) -> None:
    with pytest.raises(RegistrationFaultsError):
        services.clients.register(parse(council(security_event_endpoint=address)))
