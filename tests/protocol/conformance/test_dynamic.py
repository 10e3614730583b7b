"""The Dynamic plan and Third-Party-Initiated Login: services that register themselves (OIDC Registration, RFC 7591)."""

from __future__ import annotations

import io
import json
import re
import time
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from PIL import Image

from tests.journeys.provider import StartedProvider
from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import Register
from tests.protocol.conformance.outside import Outside
from tests.protocol.conformance.own_keys import new_key, published, signing
from tests.protocol.conformance.relying_party import bearer, header_of
from tests.protocol.conformance.sign_on import redirected, sign_on
from tests.protocol.conformance.visitor import Visitor

REFRESHING = ["authorization_code", "refresh_token"]


def refused_registration(http: httpx.Client, metadata: dict[str, Any], **members: Any) -> str:
    """The error code of a registration that is refused (RFC 7591 §3.2.2)."""
    answer = http.post(metadata["registration_endpoint"], json={"redirect_uris": [example.CALLBACK]} | members)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"])


def test_registration_3_2_a_service_registers_itself_and_signs_on(register: Register, stranger: Visitor) -> None:
    party = register(client_name="A service of its own")

    assert sign_on(party, stranger, scope="openid email").claims["sub"]
    assert party.registration["client_secret_expires_at"] == 0


def test_registration_3_1_discovery_offers_what_any_service_may_register(metadata: dict[str, Any]) -> None:
    assert {"code", "id_token", "id_token token"} <= set(metadata["response_types_supported"])
    assert "implicit" in metadata["grant_types_supported"]


def test_registration_2_a_service_without_a_method_gets_a_secret_for_basic(register: Register) -> None:
    party = register()

    assert party.method == "client_secret_basic"
    assert party.secret is not None


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_registration_2_id_tokens_are_signed_with_the_algorithm_that_was_registered(
    register: Register, stranger: Visitor, algorithm: str
) -> None:
    party = register(id_token_signed_response_alg=algorithm)

    assert header_of(sign_on(party, stranger).id_token)["alg"] == algorithm


def test_core_5_3_2_userinfo_is_signed_where_that_was_registered(register: Register, stranger: Visitor) -> None:
    party = register(userinfo_signed_response_alg="RS256")
    signed_on = sign_on(party, stranger, scope="openid email")

    answer = party.http.get(party.metadata["userinfo_endpoint"], headers=bearer(signed_on.access_token))
    claims = party.opened(answer.text)

    assert answer.headers["Content-Type"].partition(";")[0] == "application/jwt"
    assert (claims["iss"], claims["aud"]) == (party.issuer, party.client_id)
    assert claims["sub"] == signed_on.claims["sub"]
    assert claims["email"] == "amina@mail.example"
    assert "nonce" not in claims


def test_core_3_1_2_1_a_service_with_two_addresses_has_to_say_which(register: Register, amina: Visitor) -> None:
    party = register(redirect_uris=[example.CALLBACK, f"{example.CALLBACK}/other"])

    amina.go(party.request(redirect_uri=None))

    assert amina.stayed
    assert amina.status == 400


def test_rfc6749_3_1_2_the_query_of_a_registered_address_is_kept(register: Register, stranger: Visitor) -> None:
    party = register(redirect_uris=[f"{example.CALLBACK}?foo=bar"])

    answer = redirected(party, stranger)

    assert stranger.url.startswith(f"{example.CALLBACK}?foo=bar&")
    assert answer.pop("foo") == "bar"
    assert party.redeem(answer["code"])["id_token"]


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        (f"{example.CALLBACK}?foo=bar", f"{example.CALLBACK}?foo=other"),
        (example.CALLBACK, f"{example.CALLBACK}?foo=bar"),
        (f"{example.CALLBACK}?foo=bar", example.CALLBACK),
    ],
)
def test_core_3_1_2_1_another_query_is_another_address(
    register: Register, amina: Visitor, registered: str, sent: str
) -> None:
    party = register(redirect_uris=[registered])

    amina.go(party.request(redirect_uri=sent))

    assert amina.stayed
    assert amina.status == 400


def test_registration_2_an_address_with_a_fragment_is_refused(http: httpx.Client, metadata: dict[str, Any]) -> None:
    error = refused_registration(http, metadata, redirect_uris=[f"{example.CALLBACK}#fragment"])

    assert error in {"invalid_redirect_uri", "invalid_client_metadata"}


@pytest.mark.parametrize("member", ["policy_uri", "tos_uri"])
def test_registration_2_the_choosing_page_links_to_policy_and_terms(
    register: Register, stranger: Visitor, member: str
) -> None:
    address = f"https://localhost.emobix.co.uk:8443/{member}"
    party = register(**{member: address})

    stranger.open(party.request(scope="openid email"))
    stranger.submit("login-submit", typed={"username": "amina", "password": example.citizen("amina")["password"]})

    assert f'href="{address}"' in stranger.body


def test_registration_2_the_choosing_page_shows_the_logo(register: Register, stranger: Visitor, judge: Outside) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(drawn, "PNG")
    party = register(logo_uri=judge.publish("/logo.png", drawn.getvalue(), "image/png"))

    stranger.open(party.request(scope="openid email"))
    stranger.submit("login-submit", typed={"username": "amina", "password": example.citizen("amina")["password"]})
    shown = re.search(r'<img class="logo" src="([^"]+)"', stranger.body)

    assert shown is not None
    assert stranger.fetch(urljoin(stranger.url, unescape(shown[1]))).headers["Content-Type"] == "image/png"


def test_registration_2_keys_are_fetched_from_where_the_service_publishes_them(
    register: Register, stranger: Visitor, judge: Outside
) -> None:
    party = signing(register, judge, "/keys-of-one")

    assert sign_on(party, stranger).claims["sub"]
    assert "/keys-of-one" in judge.fetched


def test_core_10_1_1_a_service_that_changes_its_keys_is_known_by_the_new_ones_at_once(
    register: Register, stranger: Visitor, judge: Outside
) -> None:
    party = signing(register, judge, "/keys-that-change", grant_types=REFRESHING)
    signed_on = sign_on(party, stranger, scope="openid offline_access", prompt="consent")
    old = party.key
    party.key = new_key()
    assert old is not None
    published(judge, party.key, path="/keys-that-change")

    renewed = party.refresh(signed_on.tokens["refresh_token"])

    assert party.checked(renewed["id_token"], nonce=None)["sub"] == signed_on.claims["sub"]


def test_registration_5_a_sector_is_fetched_and_must_list_every_address(
    register: Register, judge: Outside, http: httpx.Client, metadata: dict[str, Any]
) -> None:
    good = judge.publish("/sector.json", json.dumps([example.CALLBACK]))
    bad = judge.publish("/other-sector.json", json.dumps(["https://elsewhere.example/callback"]))

    party = register(subject_type="pairwise", sector_identifier_uri=good)

    assert party.registration["sector_identifier_uri"] == good
    assert refused_registration(http, metadata, subject_type="pairwise", sector_identifier_uri=bad) in {
        "invalid_client_metadata",
        "invalid_redirect_uri",
    }


def test_core_8_1_services_of_one_sector_know_a_citizen_by_one_name_and_others_by_another(
    register: Register, stranger: Visitor, judge: Outside
) -> None:
    sector = judge.publish("/shared-sector.json", json.dumps([example.CALLBACK]))
    together = [register(subject_type="pairwise", sector_identifier_uri=sector) for _ in range(2)]
    alone = register(subject_type="pairwise")

    first, second, third = (sign_on(party, stranger).claims["sub"] for party in (*together, alone))

    assert first == second
    assert third != first


def test_core_10_1_1_a_new_key_is_published_and_what_the_old_one_signed_still_verifies(
    register: Register, stranger: Visitor, provider: StartedProvider
) -> None:
    party = register()
    before = sign_on(party, stranger).id_token
    provider.command("keys", "rotate")
    deadline = time.monotonic() + 10
    while header_of(after := sign_on(party, stranger).id_token)["kid"] == header_of(before)["kid"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)

    assert party.opened(before)["sub"] == party.opened(after)["sub"]


@pytest.mark.parametrize("audience", ["issuer", "token_endpoint"])
def test_core_9_an_assertion_is_good_for_the_issuer_and_for_the_token_endpoint(
    register: Register, stranger: Visitor, judge: Outside, audience: str
) -> None:
    party = signing(register, judge, f"/keys-for-{audience}")
    code = redirected(party, stranger)["code"]

    answer = party.http.post(
        party.metadata["token_endpoint"],
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": party.redirect_uri}
        | party.assertion(audience=party.metadata[audience]),
    )

    assert party.tokens_of(answer)["id_token"]


def test_core_12_a_registered_service_refreshes_and_no_other_one_can(register: Register, stranger: Visitor) -> None:
    party, other = register(grant_types=REFRESHING), register(grant_types=REFRESHING)
    signed_on = sign_on(party, stranger, scope="openid offline_access", prompt="consent")

    stolen = other.ask_token(grant_type="refresh_token", refresh_token=signed_on.tokens["refresh_token"])
    renewed = party.refresh(signed_on.tokens["refresh_token"])

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert party.checked(renewed["id_token"], nonce=None)["sub"] == signed_on.claims["sub"]


def test_rfc7591_2_members_that_nobody_knows_are_ignored(register: Register) -> None:
    assert "unknown_member" not in register(unknown_member="x").registration


def test_rfc7592_2_a_registration_is_read_and_taken_back(register: Register, http: httpx.Client) -> None:
    told = register().registration
    token = bearer(told["registration_access_token"])

    read = http.get(told["registration_client_uri"], headers=token)
    deleted = http.delete(told["registration_client_uri"], headers=bearer(read.json()["registration_access_token"]))
    gone = http.get(told["registration_client_uri"], headers=token)

    assert read.json()["client_id"] == told["client_id"]
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert gone.status_code == 401


def test_third_party_login_4_a_service_registers_where_a_sign_in_begins(register: Register, http: httpx.Client) -> None:
    address = f"{example.JUDGE}/initiate_login"
    told = register(initiate_login_uri=address).registration

    read = http.get(told["registration_client_uri"], headers=bearer(told["registration_access_token"]))

    assert read.json()["initiate_login_uri"] == address


def test_third_party_login_4_a_sign_in_cannot_begin_at_a_plain_http_address(
    http: httpx.Client, metadata: dict[str, Any]
) -> None:
    address = "http://localhost.emobix.co.uk/initiate_login"

    assert refused_registration(http, metadata, initiate_login_uri=address) == "invalid_client_metadata"
