"""prompt, max_age, acr, hints and `sub`, through the endpoint. OIDC Core §3.1.2.1, §3.1.2.6, §5.5.1."""

import json

from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import ISSUER, Browser, answer_of, page_of

PASSWORD_ACR = "urn:proffer:acr:password"


def id_token(services: Services, *, sub: str, aud: str = "permits", exp: int = 1) -> str:
    return services.keys.signing("RS256").sign({"iss": ISSUER, "aud": aud, "sub": sub, "exp": exp})


def sub_at_the_council(citizen: Browser) -> str:
    grant = citizen.services.consent.standing(citizen.signed_in().account_id, "permits")
    assert grant is not None
    return grant.sub


def test_prompt_none_without_a_session_is_login_required_with_state_and_issuer(browser: Browser) -> None:
    answer = answer_of(browser.authorize(prompt="none", state="s" * 128))

    assert (answer["error"], answer["state"], answer["iss"]) == ("login_required", "s" * 128, ISSUER)


def test_prompt_none_before_anything_is_decided_is_consent_required(citizen: Browser) -> None:
    assert answer_of(citizen.authorize(prompt="none"))["error"] == "consent_required"


def test_prompt_none_succeeds_silently_when_everything_is_settled(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert "code" in answer_of(citizen.authorize(prompt="none"))


def test_prompt_none_with_a_detail_more_is_consent_required(citizen: Browser) -> None:
    citizen.agree("given_name", claims='{"userinfo":{"given_name":null}}')

    assert answer_of(citizen.authorize(prompt="none"))["error"] == "consent_required"


def test_prompt_none_stores_no_interaction_and_sets_no_cookie(browser: Browser) -> None:
    assert "Set-Cookie" not in browser.authorize(prompt="none").headers


def test_prompt_login_signs_in_again_although_there_is_a_session(citizen: Browser, clock: FrozenClock) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=60)
    page = page_of(citizen.authorize(prompt="login"))
    assert page.path == "/sign-in"

    clock.advance(seconds=5)
    assert page_of(citizen.come_back(page)).path == "/sign-in"

    citizen.sign_in()
    assert "code" in answer_of(citizen.come_back(page))


def test_prompt_consent_always_asks(citizen: Browser) -> None:
    citizen.agree("given_name")

    page = page_of(citizen.authorize(prompt="consent"))
    assert page.path == "/consent"
    assert page_of(citizen.come_back(page)).path == "/consent"

    citizen.share(page, "given_name")
    assert "code" in answer_of(citizen.come_back(page))


def test_prompt_select_account_asks_who_goes_on(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")
    page = page_of(citizen.authorize(prompt="select_account"))
    assert page.path == "/choose-account"

    services.interactions.note(citizen.interaction(page), account_chosen=citizen.signed_in().sid)

    assert "code" in answer_of(citizen.come_back(page))


def test_an_account_chosen_in_another_session_does_not_count(
    citizen: Browser, services: Services, clock: FrozenClock
) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=60)
    page = page_of(citizen.authorize(prompt="select_account"))

    services.interactions.note(citizen.interaction(page), account_chosen="another-session")

    assert page_of(citizen.come_back(page)).path == "/choose-account"


def test_prompt_create_leads_to_the_sign_up_page(browser: Browser, clock: FrozenClock) -> None:
    page = page_of(browser.authorize(prompt="create"))
    assert page.path == "/sign-up"

    clock.advance(seconds=60)
    browser.sign_up("noor")

    assert page_of(browser.come_back(page)).path == "/consent"


def test_a_session_beyond_max_age_signs_in_again_and_one_within_does_not(citizen: Browser, clock: FrozenClock) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=2)

    assert "code" in answer_of(citizen.authorize(max_age="10000"))
    page = page_of(citizen.authorize(max_age="1"))
    assert page.path == "/sign-in"

    clock.advance(seconds=5)
    citizen.sign_in()
    clock.advance(seconds=5)
    assert "code" in answer_of(citizen.come_back(page))


def test_a_session_beyond_max_age_is_login_required_when_nothing_may_be_shown(
    citizen: Browser, clock: FrozenClock
) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=2)

    assert answer_of(citizen.authorize(max_age="1", prompt="none"))["error"] == "login_required"


def test_acr_values_are_a_wish(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert "code" in answer_of(citizen.authorize(acr_values="1 2"))


def acr(*values: str, essential: bool) -> str:
    wanted = {"acr": {"essential": essential, "values": list(values)}}
    return json.dumps({"id_token": wanted, "userinfo": {"given_name": None}})


def test_an_essential_acr_that_is_not_offered_is_unmet(citizen: Browser) -> None:
    answer = answer_of(citizen.authorize(claims=acr("urn:other", essential=True)))

    assert answer["error"] == "unmet_authentication_requirements"


def test_an_essential_acr_that_the_session_has_is_met(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert "code" in answer_of(citizen.authorize(claims=acr("urn:other", PASSWORD_ACR, essential=True)))
    assert "code" in answer_of(citizen.authorize(claims=acr("urn:other", essential=False)))


def test_a_hint_at_the_citizen_who_is_signed_in_succeeds_also_when_it_has_expired(
    citizen: Browser, services: Services
) -> None:
    citizen.agree("given_name")
    hint = id_token(services, sub=sub_at_the_council(citizen))

    assert "code" in answer_of(citizen.authorize(prompt="none", id_token_hint=hint))


def test_a_hint_at_another_citizen_is_login_required_or_a_sign_in(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")
    hint = id_token(services, sub="somebody-else")

    assert answer_of(citizen.authorize(prompt="none", id_token_hint=hint))["error"] == "login_required"
    assert page_of(citizen.authorize(id_token_hint=hint)).path == "/sign-in"


def test_a_hint_before_the_first_choice_is_held_against_the_vault(citizen: Browser, services: Services) -> None:
    hint = id_token(services, sub="somebody-else")

    assert answer_of(citizen.authorize(prompt="none", id_token_hint=hint))["error"] == "login_required"


def test_somebody_else_who_signs_in_all_the_same_gets_no_further(
    citizen: Browser, services: Services, clock: FrozenClock
) -> None:
    citizen.agree("given_name")
    page = page_of(citizen.authorize(id_token_hint=id_token(services, sub="somebody-else")))
    clock.advance(seconds=5)
    citizen.sign_in()

    assert answer_of(citizen.come_back(page))["error"] == "login_required"


def test_a_hint_that_is_not_ours_is_refused(citizen: Browser, services: Services) -> None:
    for hint in ("x", "e30.e30.e30", id_token(services, sub="x", aud="app")):
        assert answer_of(citizen.authorize(id_token_hint=hint))["error"] == "invalid_request"


def test_a_subject_asked_for_by_claims_is_kept_to(citizen: Browser) -> None:
    citizen.agree("given_name")

    def asking_for(sub: str) -> str:
        return json.dumps({"id_token": {"sub": {"value": sub}}, "userinfo": {"given_name": None}})

    assert "code" in answer_of(citizen.authorize(prompt="none", claims=asking_for(sub_at_the_council(citizen))))
    answer = answer_of(citizen.authorize(prompt="none", claims=asking_for("somebody-else")))
    assert answer["error"] == "login_required"


def test_wishes_about_the_pages_are_accepted(browser: Browser) -> None:
    response = browser.authorize(
        display="popup", ui_locales="ar fr", claims_locales="fr", login_hint="amina@citizen.example"
    )

    assert page_of(response).path == "/sign-in"


def test_login_and_choosing_are_both_asked_for_in_that_order(citizen: Browser, clock: FrozenClock) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=60)
    page = page_of(citizen.authorize(prompt="consent login"))
    assert page.path == "/sign-in"

    clock.advance(seconds=5)
    citizen.sign_in()
    assert page_of(citizen.come_back(page)).path == "/consent"

    citizen.share(page, "given_name")
    assert "code" in answer_of(citizen.come_back(page))


def test_create_and_choosing_show_an_account_first(browser: Browser, clock: FrozenClock) -> None:
    page = page_of(browser.authorize(prompt="create consent"))
    assert page.path == "/sign-up"

    clock.advance(seconds=5)
    browser.sign_up("noor")
    assert page_of(browser.come_back(page)).path == "/consent"


def test_none_beside_another_prompt_is_an_invalid_request_3_1_2_1(citizen: Browser) -> None:
    for prompt in ("none login", "consent none", "none select_account", "none create"):
        assert answer_of(citizen.authorize(prompt=prompt))["error"] == "invalid_request"
