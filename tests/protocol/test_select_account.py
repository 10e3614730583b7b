"""Several citizens signed in to one browser. OIDC Core §3.1.2.1 (prompt, hints), §3.1.2.6."""

import json

import pytest

from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import ISSUER, Browser, answer_of, page_of
from tests.protocol.test_levels import SECOND, essential, redeem


@pytest.fixture
def both(citizen: Browser) -> Browser:
    """A browser in which Amina shares with the council, and Noor, whom it is with now, does too."""
    citizen.agree("given_name")
    citizen.sign_up_beside("noor")
    page = page_of(citizen.authorize(prompt="consent select_account"))
    choose(citizen, page)
    page = page_of(citizen.come_back(page))
    citizen.share(page, "given_name")
    assert "code" in answer_of(citizen.come_back(page))
    return citizen


def choose(browser: Browser, page: object) -> None:
    """Pick whom the browser is with on the page that asks."""
    browser.services.interactions.note(browser.interaction(page), account_chosen=browser.signed_in().sid)  # type: ignore[arg-type]


def sub_of(browser: Browser) -> str:
    grant = browser.services.consent.standing(browser.signed_in().account_id, "permits")
    assert grant is not None
    return grant.sub


def hint(services: Services, sub: str) -> str:
    return services.keys.signing("RS256").sign({"iss": ISSUER, "aud": "permits", "sub": sub, "exp": 1})


def subject_served(browser: Browser, **request: str) -> str:
    tokens = redeem(browser, answer_of(browser.authorize(**request))["code"])
    answer = browser.http.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    sub: str = answer.get_json()["sub"]
    return sub


def test_without_a_hint_one_has_to_be_chosen(both: Browser) -> None:
    assert page_of(both.authorize()).path == "/choose-account"
    assert answer_of(both.authorize(prompt="none"))["error"] == "account_selection_required"


def test_whoever_is_chosen_goes_on(both: Browser) -> None:
    page = page_of(both.authorize())
    choose(both, page)

    assert "code" in answer_of(both.come_back(page))


def test_a_silent_request_with_a_hint_is_about_the_citizen_it_names(both: Browser, services: Services) -> None:
    noor = sub_of(both)
    both.change_over()
    amina = sub_of(both)

    assert noor != amina
    assert subject_served(both, prompt="none", id_token_hint=hint(services, noor)) == noor
    assert subject_served(both, prompt="none", id_token_hint=hint(services, amina)) == amina
    assert answer_of(both.authorize(prompt="none", id_token_hint=hint(services, "somebody")))["error"] == (
        "login_required"
    )


def test_a_citizen_whom_a_service_names_is_not_away(both: Browser, services: Services, clock: FrozenClock) -> None:
    noor = sub_of(both)
    both.change_over()
    sub_of(both)

    for _ in range(4):
        clock.advance(minutes=9)
        assert subject_served(both, prompt="none", id_token_hint=hint(services, noor)) == noor


def test_a_subject_in_claims_picks_too_5_5_1(both: Browser) -> None:
    noor = sub_of(both)
    both.change_over()
    claims = json.dumps({"id_token": {"sub": {"value": noor}}, "userinfo": {"given_name": None}})

    assert subject_served(both, prompt="none", claims=claims) == noor


def test_a_sign_in_name_picks_the_citizen_who_bears_it_and_nobody_who_is_not_here(both: Browser) -> None:
    noor = sub_of(both)
    both.change_over()

    assert subject_served(both, login_hint=" NOOR ") == noor
    assert page_of(both.authorize(login_hint="somebody")).path == "/choose-account"


def test_a_sign_in_name_is_never_confirmed_without_a_page(both: Browser) -> None:
    errors = {
        answer_of(both.authorize(prompt="none", login_hint=name))["error"] for name in ("noor", "amina", "somebody")
    }

    assert errors == {"account_selection_required"}


def test_with_one_citizen_a_sign_in_name_changes_no_answer(citizen: Browser) -> None:
    citizen.agree("given_name")

    for name in ("amina", "somebody"):
        assert "code" in answer_of(citizen.authorize(prompt="none", login_hint=name))


def test_pages_work_for_whom_the_browser_is_with_so_a_hint_at_another_asks_to_change_over(
    both: Browser, services: Services
) -> None:
    noor = sub_of(both)
    both.change_over()

    page = page_of(both.authorize(id_token_hint=hint(services, noor), prompt="consent"))
    assert page.path == "/choose-account"

    both.change_over()
    choose(both, page)
    assert page_of(both.come_back(page)).path == "/consent"


def test_choosing_another_than_the_hint_names_is_login_required(both: Browser, services: Services) -> None:
    noor = sub_of(both)
    both.change_over()
    page = page_of(both.authorize(id_token_hint=hint(services, noor), prompt="consent"))
    choose(both, page)

    assert answer_of(both.come_back(page))["error"] == "login_required"


def test_more_is_asked_of_the_one_who_was_chosen(both: Browser) -> None:
    page = page_of(both.authorize(claims=essential(SECOND)))
    assert page.path == "/choose-account"
    choose(both, page)

    assert page_of(both.come_back(page)).path == "/step-up"


def test_a_citizen_whose_session_has_ended_is_no_longer_there(both: Browser, services: Services) -> None:
    held = both.http.get_cookie("proffer_others", domain="localhost")
    assert held is not None
    services.authentication.sign_out(held.value)

    assert "code" in answer_of(both.authorize(prompt="none"))


@pytest.mark.parametrize("forged", ["", ".", "x" * 43, ".".join(["y" * 43] * 40), "\u00e9", "." * 500])
def test_a_forged_cookie_is_nobody(citizen: Browser, forged: str) -> None:
    citizen.agree("given_name")
    citizen.http.set_cookie("proffer_others", forged, domain="localhost")

    assert "code" in answer_of(citizen.authorize(prompt="none"))


def test_login_and_selection_together_sign_in_once(both: Browser, clock: FrozenClock) -> None:
    page = page_of(both.authorize(prompt="select_account login"))
    assert page.path == "/sign-in"
    clock.advance(seconds=5)
    both.sign_in("noor")

    assert "code" in answer_of(both.come_back(page))
