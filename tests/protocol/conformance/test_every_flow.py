"""What the Basic, Implicit, Hybrid and Form Post plans have in common, with each response type by each way back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.protocol.conformance import example
from tests.protocol.conformance.relying_party import RelyingParty, bearer
from tests.protocol.conformance.sign_on import arrived, completed, details, refused, sign_on
from tests.protocol.conformance.visitor import Visitor


def test_core_3_a_sign_on_gives_what_its_response_type_says_and_no_more(flow: RelyingParty, stranger: Visitor) -> None:
    signed_on = sign_on(flow, stranger, scope="openid profile")

    assert stranger.pages[0] == "login-submit"
    assert details(flow, signed_on)["sub"] == signed_on.claims["sub"]


def test_core_5_3_1_userinfo_answers_get_and_post_with_the_token_in_header_or_body(
    flow: RelyingParty, amina: Visitor
) -> None:
    if flow.response_type == "id_token":
        return
    signed_on = sign_on(flow, amina)
    url, header = flow.metadata["userinfo_endpoint"], bearer(signed_on.access_token)

    answers = (
        flow.http.get(url, headers=header),
        flow.http.post(url, headers=header),
        flow.http.post(url, data={"access_token": signed_on.access_token}),
    )

    assert [answer.json()["sub"] for answer in answers] == [signed_on.claims["sub"]] * 3


def test_core_3_1_2_1_the_authorization_endpoint_answers_post(flow: RelyingParty, stranger: Visitor) -> None:
    flow.request()

    stranger.post(flow.metadata["authorization_endpoint"], flow.sent)
    stranger.settle()

    assert completed(flow, arrived(flow, stranger)).claims["sub"]


def test_core_3_1_2_1_prompt_login_and_max_age_0_ask_for_the_password_again(
    flow: RelyingParty, stranger: Visitor
) -> None:
    first = sign_on(flow, stranger)
    pages = []
    for again in ({"prompt": "login"}, {"max_age": "0"}):
        second = sign_on(flow, stranger, **again)
        pages.append(stranger.pages[0])
        assert second.claims["sub"] == first.claims["sub"]

    assert pages == ["login-submit", "login-submit"]


def test_core_3_1_2_6_a_citizen_who_refuses_is_told_as_access_denied(
    flow: RelyingParty, new_visitor: Callable[..., Visitor]
) -> None:
    bram = new_visitor(login="bram")
    bram.open(flow.request(scope="openid profile", prompt="consent"))
    bram.submit("login-submit", typed={"username": "bram", "password": example.citizen("bram")["password"]})

    bram.submit("consent-deny")
    bram.settle()

    assert arrived(flow, bram)["error"] == "access_denied"


@pytest.mark.parametrize("scope", example.CLAIMS_OF_SCOPE)
def test_core_5_4_a_scope_brings_every_claim_that_it_stands_for(
    flow: RelyingParty, amina: Visitor, metadata: dict[str, list[str]], scope: str
) -> None:
    signed_on = sign_on(flow, amina, scope=f"openid {scope}")
    shared = details(flow, signed_on)

    assert scope in metadata["scopes_supported"]
    assert shared.keys() == example.CLAIMS_OF_SCOPE[scope] | {"sub"}
    if flow.response_type != "id_token":
        assert not example.CLAIMS_OF_SCOPE[scope] & signed_on.claims.keys()


def test_core_5_4_all_scopes_together_bring_all_of_their_claims(flow: RelyingParty, amina: Visitor) -> None:
    shared = details(flow, sign_on(flow, amina, scope="openid profile email address phone"))

    assert shared.keys() == set().union(*example.CLAIMS_OF_SCOPE.values()) | {"sub"}


def test_core_3_1_2_1_the_order_of_scopes_and_parameters_does_not_matter(flow: RelyingParty, amina: Visitor) -> None:
    address, _, query = flow.request(scope="email openid").partition("?")
    amina.go(f"{address}?{'&'.join(reversed(query.split('&')))}")

    shared = details(flow, completed(flow, arrived(flow, amina)))

    assert shared.keys() == {"sub", "email", "email_verified"}


@pytest.mark.parametrize("display", ["page", "popup"])
def test_core_3_1_2_1_display_is_accepted(flow: RelyingParty, amina: Visitor, display: str) -> None:
    assert sign_on(flow, amina, display=display).claims["sub"]


def test_core_3_1_2_6_prompt_none_without_a_session_is_login_required(flow: RelyingParty, stranger: Visitor) -> None:
    state = "x" * 128

    assert refused(flow, stranger, prompt="none", state=state) == "login_required"
    assert stranger.pages == []


def test_core_3_1_2_1_prompt_none_with_a_session_succeeds_in_silence(flow: RelyingParty, amina: Visitor) -> None:
    first = sign_on(flow, amina, max_age="15000")

    second = sign_on(flow, amina, prompt="none", max_age="15000")

    assert amina.pages == []
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_core_3_1_2_1_max_age_that_has_not_passed_asks_nothing(flow: RelyingParty, amina: Visitor) -> None:
    first = sign_on(flow, amina, max_age="10000")

    second = sign_on(flow, amina, max_age="10000")

    assert amina.pages == []
    assert second.claims["auth_time"] == first.claims["auth_time"]
    assert isinstance(second.claims["auth_time"], int)


def test_core_3_1_2_1_an_unknown_parameter_is_ignored(flow: RelyingParty, amina: Visitor) -> None:
    assert sign_on(flow, amina, extra="foobar").claims["sub"]


def test_core_3_1_2_1_an_id_token_hint_with_prompt_none_succeeds_in_silence(flow: RelyingParty, amina: Visitor) -> None:
    first = sign_on(flow, amina)

    second = sign_on(flow, amina, prompt="none", id_token_hint=first.id_token)

    assert second.claims["sub"] == first.claims["sub"]


@pytest.mark.parametrize(
    "hint",
    [{"login_hint": "somebody@mail.example"}, {"ui_locales": "se"}, {"ui_locales": "fr en"}, {"claims_locales": "se"}],
)
def test_core_3_1_2_1_hints_are_accepted(flow: RelyingParty, amina: Visitor, hint: dict[str, str]) -> None:
    assert sign_on(flow, amina, **hint).claims["sub"]


def test_core_3_1_2_1_an_acr_that_was_asked_for_is_in_the_id_token(
    flow: RelyingParty, amina: Visitor, metadata: dict[str, list[str]]
) -> None:
    wanted = metadata["acr_values_supported"]

    assert sign_on(flow, amina, acr_values=wanted[0]).claims["acr"] == wanted[0]


def test_core_3_1_2_1_acr_values_that_are_unknown_do_not_stop_a_sign_on(flow: RelyingParty, amina: Visitor) -> None:
    assert sign_on(flow, amina, acr_values="1 2").claims["sub"]


def test_core_3_1_2_1_a_redirect_uri_that_is_not_registered_is_never_gone_to(
    flow: RelyingParty, amina: Visitor
) -> None:
    amina.go(flow.request(redirect_uri=f"{flow.redirect_uri}/more"))

    assert amina.stayed
    assert amina.status == 400


def test_core_3_1_2_6_an_unsigned_request_object_is_refused_and_never_ignored(
    flow: RelyingParty, amina: Visitor
) -> None:
    unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."

    assert refused(flow, amina, request=unsigned) in {"request_not_supported", "invalid_request_object"}


def test_core_3_1_2_6_a_request_uri_that_cannot_be_used_is_refused_and_never_ignored(
    flow: RelyingParty, amina: Visitor
) -> None:
    error = refused(flow, amina, request_uri=f"{example.JUDGE}/requests/unknown")

    assert error in {"request_uri_not_supported", "invalid_request_uri"}


def test_core_5_5_an_essential_claim_asked_of_the_id_token_comes_in_every_id_token(
    flow: RelyingParty, amina: Visitor
) -> None:
    signed_on = sign_on(flow, amina, claims=json.dumps({"id_token": {"name": {"essential": True}}}))

    assert signed_on.claims["name"] == "Amina Jane Haddad"


def test_core_5_5_an_essential_claim_asked_of_userinfo_comes_from_there_alone(
    flow: RelyingParty, amina: Visitor
) -> None:
    signed_on = sign_on(flow, amina, claims=json.dumps({"userinfo": {"name": {"essential": True}}}))

    assert "name" not in signed_on.claims
    if flow.response_type != "id_token":
        assert flow.userinfo(signed_on.access_token)["name"] == "Amina Jane Haddad"
