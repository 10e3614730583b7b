"""The Config plan: the discovery document (OIDC Discovery §3, §4), over https."""

from __future__ import annotations

from typing import Any

import httpx
from babel import parse_locale
from jwcrypto.jwk import JWKSet

from tests.journeys.provider import StartedProvider

#: Members that OIDC Discovery §3, the logout specifications, RFC 8414 §2 and the registry of RFC 8414 §7.1 know.
REGISTERED = """
    issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri registration_endpoint scopes_supported
    response_types_supported response_modes_supported grant_types_supported acr_values_supported
    subject_types_supported id_token_signing_alg_values_supported id_token_encryption_alg_values_supported
    id_token_encryption_enc_values_supported userinfo_signing_alg_values_supported
    userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported
    request_object_signing_alg_values_supported request_object_encryption_alg_values_supported
    request_object_encryption_enc_values_supported token_endpoint_auth_methods_supported
    token_endpoint_auth_signing_alg_values_supported display_values_supported claim_types_supported
    claims_supported service_documentation claims_locales_supported ui_locales_supported
    claims_parameter_supported request_parameter_supported request_uri_parameter_supported
    require_request_uri_registration op_policy_uri op_tos_uri check_session_iframe end_session_endpoint
    frontchannel_logout_supported frontchannel_logout_session_supported backchannel_logout_supported
    backchannel_logout_session_supported revocation_endpoint revocation_endpoint_auth_methods_supported
    revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint
    introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported
    introspection_signing_alg_values_supported introspection_encryption_alg_values_supported
    introspection_encryption_enc_values_supported code_challenge_methods_supported signed_metadata
    device_authorization_endpoint pushed_authorization_request_endpoint require_pushed_authorization_requests
    require_signed_request_object authorization_response_iss_parameter_supported prompt_values_supported
    authorization_details_types_supported dpop_signing_alg_values_supported mtls_endpoint_aliases
    tls_client_certificate_bound_access_tokens authorization_signing_alg_values_supported
    authorization_encryption_alg_values_supported authorization_encryption_enc_values_supported
    backchannel_token_delivery_modes_supported backchannel_authentication_endpoint
    backchannel_authentication_request_signing_alg_values_supported backchannel_user_code_parameter_supported
    protected_resources
"""


def test_discovery_4_2_the_document_is_json_and_names_its_own_issuer(
    http: httpx.Client, provider: StartedProvider
) -> None:
    answer = http.get(f"{provider.issuer}/.well-known/openid-configuration")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
    assert answer.json()["issuer"] == provider.issuer


def test_discovery_3_every_endpoint_is_an_https_address_below_the_issuer(
    metadata: dict[str, Any], provider: StartedProvider
) -> None:
    endpoints = {name: value for name, value in metadata.items() if name.endswith(("_endpoint", "_uri", "_iframe"))}

    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"} <= endpoints.keys()
    assert all(value.startswith(f"{provider.issuer}/") for value in endpoints.values()), endpoints


def test_discovery_3_what_is_required_is_there(metadata: dict[str, Any]) -> None:
    assert "code" in metadata["response_types_supported"]
    assert set(metadata["subject_types_supported"]) <= {"pairwise", "public"}
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]


def test_discovery_3_what_is_recommended_is_there(metadata: dict[str, Any]) -> None:
    assert {"openid", "profile", "email", "address", "phone"} <= set(metadata["scopes_supported"])
    assert {"sub", "name", "email", "address", "phone_number"} <= set(metadata["claims_supported"])
    assert "RS256" in metadata["request_object_signing_alg_values_supported"]
    assert metadata["claims_parameter_supported"] is True


def test_rfc8414_7_1_no_member_has_a_name_that_nobody_registered(metadata: dict[str, Any]) -> None:
    assert metadata.keys() <= set(REGISTERED.split())


def test_discovery_3_members_are_of_the_types_that_they_must_be(metadata: dict[str, Any]) -> None:
    for name, value in metadata.items():
        if name.endswith(("_supported", "require_request_uri_registration")) and isinstance(value, bool):
            continue
        if name.endswith("_supported"):
            assert value, name
            assert all(isinstance(each, str) and each for each in value), name
            assert len(set(value)) == len(value), name


def test_bcp47_languages_are_written_as_tags_are(metadata: dict[str, Any]) -> None:
    for name in ("ui_locales_supported", "claims_locales_supported"):
        for tag in metadata.get(name, ()):
            language, region, script, *rest = parse_locale(tag, sep="-")
            assert not any(rest), tag
            assert "-".join(filter(None, (language, script, region))) == tag


def test_rfc7517_5_the_keys_are_published_without_their_private_halves(
    http: httpx.Client, metadata: dict[str, Any]
) -> None:
    answer = http.get(metadata["jwks_uri"])
    keys = answer.json()["keys"]

    assert JWKSet.from_json(answer.text)
    assert {key["use"] for key in keys} <= {"sig", "enc"}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys() for key in keys)
    assert {key["alg"] for key in keys if key["use"] == "sig"} >= set(metadata["id_token_signing_alg_values_supported"])
