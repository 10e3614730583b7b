"""The Basic plan: what belongs to the authorization code flow alone (OIDC Core §3.1).

Its other rows hold for every response type: `test_every_flow`.
"""

from __future__ import annotations

import time
from dataclasses import replace

from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import NewParty
from tests.protocol.conformance.relying_party import RelyingParty, bearer, header_of
from tests.protocol.conformance.sign_on import redirected, refused, sign_on
from tests.protocol.conformance.visitor import Visitor

#: RFC 7636 Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_core_3_1_2_1_a_request_without_response_type_is_refused(party: RelyingParty, amina: Visitor) -> None:
    assert refused(party, amina, response_type=None) in {"invalid_request", "unsupported_response_type"}


def test_core_2_an_id_token_is_signed_with_rs256_unless_registered_otherwise(
    party: RelyingParty, amina: Visitor
) -> None:
    header = header_of(sign_on(party, amina).tokens["id_token"])

    assert header["alg"] == "RS256"
    assert party.keys().get_key(header["kid"]) is not None


def test_core_3_1_2_1_prompt_login_asks_for_the_password_again(party: RelyingParty, stranger: Visitor) -> None:
    first = sign_on(party, stranger, max_age="10000")
    time.sleep(1.1)

    second = sign_on(party, stranger, prompt="login", max_age="10000")

    assert "login-submit" in stranger.pages
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_core_3_1_2_1_max_age_that_has_passed_asks_for_the_password_again(
    party: RelyingParty, stranger: Visitor
) -> None:
    first = sign_on(party, stranger, max_age="10000")
    time.sleep(1.1)

    second = sign_on(party, stranger, max_age="1")

    assert "login-submit" in stranger.pages
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert time.time() - second.claims["auth_time"] < 5


def test_core_2_an_unsigned_id_token_is_not_on_offer(metadata: dict[str, list[str]]) -> None:
    assert "none" not in metadata["id_token_signing_alg_values_supported"]


def test_core_3_1_2_1_the_code_flow_needs_no_nonce(party: RelyingParty, amina: Visitor) -> None:
    assert "nonce" not in sign_on(party, amina, nonce=None).claims


def test_core_5_1_claims_are_of_the_types_that_the_table_gives(party: RelyingParty, amina: Visitor) -> None:
    shared = party.userinfo(sign_on(party, amina, scope="openid profile email address phone").access_token)
    entered = example.citizen("amina")["details"]

    assert isinstance(shared["updated_at"], int)
    assert isinstance(shared["email_verified"], bool)
    assert isinstance(shared["phone_number_verified"], bool)
    assert entered["address"].items() <= shared["address"].items()
    assert {name: shared[name] for name in entered if name != "address"} == {
        name: value for name, value in entered.items() if name != "address"
    }


def test_rfc6749_4_1_2_a_code_is_good_once_and_a_second_use_ends_what_it_brought(
    party: RelyingParty, amina: Visitor
) -> None:
    signed_on = sign_on(party, amina)

    again = party.ask_token(
        grant_type="authorization_code", code=signed_on.answer["code"], redirect_uri=party.redirect_uri
    )

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert "no-store" in again.headers["Cache-Control"]
    dead = party.http.get(party.metadata["userinfo_endpoint"], headers=bearer(signed_on.access_token))
    assert dead.status_code == 401


def test_core_9_a_secret_in_the_body_authenticates(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("posting", method="client_secret_post")

    assert sign_on(party, amina).claims["sub"]


def test_core_9_a_signed_assertion_authenticates(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("signing", method="private_key_jwt", key=example.PRIVATE_KEY)

    assert sign_on(party, amina).claims["sub"]


def test_core_12_a_refresh_token_renews_and_belongs_to_its_service(new_party: NewParty, stranger: Visitor) -> None:
    party, other = new_party("first"), new_party("second")
    first = sign_on(party, stranger, scope="openid offline_access", prompt="consent", max_age="10000")

    renewed = party.refresh(first.tokens["refresh_token"])
    claims = party.checked(renewed["id_token"], nonce=None)
    stolen = other.ask_token(grant_type="refresh_token", refresh_token=renewed["refresh_token"])

    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[name] == first.claims[name], name
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(renewed["access_token"])["sub"] == first.claims["sub"]


def test_rfc7636_4_6_pkce_with_s256_is_checked(party: RelyingParty, amina: Visitor) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

    good = party.redeem(redirected(party, amina, **pkce)["code"], code_verifier=VERIFIER)
    bad = party.ask_token(
        grant_type="authorization_code",
        code=redirected(party, amina, **pkce)["code"],
        redirect_uri=party.redirect_uri,
        code_verifier=VERIFIER[::-1],
    )

    assert good["id_token"]
    assert (bad.status_code, bad.json()["error"]) == (400, "invalid_grant")


def test_rfc6749_5_2_a_wrong_secret_is_401_with_a_challenge(party: RelyingParty) -> None:
    refused_client = replace(party, secret="wrong" * 8).ask_token(grant_type="authorization_code", code="none")

    assert (refused_client.status_code, refused_client.json()["error"]) == (401, "invalid_client")
    assert refused_client.headers["WWW-Authenticate"].startswith("Basic")


def test_rfc6749_10_10_a_code_cannot_be_guessed(party: RelyingParty, amina: Visitor) -> None:
    codes = {redirected(party, amina)["code"] for _ in range(3)}

    assert len(codes) == 3
    assert min(map(len, codes)) >= 43
