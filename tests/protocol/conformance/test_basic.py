"""The Basic plan: the authorization code flow (OIDC Core §3.1), in the order of the plan."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import NewParty
from tests.protocol.conformance.relying_party import RelyingParty, bearer, header_of
from tests.protocol.conformance.sign_on import redirected, refused, sign_on
from tests.protocol.conformance.visitor import Visitor

#: RFC 7636 Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

OF_SCOPE = {
    "profile": {
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}


def test_core_3_1_a_code_brings_tokens_and_the_tokens_bring_details(party: RelyingParty, stranger: Visitor) -> None:
    signed_on = sign_on(party, stranger)

    assert party.userinfo(signed_on.access_token)["sub"] == signed_on.claims["sub"]
    assert stranger.pages[0] == "login-submit"


def test_core_3_1_2_1_a_request_without_response_type_is_refused(party: RelyingParty, amina: Visitor) -> None:
    assert refused(party, amina, response_type=None) in {"invalid_request", "unsupported_response_type"}


def test_core_2_an_id_token_is_signed_with_rs256_unless_registered_otherwise(
    party: RelyingParty, amina: Visitor
) -> None:
    header = header_of(sign_on(party, amina).tokens["id_token"])

    assert header["alg"] == "RS256"
    assert party.keys().get_key(header["kid"]) is not None


def test_core_2_an_unsigned_id_token_is_not_on_offer(metadata: dict[str, list[str]]) -> None:
    assert "none" not in metadata["id_token_signing_alg_values_supported"]


def test_core_5_3_1_userinfo_answers_get(party: RelyingParty, amina: Visitor) -> None:
    signed_on = sign_on(party, amina)

    assert party.userinfo(signed_on.access_token)["sub"] == signed_on.claims["sub"]


def test_core_5_3_1_userinfo_answers_post_with_the_token_in_the_header(party: RelyingParty, amina: Visitor) -> None:
    signed_on = sign_on(party, amina)

    answer = party.http.post(party.metadata["userinfo_endpoint"], headers=bearer(signed_on.access_token))

    assert answer.json()["sub"] == signed_on.claims["sub"]


def test_rfc6750_2_2_userinfo_answers_post_with_the_token_in_the_body(party: RelyingParty, amina: Visitor) -> None:
    signed_on = sign_on(party, amina)

    answer = party.http.post(party.metadata["userinfo_endpoint"], data={"access_token": signed_on.access_token})

    assert answer.json()["sub"] == signed_on.claims["sub"]


def test_core_3_1_2_1_the_code_flow_needs_no_nonce(party: RelyingParty, amina: Visitor) -> None:
    assert "nonce" not in sign_on(party, amina, nonce=None).claims


@pytest.mark.parametrize("scope", OF_SCOPE)
def test_core_5_4_a_scope_brings_every_claim_that_it_stands_for(
    party: RelyingParty, amina: Visitor, metadata: dict[str, list[str]], scope: str
) -> None:
    signed_on = sign_on(party, amina, scope=f"openid {scope}")
    shared = party.userinfo(signed_on.access_token)

    assert scope in metadata["scopes_supported"]
    assert shared.keys() == OF_SCOPE[scope] | {"sub"}
    assert not OF_SCOPE[scope] & signed_on.claims.keys()


def test_core_5_4_all_scopes_together_bring_all_of_their_claims(party: RelyingParty, amina: Visitor) -> None:
    shared = party.userinfo(sign_on(party, amina, scope="openid profile email address phone").access_token)

    assert shared.keys() == set().union(*OF_SCOPE.values()) | {"sub"}


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


def test_core_3_1_2_1_the_order_of_scopes_and_parameters_does_not_matter(party: RelyingParty, amina: Visitor) -> None:
    address, _, query = party.request(scope="email openid").partition("?")
    amina.go(f"{address}?{'&'.join(reversed(query.split('&')))}")

    shared = party.userinfo(party.redeem(amina.answer["code"])["access_token"])

    assert shared.keys() == {"sub", "email", "email_verified"}


@pytest.mark.parametrize("display", ["page", "popup"])
def test_core_3_1_2_1_display_is_accepted(party: RelyingParty, amina: Visitor, display: str) -> None:
    assert sign_on(party, amina, display=display).claims["sub"]


def test_core_3_1_2_1_prompt_login_asks_for_the_password_again(party: RelyingParty, stranger: Visitor) -> None:
    first = sign_on(party, stranger, max_age="10000")
    time.sleep(1.1)

    second = sign_on(party, stranger, prompt="login", max_age="10000")

    assert "login-submit" in stranger.pages
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_core_3_1_2_6_prompt_none_without_a_session_is_login_required(party: RelyingParty, stranger: Visitor) -> None:
    state = "x" * 128

    assert refused(party, stranger, prompt="none", state=state) == "login_required"
    assert stranger.pages == []


def test_core_3_1_2_1_prompt_none_with_a_session_succeeds_in_silence(party: RelyingParty, amina: Visitor) -> None:
    first = sign_on(party, amina, max_age="15000")

    second = sign_on(party, amina, prompt="none", max_age="15000")

    assert amina.pages == []
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_core_3_1_2_1_max_age_that_has_passed_asks_for_the_password_again(
    party: RelyingParty, stranger: Visitor
) -> None:
    first = sign_on(party, stranger, max_age="10000")
    time.sleep(1.1)

    second = sign_on(party, stranger, max_age="1")

    assert "login-submit" in stranger.pages
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert time.time() - second.claims["auth_time"] < 5


def test_core_3_1_2_1_max_age_that_has_not_passed_asks_nothing(party: RelyingParty, amina: Visitor) -> None:
    first = sign_on(party, amina, max_age="10000")

    second = sign_on(party, amina, max_age="10000")

    assert amina.pages == []
    assert second.claims["auth_time"] == first.claims["auth_time"]
    assert isinstance(second.claims["auth_time"], int)


def test_core_3_1_2_1_an_unknown_parameter_is_ignored(party: RelyingParty, amina: Visitor) -> None:
    assert sign_on(party, amina, extra="foobar").claims["sub"]


def test_core_3_1_2_1_an_id_token_hint_with_prompt_none_succeeds_in_silence(
    party: RelyingParty, amina: Visitor
) -> None:
    first = sign_on(party, amina)

    second = sign_on(party, amina, prompt="none", id_token_hint=str(first.tokens["id_token"]))

    assert second.claims["sub"] == first.claims["sub"]


@pytest.mark.parametrize(
    "hint",
    [{"login_hint": "somebody@mail.example"}, {"ui_locales": "se"}, {"ui_locales": "fr en"}, {"claims_locales": "se"}],
)
def test_core_3_1_2_1_hints_are_accepted(party: RelyingParty, amina: Visitor, hint: dict[str, str]) -> None:
    assert sign_on(party, amina, **hint).claims["sub"]


def test_core_3_1_2_1_an_acr_that_was_asked_for_is_in_the_id_token(
    party: RelyingParty, amina: Visitor, metadata: dict[str, list[str]]
) -> None:
    wanted = metadata["acr_values_supported"]

    assert sign_on(party, amina, acr_values=wanted[0]).claims["acr"] == wanted[0]


def test_core_3_1_2_1_acr_values_that_are_unknown_do_not_stop_a_sign_on(party: RelyingParty, amina: Visitor) -> None:
    assert sign_on(party, amina, acr_values="1 2").claims["sub"]


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


def test_core_3_1_2_1_a_redirect_uri_that_is_not_registered_is_never_gone_to(
    party: RelyingParty, amina: Visitor
) -> None:
    amina.go(party.request(redirect_uri=f"{party.redirect_uri}/more"))

    assert amina.stayed
    assert amina.status == 400


def test_core_3_1_2_1_the_authorization_endpoint_answers_post(party: RelyingParty, stranger: Visitor) -> None:
    party.request()
    stranger.post(party.metadata["authorization_endpoint"], party.sent)
    stranger.settle()

    assert party.redeem(stranger.answer["code"])["id_token"]


def test_core_9_a_secret_in_the_body_authenticates(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("posting", method="client_secret_post")

    assert sign_on(party, amina).claims["sub"]


def test_core_9_a_signed_assertion_authenticates(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("signing", method="private_key_jwt", key=example.PRIVATE_KEY)

    assert sign_on(party, amina).claims["sub"]


def test_core_3_1_2_6_an_unsigned_request_object_is_refused_and_never_ignored(
    party: RelyingParty, amina: Visitor
) -> None:
    unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."

    assert refused(party, amina, request=unsigned) in {"request_not_supported", "invalid_request_object"}


def test_core_3_1_2_6_a_request_uri_that_cannot_be_used_is_refused_and_never_ignored(
    party: RelyingParty, amina: Visitor
) -> None:
    error = refused(party, amina, request_uri=f"{example.JUDGE}/requests/unknown")

    assert error in {"request_uri_not_supported", "invalid_request_uri"}


def test_core_5_5_an_essential_claim_asked_of_userinfo_comes_from_there(party: RelyingParty, amina: Visitor) -> None:
    signed_on = sign_on(party, amina, claims=json.dumps({"userinfo": {"name": {"essential": True}}}))

    assert party.userinfo(signed_on.access_token)["name"] == "Amina Jane Haddad"
    assert "name" not in signed_on.claims


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


def test_core_3_1_2_6_a_citizen_who_refuses_is_told_as_access_denied(
    party: RelyingParty, new_visitor: Callable[..., Visitor]
) -> None:
    bram = new_visitor(login="bram")
    bram.open(party.request(scope="openid profile", prompt="consent"))
    bram.submit("login-submit", typed={"username": "bram", "password": example.citizen("bram")["password"]})

    bram.submit("consent-deny")

    assert (bram.answer["error"], bram.answer["state"]) == ("access_denied", party.sent["state"])
