"""Services that register themselves. RFC 7591, OpenID Connect Dynamic Client Registration 1.0."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.crypto import jose
from idp.crypto.secrets import matches
from tests.protocol.registering import CALLBACK, Registering, error_of, good, registering

KEY = jose.generate("ES256")
JWKS = {"keys": [KEY.public()]}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registering]:
    with pytest.MonkeyPatch.context() as patch, registering(tmp_path_factory.mktemp("open"), patch) as started:
        yield started


def test_a_service_is_told_everything_that_is_registered_defaults_included(provider: Registering) -> None:
    """RFC 7591 §3.2.1, OIDC Registration §2 and §3.2."""
    answer = provider.post({"redirect_uris": [CALLBACK]})

    told = answer.get_json()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    client_id = told.pop("client_id")
    assert len(told.pop("client_secret")) == 43
    assert len(told.pop("registration_access_token")) == 43
    assert told.pop("registration_client_uri") == f"http://localhost:8000/register/{client_id}"
    assert told == {
        "application_type": "web",
        "backchannel_logout_session_required": False,
        "client_id_issued_at": int(provider.clock.now().timestamp()),
        "client_secret_expires_at": 0,
        "frontchannel_logout_session_required": False,
        "grant_types": ["authorization_code"],
        "id_token_signed_response_alg": "RS256",
        "redirect_uris": [CALLBACK],
        "require_auth_time": False,
        "require_pushed_authorization_requests": False,
        "require_signed_request_object": False,
        "response_types": ["code"],
        "scope": "openid address email offline_access phone profile",
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "client_secret_basic",
    }


def test_every_member_is_stored_and_answered(provider: Registering) -> None:
    """RFC 7591 §2, OIDC Registration §2, the logout specifications, RFC 9101, RFC 9126 and RFC 9701."""
    provider.web.documents["https://self.example/sector.json"] = json.dumps([CALLBACK]).encode()
    members: dict[str, Any] = {
        "application_type": "web",
        "backchannel_logout_session_required": True,
        "backchannel_logout_uri": "https://self.example/back?tenant=1",
        "client_name": "A service",
        "client_name#fr": "Un service",
        "client_name#ja-Jpan-JP": "サービス",
        "client_uri": "https://self.example/",
        "client_uri#fr": "https://self.example/fr",
        "contacts": ["it@self.example"],
        "default_acr_values": ["urn:example:two-factors"],
        "default_max_age": 3600,
        "frontchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://self.example/front",
        "grant_types": ["authorization_code", "refresh_token"],
        "id_token_encrypted_response_alg": "ECDH-ES",
        "id_token_encrypted_response_enc": "A256GCM",
        "id_token_signed_response_alg": "ES256",
        "initiate_login_uri": "https://self.example/login",
        "introspection_encrypted_response_alg": "ECDH-ES",
        "introspection_encrypted_response_enc": "A128GCM",
        "introspection_signed_response_alg": "ES256",
        "jwks_uri": "https://self.example/jwks.json",
        "logo_uri": "https://self.example/logo.png",
        "logo_uri#fr": "https://self.example/logo-fr.png",
        "policy_uri": "https://self.example/policy",
        "policy_uri#fr": "https://self.example/politique",
        "post_logout_redirect_uris": ["https://self.example/bye"],
        "redirect_uris": [CALLBACK],
        "request_object_encryption_alg": "RSA-OAEP-256",
        "request_object_encryption_enc": "A128GCM",
        "request_object_signing_alg": "PS256",
        "request_uris": ["https://self.example/request.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"],
        "require_auth_time": True,
        "require_pushed_authorization_requests": True,
        "require_signed_request_object": True,
        "response_types": ["code"],
        "scope": "openid email",
        "sector_identifier_uri": "https://self.example/sector.json",
        "security_event_endpoint": "https://self.example/events",
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2.1",
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "tos_uri": "https://self.example/terms",
        "tos_uri#fr": "https://self.example/conditions",
        "userinfo_encrypted_response_alg": "ECDH-ES+A256KW",
        "userinfo_encrypted_response_enc": "A256GCM",
        "userinfo_signed_response_alg": "EdDSA",
    }

    answer = provider.post(members)

    assert answer.status_code == 201, answer.text
    told = answer.get_json()
    given = {"client_id", "client_id_issued_at", "registration_access_token", "registration_client_uri"}
    assert {name: member for name, member in told.items() if name not in given} == members
    assert provider.manage("GET", told).get_json() == told


def test_a_service_without_a_secret_is_told_of_none(provider: Registering) -> None:
    """RFC 7591 §3.2.1: client_secret_expires_at is for those that have a client_secret."""
    told = provider.registered(token_endpoint_auth_method="none", application_type="native")

    assert {"client_secret", "client_secret_expires_at"} & set(told) == set()


def test_the_secret_and_the_token_are_kept_as_digests_and_prove_the_service(provider: Registering) -> None:
    told = provider.registered()

    client = provider.services.clients.get(told["client_id"])
    assert client is not None
    assert client.dynamic
    assert matches(secret=told["client_secret"], digest=client.secret_digests[0])
    answer = provider.http.post(
        "/par",
        data={"redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"},
        auth=(told["client_id"], told["client_secret"]),
    )
    assert answer.status_code == 201, answer.text


def test_unknown_members_and_null_ones_are_ignored(provider: Registering) -> None:
    """RFC 7591 §2: the server MUST ignore any metadata that it does not understand."""
    strange = {"shoe_size": 42, "tagged": {"a": 1}, "#": {"policy_uri#fr": "x"}, "policy_uri#": "x"}
    ours = {"resource_server": True, "require_pkce": True, "client_id": "mine", "state": "approved"}

    answer = provider.post(good() | strange | ours | {"client_name#not a tag": 5, "policy_uri": None, "jwks": None})

    assert answer.status_code == 201, answer.text
    told = answer.get_json()
    client = provider.services.clients.get(told["client_id"])
    assert client is not None
    assert (client.resource_server, client.audiences, client.require_pkce, client.tagged) == (False, (), False, ())
    assert not {*strange, "policy_uri", "jwks"} & set(told)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"response_types": ["code", "code"]}, (["code"], ["authorization_code"])),
        ({"response_types": ["token id_token"]}, (["id_token token"], ["implicit"])),
        ({"response_types": ["code id_token"]}, (["code id_token"], ["authorization_code", "implicit"])),
        ({"grant_types": ["implicit"]}, (["id_token"], ["implicit"])),
        ({"grant_types": ["authorization_code", "refresh_token"]}, (["code"], ["authorization_code", "refresh_token"])),
    ],
)
def test_what_is_left_out_follows_from_what_is_said(
    provider: Registering, sent: dict[str, Any], stored: tuple[list[str], list[str]]
) -> None:
    """RFC 7591 §2.1: response and grant types fit each other."""
    told = provider.registered(**sent)

    assert (told["response_types"], told["grant_types"]) == stored


def test_scopes_that_are_not_offered_are_left_out(provider: Registering) -> None:
    """RFC 7591 §2: scope; §3.2.1: the server may replace values."""
    assert provider.registered(scope="openid email reports:read")["scope"] == "openid email"
    assert provider.refused(scope="reports:read")[:2] == (400, "invalid_client_metadata")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uris", ["https://self.example/callback#fragment"]),
        ("redirect_uris", ["http://self.example/callback"]),
        ("redirect_uris", ["javascript:alert(1)"]),
        ("redirect_uris", ["com.example.app:/callback"]),
        ("redirect_uris", [CALLBACK, CALLBACK]),
        ("redirect_uris", ["https://self.example/callback?state=1"]),
        ("redirect_uris", CALLBACK),
        ("redirect_uris", [5]),
        ("redirect_uris", []),
        ("redirect_uris", None),
        ("redirect_uris", [f"https://self.example/{number}" for number in range(51)]),
    ],
)
def test_redirect_uris_that_must_not_be_registered_are_named(provider: Registering, member: str, value: Any) -> None:
    """RFC 7591 §3.2.2: invalid_redirect_uri."""
    status, code, description = provider.refused(**{member: value})

    assert (status, code) == (400, "invalid_redirect_uri")
    assert description.startswith(member)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("response_types", ["code token none"]),
        ("response_types", "code"),
        ("grant_types", ["password"]),
        ("grant_types", ["client_credentials"]),
        ("grant_types", []),
        ("application_type", "desktop"),
        ("client_name", 5),
        ("client_name", ""),
        ("client_name", "Northtown\u202ecnuoC"),
        ("client_name#fr", "Northtown\u202ecnuoC"),
        ("client_name#fr", ["Conseil"]),
        ("contacts", "it@self.example"),
        ("contacts", [None]),
        ("logo_uri", "data:image/png;base64,AAAA"),
        ("logo_uri", "http://self.example/logo.png"),
        ("logo_uri#fr", "javascript:alert(1)"),
        ("client_uri", "http://self.example/"),
        ("policy_uri", "javascript:alert(1)"),
        ("tos_uri", 7),
        ("jwks_uri", "http://self.example/jwks.json"),
        ("jwks", {"keys": [{"kty": "oct", "k": "AAAA"}]}),
        ("jwks", {"keys": [KEY.public() | {"d": "AAAA"}]}),
        ("jwks", [KEY.public()]),
        ("jwks", {"keys": {}}),
        ("subject_type", "private"),
        ("sector_identifier_uri", "http://self.example/sector"),
        ("sector_identifier_uri", "https://self.example/not-there"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("id_token_signed_response_alg", ["RS256"]),
        ("id_token_encrypted_response_alg", "RSA1_5"),
        ("id_token_encrypted_response_alg", "RSA-OAEP-256"),
        ("id_token_encrypted_response_enc", "A128GCM"),
        ("request_object_signing_alg", "ES256"),
        ("userinfo_signed_response_alg", "none"),
        ("userinfo_encrypted_response_enc", "A128GCM"),
        ("request_object_signing_alg", "none"),
        ("request_object_encryption_enc", "A128GCM"),
        ("introspection_encrypted_response_enc", "A128GCM"),
        ("token_endpoint_auth_method", "client_secret_jwt"),
        ("token_endpoint_auth_signing_alg", "ES256"),
        ("default_max_age", "3600"),
        ("default_max_age", -1),
        ("default_max_age", True),
        ("require_auth_time", "true"),
        ("default_acr_values", ["two words"]),
        ("initiate_login_uri", "http://self.example/login"),
        ("initiate_login_uri", "https://self.example/login?iss=https://evil.example"),
        ("request_uris", ["http://self.example/request.jwt"]),
        ("request_uris", ["https://self.example/request.jwt#a b"]),
        ("post_logout_redirect_uris", ["http://self.example/bye"]),
        ("post_logout_redirect_uris", ["https://self.example/bye#x"]),
        ("backchannel_logout_uri", "http://self.example/back"),
        ("backchannel_logout_uri", "https://self.example/back#x"),
        ("backchannel_logout_session_required", 1),
        ("frontchannel_logout_uri", "https://other.example/front"),
        ("security_event_endpoint", "http://self.example/events"),
        ("security_event_endpoint", "https://self.example/events#x"),
        ("security_event_endpoint", ["https://self.example/events"]),
        ("scope", ""),
        ("scope", ["openid"]),
        ("software_id", {}),
    ],
)
def test_a_wrong_member_is_named(provider: Registering, member: str, value: Any) -> None:
    """RFC 7591 §3.2.2: invalid_client_metadata."""
    status, code, description = error_of(provider.post(good() | {member: value}))

    assert (status, code) == (400, "invalid_client_metadata")
    assert member in description or member.partition("#")[0] in description


def test_response_and_grant_types_that_contradict_each_other_are_refused(provider: Registering) -> None:
    """RFC 7591 §2.1."""
    status, code, description = provider.refused(grant_types=["authorization_code"], response_types=["id_token"])

    assert (status, code) == (400, "invalid_client_metadata")
    assert description.startswith("response_types must hold code for authorization_code; grant_types must hold")
    assert provider.refused(grant_types=["refresh_token"])[1] == "invalid_client_metadata"


def test_jwks_and_jwks_uri_exclude_each_other(provider: Registering) -> None:
    """RFC 7591 §2: both MUST NOT be present in the same request."""
    assert provider.refused(jwks=JWKS, jwks_uri="https://self.example/jwks.json")[1] == "invalid_client_metadata"


def test_a_service_that_wants_answers_encrypted_has_a_key_for_that(provider: Registering) -> None:
    """OIDC Core §10.2."""
    wanted = {"id_token_encrypted_response_alg": "RSA-OAEP-256", "id_token_encrypted_response_enc": "A256GCM"}
    for_encryption = {
        name: part for name, part in jose.generate("RS256").public().items() if name not in {"alg", "use"}
    }

    assert provider.refused(**wanted, jwks=JWKS)[2].startswith(
        "id_token_encrypted_response_alg no key for RSA-OAEP-256"
    )
    assert provider.registered(**wanted, jwks={"keys": [for_encryption]})["jwks"] == {"keys": [for_encryption]}


def test_a_sector_document_has_to_list_every_redirect_uri(provider: Registering) -> None:
    """OIDC Registration §5."""
    uri, other = "https://sector.example/uris.json", "https://other.example/callback"
    provider.web.documents[uri] = json.dumps([CALLBACK]).encode()
    assert provider.refused(redirect_uris=[CALLBACK, other], sector_identifier_uri=uri) == (
        400,
        "invalid_client_metadata",
        f"sector_identifier_uri does not list {other}",
    )

    provider.web.documents[uri] = json.dumps([CALLBACK, other]).encode()
    told = provider.registered(redirect_uris=[CALLBACK, other], sector_identifier_uri=uri)

    client = provider.services.clients.get(told["client_id"])
    assert client is not None
    assert client.sector == "sector.example"


def test_several_hosts_need_a_sector_document(provider: Registering) -> None:
    """OIDC Core §8.1."""
    uris = [CALLBACK, "https://other.example/callback"]

    status, code, description = provider.refused(redirect_uris=uris)
    assert (status, code) == (400, "invalid_client_metadata")
    assert description.startswith("sector_identifier_uri")
    assert provider.registered(redirect_uris=uris, subject_type="public")["subject_type"] == "public"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"redirect_uris": NaN}',
        b'{"redirect_uris": ["https://a.example/"], "redirect_uris": ["https://b.example/"]}',
        b'{"a": ' * 5000 + b"1" + b"}" * 5000,
        b'{"jwks": ' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"client_name": "\\ud800"}',
        b'{"client_name": "\\u0000"}',
        b'{"default_max_age": 1e999}',
        b'{"default_max_age": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_registration_is_refused(provider: Registering, body: bytes) -> None:
    assert error_of(provider.post(body))[:2] == (400, "invalid_client_metadata")


def test_a_body_that_is_too_large_is_refused_unread(provider: Registering) -> None:
    assert error_of(provider.post(b'{"x":"' + b"a" * 70_000 + b'"}'))[:2] == (413, "invalid_request")


def test_only_json_registers(provider: Registering) -> None:
    """RFC 7591 §3.1: application/json. A form could be sent by any page on the web."""
    answer = provider.http.post("/register", data={"redirect_uris": CALLBACK})

    assert error_of(answer)[:2] == (400, "invalid_request")
    assert provider.http.get("/register").status_code == 405


def test_discovery_names_the_endpoint(provider: Registering) -> None:
    """OIDC Discovery §3, RFC 8414 §2."""
    document = provider.http.get("/.well-known/openid-configuration").get_json()

    assert document["registration_endpoint"] == "http://localhost:8000/register"


def test_a_deployment_that_lets_nobody_register_has_no_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registering(tmp_path, monkeypatch, mode="off") as provider:
        assert provider.post(good()).status_code == 404
        assert provider.http.get("/register/self-x").status_code == 404
        assert "registration_endpoint" not in provider.http.get("/.well-known/openid-configuration").get_json()


def test_one_address_registers_so_often_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with registering(tmp_path, monkeypatch, limit="2/hour") as provider:
        answers = [provider.post(good()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert answers[2].headers["Content-Type"] == "application/json"


def test_a_single_page_application_that_registered_itself_may_call_from_its_origin(provider: Registering) -> None:
    """Fetch §3.2: the preflight names no client, so its origin has to be known by itself."""
    provider.registered(redirect_uris=["https://spa.example/callback"], token_endpoint_auth_method="none")
    asked = {"Origin": "https://spa.example", "Access-Control-Request-Method": "POST"}

    answer = provider.http.options("/token", headers=asked)

    assert answer.headers["Access-Control-Allow-Origin"] == "https://spa.example"
