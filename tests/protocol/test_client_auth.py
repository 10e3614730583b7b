"""How clients prove themselves at the back channel (RFC 6749 §2.3, RFC 7523 §3, OIDC Core §9)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from idp.crypto import jose, secrets
from tests.doubles import FrozenClock
from tests.protocol.back_channel import ISSUER, KEY, RSA_KEY, SECRET, BackChannel, basic, error_of

REFUSED = (401, "invalid_client")


def ask(channel: BackChannel, form: dict[str, str] | None = None, /, **headers: str) -> TestResponse:
    """Ask for a token of the client's own."""
    return channel.post("/token", {"grant_type": "client_credentials"} | (form or {}), headers=headers)


def raw(credentials: bytes) -> str:
    return "Basic " + base64.b64encode(credentials).decode()


def test_basic_credentials_are_form_decoded(shared: BackChannel) -> None:
    """RFC 6749 §2.3.1."""
    assert ask(shared, **basic("gateway")).status_code == 200
    assert ask(shared, Authorization=raw(b"gateway:" + SECRET.encode())).status_code == 401
    assert ask(shared, Authorization=basic("gateway")["Authorization"].replace("Basic", "bAsIc")).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic é",
        raw(b"gateway"),
        raw(b"gateway:"),
        raw(b":" + SECRET.encode()),
        raw(b"gateway:wrong"),
        raw("gateway:é".encode()),
        raw(b"gateway:%C3%A9"),
        raw(b"gateway:\xff\xfe"),
        raw(b"gateway:%ff"),
        raw(b"\xff:\xff"),
        raw(b"gateway:\0"),
        raw(b"gate\0way:" + SECRET.encode()),
        raw(b"%00:%00"),
        raw(b"nobody:" + SECRET.encode()),
        "Bearer " + SECRET,
        "Digest x",
        "x",
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(shared: BackChannel, authorization: str) -> None:
    """Also for a secret or header that is not ASCII or not UTF-8, which Authlib answers with 500."""
    answer = ask(shared, Authorization=authorization)

    assert error_of(answer) == REFUSED
    assert answer.get_json() == {"error": "invalid_client", "error_description": "Client authentication failed"}
    assert answer.headers["WWW-Authenticate"] == f'Basic realm="{ISSUER}", charset="UTF-8"'


@pytest.mark.parametrize("secret", ["wrong", "é", "\u202e", " ", "x" * 60_000])
def test_a_wrong_secret_in_the_body_is_refused(shared: BackChannel, secret: str) -> None:
    form = {"client_id": "library", "client_secret": secret}

    assert error_of(ask(shared, form)) == REFUSED


def test_only_the_registered_way_counts(shared: BackChannel) -> None:
    in_body = {"client_id": "gateway", "client_secret": SECRET}
    assert error_of(ask(shared, in_body)) == REFUSED
    assert error_of(ask(shared, **basic("library"))) == REFUSED
    assert error_of(ask(shared, {"client_id": "gateway"})) == REFUSED
    assert error_of(ask(shared, {"client_id": "signer"})) == REFUSED


def test_a_secret_for_a_client_that_has_none_is_refused(shared: BackChannel) -> None:
    """Authlib answers 500."""
    assert error_of(ask(shared, {"client_id": "app", "client_secret": "x"})) == REFUSED
    assert error_of(ask(shared, **basic("app", "x"))) == REFUSED


@pytest.mark.parametrize("form", [{}, {"client_id": "nobody"}, {"client_id": "é"}, {"client_secret": SECRET}])
def test_nobody_is_refused_like_everybody_else(shared: BackChannel, form: dict[str, str]) -> None:
    assert error_of(ask(shared, form)) == REFUSED


def test_two_ways_at_once_are_an_invalid_request(shared: BackChannel) -> None:
    """RFC 6749 §2.3."""
    for form in ({"client_secret": SECRET}, shared.assertion()):
        assert error_of(ask(shared, form, **basic("gateway"))) == (400, "invalid_request")
    both = {"client_id": "signer", "client_secret": SECRET} | shared.assertion()
    assert error_of(ask(shared, both)) == (400, "invalid_request")


def test_two_client_identifiers_are_an_invalid_request(shared: BackChannel) -> None:
    assert error_of(ask(shared, {"client_id": "permits"}, **basic("gateway"))) == (400, "invalid_request")
    assert error_of(ask(shared, {"client_id": "permits"} | shared.assertion())) == (400, "invalid_request")
    assert ask(shared, {"client_id": "gateway"}, **basic("gateway")).status_code == 200


def test_a_suspended_client_is_refused_like_an_unknown_one(channel: BackChannel) -> None:
    channel.services.clients.suspend("gateway")
    channel.services.clients.suspend("app")

    assert error_of(ask(channel, **basic("gateway"))) == REFUSED
    assert error_of(ask(channel, {"client_id": "app"})) == REFUSED


def test_both_secrets_count_while_one_is_being_replaced(channel: BackChannel) -> None:
    new = channel.services.clients.new_secret("gateway")

    assert ask(channel, **basic("gateway", new)).status_code == 200
    assert ask(channel, **basic("gateway")).status_code == 200


@pytest.mark.parametrize("key", [KEY, RSA_KEY], ids=["ES256", "RS256"])
@pytest.mark.parametrize("audience", [ISSUER, ISSUER + "/token", [ISSUER], ["https://other.example", ISSUER]])
def test_an_assertion_for_this_server_is_accepted(shared: BackChannel, key: jose.SigningKey, audience: Any) -> None:
    assert ask(shared, shared.assertion(key, aud=audience)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "gateway"},
        {"iss": None},
        {"sub": None},
        {"sub": ["signer"]},
        {"sub": "nobody", "iss": "nobody"},
        {"sub": "gateway", "iss": "gateway"},
        {"aud": None},
        {"aud": "https://other.example"},
        {"aud": ISSUER + "/"},
        {"aud": ISSUER + "/par"},
        {"aud": []},
        {"aud": [1]},
        {"aud": {"x": ISSUER}},
        {"exp": None},
        {"exp": "2000000000"},
        {"exp": True},
        {"exp": 10**300},
        {"jti": None},
        {"jti": ""},
        {"jti": 1},
        {"jti": "x" * 256},
        {"iat": "now"},
        {"nbf": []},
    ],
)
def test_an_assertion_with_wrong_claims_is_refused(shared: BackChannel, changes: dict[str, Any]) -> None:
    assert error_of(ask(shared, shared.assertion(**changes))) == REFUSED


@pytest.mark.parametrize(
    ("name", "seconds", "status"),
    [
        ("exp", 1, 200),
        ("exp", 0, 401),
        ("exp", -300, 401),
        ("exp", 3600, 200),
        ("exp", 4000, 401),
        ("nbf", 8, 200),
        ("nbf", 61, 401),
        ("iat", 8, 200),
        ("iat", 61, 401),
        ("iat", -600, 200),
    ],
)
def test_an_assertion_is_bound_in_time(shared: BackChannel, name: str, seconds: int, status: int) -> None:
    changes: dict[str, Any] = {name: shared.seconds + seconds}

    assert ask(shared, shared.assertion(**changes)).status_code == status


def test_a_signed_request_is_no_assertion(shared: BackChannel) -> None:
    """RFC 9101 §10.8, RFC 8725 §3.11: it travels through browsers."""
    for typ in ("oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "at+jwt", "dpop+jwt"):
        assert error_of(ask(shared, shared.assertion(KEY, typ))) == REFUSED
    for typ in ("JWT", "client-authentication+jwt"):
        assert ask(shared, shared.assertion(KEY, typ)).status_code == 200


def test_an_assertion_is_accepted_once(channel: BackChannel, clock: FrozenClock) -> None:
    assertion = channel.assertion()

    assert ask(channel, assertion).status_code == 200
    assert error_of(ask(channel, assertion)) == REFUSED
    clock.advance(seconds=59)
    assert error_of(ask(channel, assertion)) == REFUSED


def test_an_assertion_that_fails_leaves_its_identifier_unused(shared: BackChannel) -> None:
    assert error_of(ask(shared, shared.assertion(jti="1", aud="https://other.example"))) == REFUSED

    assert ask(shared, shared.assertion(jti="1")).status_code == 200


def test_another_key_or_a_changed_assertion_is_refused(shared: BackChannel) -> None:
    assert error_of(ask(shared, shared.assertion(jose.generate("ES256")))) == REFUSED
    good = shared.assertion()
    changed = good | {"client_assertion": good["client_assertion"][:-4] + "AAAA"}
    assert error_of(ask(shared, changed)) == REFUSED


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "PS256", "EdDSA", "", "x"])
def test_no_other_algorithm_is_accepted(shared: BackChannel, algorithm: str) -> None:
    _, claims, signature = shared.assertion()["client_assertion"].split(".")
    header = secrets.b64url(msgspec.json.encode({"alg": algorithm, "kid": KEY.kid}))

    for signed in (f"{header}.{claims}.{signature}", f"{header}.{claims}."):
        assert error_of(ask(shared, shared.assertion() | {"client_assertion": signed})) == REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"client_assertion_type": "urn:x"},
        {"client_assertion_type": ""},
        {"client_assertion": ""},
        {"client_assertion": "x"},
        {"client_assertion": "é.é.é"},
        {"client_assertion": "eyJhbGciOiJFUzI1NiJ9.W10.AAAA"},
    ],
)
def test_what_is_no_assertion_is_refused(shared: BackChannel, changes: dict[str, str]) -> None:
    assert error_of(ask(shared, shared.assertion() | changes)) == REFUSED


@pytest.mark.parametrize("name", ["\\ud800", "sig\\u0000ner", "x" * 9000])
def test_an_assertion_of_what_cannot_be_a_client_is_refused(shared: BackChannel, name: str) -> None:
    """Read before it is verified: half a character and a NUL are what databases fail on."""
    claims = secrets.b64url(f'{{"sub":"{name}"}}'.encode())
    header = secrets.b64url(b'{"alg":"ES256"}')
    assertion = f"{header}.{claims}.AAAA"

    assert error_of(ask(shared, shared.assertion() | {"client_assertion": assertion})) == REFUSED
