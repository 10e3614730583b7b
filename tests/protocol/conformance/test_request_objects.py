"""Rows of the Basic and Dynamic plans about requests that services sign (OIDC Core §6, RFC 9101)."""

from __future__ import annotations

import secrets
import time
from typing import Any

from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import Register
from tests.protocol.conformance.outside import Outside
from tests.protocol.conformance.own_keys import new_key, signing
from tests.protocol.conformance.relying_party import RelyingParty, sign
from tests.protocol.conformance.sign_on import refused
from tests.protocol.conformance.visitor import Visitor


def request_object(party: RelyingParty, key: dict[str, str], **changes: Any) -> str:
    """The last request, signed (OIDC Core §6.1)."""
    now = int(time.time())
    claims = party.sent | {"iss": party.client_id, "aud": party.issuer, "iat": now, "nbf": now, "exp": now + 60}
    return sign(claims | changes, key)


def test_core_6_request_objects_are_offered_signed_and_never_unsigned(metadata: dict[str, Any]) -> None:
    assert metadata["request_parameter_supported"] is True
    assert metadata["request_uri_parameter_supported"] is True
    assert "RS256" in metadata["request_object_signing_alg_values_supported"]
    assert "none" not in metadata["request_object_signing_alg_values_supported"]


def test_core_6_2_a_request_by_reference_is_fetched_and_its_signature_checked(
    register: Register, stranger: Visitor, judge: Outside
) -> None:
    path = f"/request-{secrets.token_hex(4)}.jwt"
    party = signing(
        register,
        judge,
        "/keys-for-requests",
        request_object_signing_alg="RS256",
        request_uris=[f"{judge.url}{path}"],
    )
    assert party.key is not None
    party.request()
    judge.publish(path, request_object(party, party.key), "application/oauth-authz-req+jwt")
    sent = dict(party.sent)

    stranger.go(
        f"{party.metadata['authorization_endpoint']}?client_id={party.client_id}&response_type=code&scope=openid"
        f"&request_uri={judge.url}{path}"
    )

    assert stranger.answer["state"] == sent["state"]
    assert party.checked(party.redeem(stranger.answer["code"])["id_token"])["nonce"] == sent["nonce"]
    assert path in judge.fetched


def test_core_6_1_the_address_inside_a_request_object_wins(
    register: Register, stranger: Visitor, judge: Outside
) -> None:
    other = f"{example.CALLBACK}/other"
    party = signing(register, judge, "/keys-for-values", redirect_uris=[example.CALLBACK, other])
    assert party.key is not None
    outside = party.request(redirect_uri=other)
    inside = request_object(party, party.key, redirect_uri=example.CALLBACK)

    stranger.go(f"{outside}&request={inside}")

    assert stranger.url.startswith(f"{example.CALLBACK}?")


def test_core_6_1_a_request_object_signed_by_another_key_is_refused(
    register: Register, amina: Visitor, judge: Outside
) -> None:
    party = signing(register, judge, "/keys-for-strangers")
    party.request()
    forged = request_object(party, new_key())

    assert refused(party, amina, request=forged) == "invalid_request_object"
