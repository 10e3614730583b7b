"""Discovery says exactly what is there: every endpoint it names answers, and every endpoint that answers is named."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

from idp.web.access import Audience, audience_of

ISSUER = "http://localhost:8000"
#: Where the document itself is (OIDC Discovery §4, RFC 8414 §3); a document does not name itself.
DOCUMENTS = {
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    # RFC 7033 §10.1
    "/.well-known/webfinger",
}
#: A second address of the key set, for clients that guess.
ALIASES = {"/.well-known/jwks.json"}
ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "end_session_endpoint": "/end-session",
    "device_authorization_endpoint": "/device_authorization",
    "introspection_endpoint": "/introspect",
    "jwks_uri": "/jwks.json",
    "pushed_authorization_request_endpoint": "/par",
    "revocation_endpoint": "/revoke",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
}


def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/.well-known/openid-configuration")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_endpoints_are_these(client: FlaskClient) -> None:
    named = {name: value for name, value in document(client).items() if name.endswith(("_endpoint", "jwks_uri"))}

    assert named == {name: ISSUER + path for name, path in ENDPOINTS.items()}


def test_every_endpoint_that_is_named_answers(client: FlaskClient) -> None:
    for path in ENDPOINTS.values():
        assert client.open(path, method="GET" if path == "/jwks.json" else "POST").status_code not in {404, 405}, path


def test_every_protocol_route_is_named(app: Flask, client: FlaskClient) -> None:
    named = {urlsplit(str(value)).path for value in document(client).values() if str(value).startswith(ISSUER + "/")}
    served = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if audience_of(app.view_functions[rule.endpoint]) is Audience.PROTOCOL
    }

    assert served - named - DOCUMENTS - ALIASES == set()


def test_what_can_be_asked_for_is_this(client: FlaskClient) -> None:
    said = document(client)

    assert said["issuer"] == ISSUER
    assert said["response_types_supported"] == [
        "code",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    ]
    assert set(said["response_modes_supported"]) == {"query", "fragment", "form_post"}
    assert said["grant_types_supported"] == [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
        "implicit",
    ]
    assert set(said["token_endpoint_auth_methods_supported"]) == {
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    }
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert set(said["id_token_signing_alg_values_supported"]) == {"RS256", "PS256", "ES256", "EdDSA"}
    assert set(said["subject_types_supported"]) == {"pairwise", "public"}
    assert set(said["prompt_values_supported"]) == {"none", "login", "consent", "select_account", "create"}
    assert said["authorization_response_iss_parameter_supported"] is True
    assert (said["request_parameter_supported"], said["request_uri_parameter_supported"]) == (True, True)


def test_nothing_unsigned_is_offered(client: FlaskClient) -> None:
    offered = [
        value for name, values in document(client).items() if name.endswith("alg_values_supported") for value in values
    ]

    assert "none" not in offered


def test_both_documents_are_the_same(client: FlaskClient) -> None:
    assert client.get("/.well-known/oauth-authorization-server").get_json() == document(client)
