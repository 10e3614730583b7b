"""Answers as JWS, JWE and nested (OIDC Core §2, §5.3.2, §10; Registration §2), and introspection as JWT (RFC 9701)."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from jwcrypto import jwe as other_jwe
from jwcrypto import jwk
from jwcrypto import jws as other_jws
from werkzeug.test import TestResponse

from idp.clients.reading import parse
from idp.clients.store import ClientStore
from idp.crypto import jose, jwe
from idp.services import Services
from tests.protocol import direct
from tests.protocol.back_channel import FILE, ISSUER, SUBJECT, BackChannel, basic, error_of
from tests.protocol.sign_on import Browser

RSA = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa", use="enc")
CURVE = jwk.JWK.generate(kty="EC", crv="P-256", kid="ec", use="enc")
JWKS = {"keys": [RSA.export_public(as_dict=True), CURVE.export_public(as_dict=True)]}
KEY_OF = {"RSA-OAEP-256": RSA, "ECDH-ES": CURVE, "ECDH-ES+A256KW": CURVE}
HALVES = {"RS256": "sha256", "PS256": "sha256", "ES256": "sha256", "EdDSA": "sha512"}
EVERY_ENCRYPTION = [(alg, enc) for alg in jwe.KEY_ENCRYPTION for enc in jwe.CONTENT_ENCRYPTION]


def register(channel: BackChannel, client_id: str, **members: Any) -> None:
    """Have a service of `back_channel` registered in another way."""
    (described,) = (entry for entry in FILE["clients"] if entry["client_id"] == client_id)
    channel.services.clients.register(parse({**FILE, "clients": [described | members], "uses": []}))


def opened(token: str, alg: str, enc: str) -> tuple[dict[str, Any], bytes]:
    """What another implementation finds in an encrypted token: its header and its content."""
    other = other_jwe.JWE(algs=[alg, enc])
    other.deserialize(token, KEY_OF[alg])
    return json.loads(other.objects["protected"]), other.payload


def verified(channel: BackChannel, token: str, algorithm: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What another implementation verifies against the published keys: header and claims."""
    other = other_jws.JWS()
    other.allowed_algs = [algorithm]
    other.deserialize(token)
    header = json.loads(other.objects["protected"])
    published = jwk.JWKSet.from_json(channel.http.get("/jwks.json").text)
    other.verify(published.get_key(header["kid"]))
    return header, json.loads(other.payload)


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_an_id_token_is_signed_as_registered_and_hashes_as_its_algorithm_does(
    channel: BackChannel, algorithm: str
) -> None:
    """OIDC Core §3.1.3.6."""
    register(channel, "permits", id_token_signed_response_alg=algorithm)

    tokens = channel.tokens()

    header, claims = verified(channel, tokens["id_token"], algorithm)
    full = hashlib.new(HALVES[algorithm], tokens["access_token"].encode()).digest()
    assert header["alg"] == algorithm
    assert claims["at_hash"] == base64.urlsafe_b64encode(full[: len(full) // 2]).rstrip(b"=").decode()


@pytest.mark.parametrize(("alg", "enc"), EVERY_ENCRYPTION)
def test_an_id_token_is_signed_and_then_encrypted_as_registered(channel: BackChannel, alg: str, enc: str) -> None:
    """OIDC Core §2, §16.14: signed first. RFC 7519 §5.2: `cty` says so."""
    register(channel, "permits", jwks=JWKS, id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc)

    header, inside = opened(channel.tokens()["id_token"], alg, enc)

    assert (header["alg"], header["enc"], header["kid"], header["cty"]) == (alg, enc, KEY_OF[alg]["kid"], "JWT")
    assert "zip" not in header
    _, claims = verified(channel, inside.decode(), "ES256")
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "permits", SUBJECT)


def test_a_refreshed_id_token_is_encrypted_too(channel: BackChannel) -> None:
    register(
        channel,
        "permits",
        jwks=JWKS,
        id_token_encrypted_response_alg="ECDH-ES",
        id_token_encrypted_response_enc="A256GCM",
    )
    tokens = channel.tokens()

    again = channel.refresh(tokens["refresh_token"]).get_json()

    _, inside = opened(again["id_token"], "ECDH-ES", "A256GCM")
    assert verified(channel, inside.decode(), "ES256")[1]["sub"] == SUBJECT


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_userinfo_is_signed_as_registered(channel: BackChannel, algorithm: str) -> None:
    """OIDC Core §5.3.2: application/jwt, with iss and aud."""
    register(channel, "permits", userinfo_signed_response_alg=algorithm)

    answer = channel.userinfo(channel.tokens()["access_token"])

    assert answer.headers["Content-Type"] == "application/jwt"
    assert answer.headers["Cache-Control"] == "no-store"
    _, claims = verified(channel, answer.text, algorithm)
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "permits", SUBJECT)
    assert claims["given_name"] == "Amina"


@pytest.mark.parametrize(("alg", "enc"), EVERY_ENCRYPTION)
def test_userinfo_is_encrypted_without_a_signature_when_none_is_registered(
    channel: BackChannel, alg: str, enc: str
) -> None:
    """OIDC Registration §2, userinfo_encrypted_response_alg: nested if both are requested, else claims in a JWE."""
    register(channel, "permits", jwks=JWKS, userinfo_encrypted_response_alg=alg, userinfo_encrypted_response_enc=enc)

    answer = channel.userinfo(channel.tokens()["access_token"])

    assert answer.headers["Content-Type"] == "application/jwt"
    header, inside = opened(answer.text, alg, enc)
    assert "cty" not in header
    claims = json.loads(inside)
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "permits", SUBJECT)


def test_userinfo_is_nested_when_both_are_registered(channel: BackChannel) -> None:
    register(
        channel,
        "permits",
        jwks=JWKS,
        userinfo_signed_response_alg="PS256",
        userinfo_encrypted_response_alg="RSA-OAEP-256",
        userinfo_encrypted_response_enc="A128GCM",
    )

    answer = channel.userinfo(channel.tokens()["access_token"])

    header, inside = opened(answer.text, "RSA-OAEP-256", "A128GCM")
    assert header["cty"] == "JWT"
    assert verified(channel, inside.decode(), "PS256")[1]["sub"] == SUBJECT


# No key that fits

WITHOUT = {"keys": [CURVE.export_public(as_dict=True)]}


def publish(services: Services, client_id: str, jwks: dict[str, Any]) -> None:
    """Change a service's keys without looking at them, as a service that publishes its own may."""
    client = services.clients.get(client_id)
    assert client is not None
    with services.db.transaction():
        ClientStore(db=services.db).put(replace(client, jwks=jwks), now=services.clock.now())
    # Has it read anew.
    services.clients.approve(client_id)


def encrypted_with(channel: BackChannel, kind: str, jwks: dict[str, Any]) -> None:
    members = {f"{kind}_encrypted_response_alg": "RSA-OAEP-256", f"{kind}_encrypted_response_enc": "A128GCM"}
    register(channel, "permits", jwks=JWKS, **members)
    publish(channel.services, "permits", jwks)


def test_without_a_fitting_key_a_code_is_not_used_up_and_the_error_says_what_is_missing(
    channel: BackChannel, caplog: pytest.LogCaptureFixture
) -> None:
    encrypted_with(channel, "id_token", WITHOUT)
    code = channel.code()

    with caplog.at_level(logging.WARNING):
        refused = channel.exchange(code)

    assert error_of(refused) == (400, "invalid_request")
    assert "no key for RSA-OAEP-256" in refused.get_json()["error_description"]
    (record,) = caplog.records
    assert (record.client_id, record.alg) == ("permits", "RSA-OAEP-256")  # type: ignore[attr-defined]
    encrypted_with(channel, "id_token", JWKS)
    assert channel.exchange(code).status_code == 200


def test_without_a_fitting_key_a_refresh_token_is_not_rotated(channel: BackChannel) -> None:
    token = channel.tokens()["refresh_token"]
    encrypted_with(channel, "id_token", WITHOUT)

    assert error_of(channel.refresh(token)) == (400, "invalid_request")


def test_without_a_fitting_key_userinfo_says_so_and_releases_nothing(channel: BackChannel) -> None:
    encrypted_with(channel, "userinfo", WITHOUT)

    refused = channel.userinfo(channel.tokens()["access_token"])

    assert error_of(refused) == (400, "invalid_request")
    assert "no key for RSA-OAEP-256" in refused.get_json()["error_description"]
    assert "WWW-Authenticate" not in refused.headers


# At the authorization endpoint (OIDC Core §3.2.2.10)


def encrypted_portal(citizen: Browser) -> None:
    members = {"jwks": JWKS, "id_token_encrypted_response_alg": "RSA-OAEP-256"}
    portal = next(entry for entry in direct.FILE["clients"] if entry["client_id"] == "portal")
    described = portal | members | {"id_token_encrypted_response_enc": "A256GCM"}
    citizen.services.clients.register(parse({**direct.FILE, "clients": [described], "uses": []}))


@pytest.mark.parametrize("response_type", direct.WITH_ID_TOKEN)
def test_an_id_token_from_the_authorization_endpoint_is_encrypted_too(citizen: Browser, response_type: str) -> None:
    direct.register(citizen)
    encrypted_portal(citizen)

    answer = direct.answered(citizen, response_type, "email")

    header, inside = opened(answer["id_token"], "RSA-OAEP-256", "A256GCM")
    assert header["cty"] == "JWT"
    assert jose.unverified(inside.decode()).claims["nonce"] == "n-0S6_WzA2Mj"


def test_without_a_fitting_key_the_service_is_told_instead_of_getting_a_code(citizen: Browser) -> None:
    direct.register(citizen)
    encrypted_portal(citizen)
    publish(citizen.services, "portal", WITHOUT)

    answer = direct.answered(citizen, "code id_token", "email")

    assert (answer["error"], answer["state"]) == ("invalid_request", "a-state")
    assert "no key for RSA-OAEP-256" in answer["error_description"]
    assert "code" not in answer


# Introspection as JWT

JWT = "application/token-introspection+jwt"


def introspect(channel: BackChannel, token: str, accept: str | None = JWT) -> TestResponse:
    headers = basic("gateway") | ({} if accept is None else {"Accept": accept})
    return channel.post("/introspect", {"token": token}, headers=headers)


@pytest.mark.parametrize("accept", [JWT, f"application/json;q=0.5, {JWT};q=1", JWT.upper()])
def test_a_resource_server_that_asks_gets_a_token_signed_with_rs256(channel: BackChannel, accept: str) -> None:
    """RFC 9701 §4, §5."""
    answer = introspect(channel, channel.api_token(), accept)

    assert answer.headers["Content-Type"] == JWT
    assert answer.headers["Cache-Control"] == "no-store"
    header, claims = verified(channel, answer.text, "RS256")
    assert header["typ"] == "token-introspection+jwt"
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"], claims["iat"]) == (ISSUER, "gateway", channel.seconds)
    assert claims["token_introspection"]["active"] is True
    assert claims["token_introspection"]["sub"] == SUBJECT


def test_nothing_is_said_about_a_token_that_is_not_active(channel: BackChannel) -> None:
    """RFC 9701 §5."""
    answer = introspect(channel, "made-up")

    assert verified(channel, answer.text, "RS256")[1]["token_introspection"] == {"active": False}


@pytest.mark.parametrize("accept", [None, "application/json", "*/*"])
def test_others_get_json_as_before(channel: BackChannel, accept: str | None) -> None:
    answer = introspect(channel, channel.api_token(), accept)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.get_json()["active"] is True


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_what_a_resource_server_registered_holds_for_each_answer(channel: BackChannel, algorithm: str) -> None:
    """RFC 9701 §6."""
    register(channel, "gateway", introspection_signed_response_alg=algorithm)

    answer = introspect(channel, channel.api_token(), None)

    assert verified(channel, answer.text, algorithm)[1]["aud"] == "gateway"


def test_an_introspection_answer_is_encrypted_as_registered(channel: BackChannel) -> None:
    register(
        channel,
        "gateway",
        jwks=JWKS,
        introspection_encrypted_response_alg="ECDH-ES+A256KW",
        introspection_encrypted_response_enc="A128GCM",
    )

    answer = introspect(channel, channel.api_token())

    assert answer.headers["Content-Type"] == JWT
    header, inside = opened(answer.text, "ECDH-ES+A256KW", "A128GCM")
    assert header["cty"] == "JWT"
    assert verified(channel, inside.decode(), "RS256")[1]["token_introspection"]["active"] is True


def test_an_introspection_answer_is_no_access_token_and_no_hint(channel: BackChannel) -> None:
    """RFC 9701 §8.1."""
    answer = introspect(channel, channel.api_token())

    assert channel.userinfo(answer.text).status_code == 401


def test_discovery_says_what_may_be_registered(channel: BackChannel) -> None:
    said = channel.http.get("/.well-known/openid-configuration").get_json()

    for kind in ("id_token", "userinfo", "introspection"):
        assert said[f"{kind}_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA"]
        assert said[f"{kind}_encryption_alg_values_supported"] == ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"]
        assert said[f"{kind}_encryption_enc_values_supported"] == ["A128GCM", "A256GCM"]
