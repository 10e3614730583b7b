"""The discovery document says what works, and nothing that does not. OIDC Discovery §3, RFC 8414 §2."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.crypto.encryption_keys import EncryptingKeys
from idp.crypto.jwks import VerifyingKeys
from idp.services import Services
from tests.protocol.sign_on import ISSUER, Browser, answer_of, page_of

OPENID = "/.well-known/openid-configuration"

#: OIDC Discovery §3, RFC 8414 §2, RFC 9126 §5, RFC 9207 §3, RFC 9701 §7, Initiating User Registration §4, and
#: the logout standards: RP-Initiated §2.1, Session Management §3.3, Front-Channel §3, Back-Channel §2.1.
KNOWN = """
issuer authorization_endpoint device_authorization_endpoint token_endpoint userinfo_endpoint jwks_uri
registration_endpoint scopes_supported
response_types_supported response_modes_supported grant_types_supported acr_values_supported subject_types_supported
id_token_signing_alg_values_supported id_token_encryption_alg_values_supported
id_token_encryption_enc_values_supported userinfo_encryption_alg_values_supported
userinfo_encryption_enc_values_supported introspection_signing_alg_values_supported
introspection_encryption_alg_values_supported introspection_encryption_enc_values_supported
userinfo_signing_alg_values_supported request_object_signing_alg_values_supported
request_object_encryption_alg_values_supported request_object_encryption_enc_values_supported
token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported display_values_supported
claim_types_supported claims_supported service_documentation claims_locales_supported ui_locales_supported
claims_parameter_supported request_parameter_supported request_uri_parameter_supported
require_request_uri_registration op_policy_uri op_tos_uri revocation_endpoint
revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported
introspection_endpoint introspection_endpoint_auth_methods_supported
introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported
pushed_authorization_request_endpoint require_pushed_authorization_requests
authorization_response_iss_parameter_supported prompt_values_supported
end_session_endpoint check_session_iframe frontchannel_logout_supported frontchannel_logout_session_supported
backchannel_logout_supported backchannel_logout_session_supported
"""


@pytest.fixture
def document(client: FlaskClient, services: Services) -> dict[str, Any]:
    body = client.get(OPENID).get_json()
    assert isinstance(body, dict)
    return body


def test_both_standards_find_the_same_document(client: FlaskClient, services: Services) -> None:
    assert client.get(OPENID).data == client.get("/.well-known/oauth-authorization-server").data


def test_the_issuer_is_the_address_that_it_was_found_under(document: dict[str, Any]) -> None:
    assert document["issuer"] == ISSUER


def test_every_member_is_known_to_some_standard(document: dict[str, Any]) -> None:
    assert document.keys() <= set(KNOWN.split())


def test_it_says_what_this_provider_does(document: dict[str, Any]) -> None:
    assert document["response_types_supported"] == [
        "code",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    ]
    assert document["response_modes_supported"] == ["query", "fragment", "form_post"]
    assert document["grant_types_supported"] == [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
        "implicit",
    ]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["prompt_values_supported"] == ["none", "login", "consent", "select_account", "create"]
    assert document["subject_types_supported"] == ["pairwise", "public"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA"]
    assert document["acr_values_supported"] == [
        "urn:proffer:acr:password",
        "urn:proffer:acr:second-factor",
        "urn:proffer:acr:phishing-resistant",
    ]
    assert document["ui_locales_supported"] == ["en", "fr", "ar"]
    # In the letter case of IANA's registry (OIDC Core §5.2).
    assert {"ar", "fr", "fr-CA", "uk", "zh-Hant", "ja-Kana-JP"} <= set(document["claims_locales_supported"])
    assert document["scopes_supported"][0] == "openid"
    assert {"profile", "email", "address", "phone", "offline_access"} <= set(document["scopes_supported"])
    assert {"sub", "given_name", "email", "email_verified", "age_over_18"} <= set(document["claims_supported"])
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["claims_parameter_supported"] is True
    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is True
    assert document["require_pushed_authorization_requests"] is False


def test_a_client_that_proves_nothing_may_not_introspect(document: dict[str, Any]) -> None:
    assert "none" in document["token_endpoint_auth_methods_supported"]
    assert "none" not in document["introspection_endpoint_auth_methods_supported"]


def test_every_endpoint_exists(client: FlaskClient, document: dict[str, Any]) -> None:
    addresses = [value for name, value in document.items() if name.endswith("_endpoint") or name == "jwks_uri"]

    assert len(addresses) == 9
    for address in addresses:
        assert client.get(address.removeprefix(ISSUER)).status_code != 404, address


def test_every_protocol_route_is_announced(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        str(rule)
        for rule in app.url_map.iter_rules()
        if re.match(r"idp\.web\.oidc", app.view_functions[rule.endpoint].__module__)
    }

    # Found by a name of its own (RFC 7033 §10.1), as the document itself; and pages that only our pages lead to.
    routes -= {"/.well-known/webfinger", "/end-session/confirm", "/end-session/done"}
    assert {ISSUER + route for route in routes} <= set(map(str, document.values()))


def test_the_keys_are_public_and_usable(client: FlaskClient, services: Services) -> None:
    jwks = client.get("/jwks.json").get_json()

    assert {key["alg"] for key in jwks["keys"] if key["use"] == "sig"} == {"RS256", "PS256", "ES256", "EdDSA"}
    assert sorted(key["alg"] for key in jwks["keys"] if key["use"] == "enc") == ["ECDH-ES", "RSA-OAEP-256"]
    assert not {"d", "p", "q", "k"} & {name for key in jwks["keys"] for name in key}
    assert len(VerifyingKeys.from_jwks(jwks)) == len(jwks["keys"]) - 2
    assert all(EncryptingKeys.from_jwks(jwks).choose(alg) for alg in ("ECDH-ES", "RSA-OAEP-256"))


def test_a_rotated_key_is_published_without_a_restart(client: FlaskClient, services: Services) -> None:
    before = {key["kid"] for key in client.get("/jwks.json").get_json()["keys"]}

    services.keys.rotate("ES256")

    assert {key["kid"] for key in client.get("/jwks.json").get_json()["keys"]} > before


@pytest.mark.parametrize("path", [OPENID, "/.well-known/oauth-authorization-server", "/jwks.json"])
def test_documents_may_be_kept_and_asked_for_again(client: FlaskClient, services: Services, path: str) -> None:
    first = client.get(path)

    assert first.headers["Cache-Control"].startswith("public, max-age=")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.head(path).data == b""


def test_every_announced_prompt_is_understood(browser: Browser) -> None:
    for prompt in browser.http.get(OPENID).get_json()["prompt_values_supported"]:
        response = browser.authorize(prompt=prompt)

        if prompt == "none":
            assert answer_of(response)["error"] == "login_required"
        else:
            assert page_of(response).path in {"/sign-in", "/sign-up"}


def test_every_announced_claim_may_be_asked_for(browser: Browser) -> None:
    for name in browser.http.get(OPENID).get_json()["claims_supported"]:
        assert page_of(browser.authorize(claims='{"userinfo":{"%s":null}}' % name)).path == "/sign-in"  # noqa: UP031
