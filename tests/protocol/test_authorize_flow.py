"""Sign-ons through `/authorize`. OIDC Core §3.1.2, RFC 6749 §4.1, RFC 9207."""

from collections.abc import Callable

import pytest

from idp.activity.values import Kind
from idp.consent.values import Duration
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import CALLBACK, CALLBACK_WITH_QUERY, ISSUER, Browser, answer_of, page_of


def test_a_stranger_signs_in_chooses_and_the_service_gets_a_code(browser: Browser, clock: FrozenClock) -> None:
    page = page_of(browser.authorize())
    assert page.path == "/sign-in"

    clock.advance(seconds=20)
    browser.sign_up()
    page = page_of(browser.come_back(page))
    assert page.path == "/consent"

    browser.share(page, "given_name", "email")
    answer = answer_of(browser.come_back(page))

    assert answer.keys() == {"code", "state", "iss", "session_state"}
    assert len(answer["code"]) == 43
    assert (answer["state"], answer["iss"]) == ("a-state", ISSUER)


def test_the_parameters_of_a_request_never_travel_again(browser: Browser) -> None:
    response = browser.authorize(login_hint="amina@citizen.example", nonce="a-nonce")

    for part in ("amina", "a-nonce", "a-state", "callback", "permits"):
        assert part not in response.headers["Location"]


def test_a_sign_on_is_a_row_that_names_what_left_and_no_values(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")

    (row, *_) = services.activity.page(citizen.signed_in().account_id, before=None, limit=1).rows

    assert row.kind is Kind.RELEASED
    assert row.client_id == "permits"
    assert row.claims == ("given_name",)
    assert row.facts == {"duration": "standing"}


def test_a_refusal_is_access_denied_and_nothing_else(citizen: Browser) -> None:
    page = page_of(citizen.authorize())

    citizen.refuse(page)

    answer = answer_of(citizen.come_back(page))
    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a-state", ISSUER)


def test_a_choice_for_one_time_serves_one_time(citizen: Browser) -> None:
    page = page_of(citizen.authorize())
    citizen.share(page, "given_name", duration=Duration.ONCE)

    assert "code" in answer_of(citizen.come_back(page))
    assert page_of(citizen.authorize()).path == "/consent"


def test_a_service_that_asks_for_more_leads_back_to_the_choosing_page(citizen: Browser) -> None:
    citizen.agree("given_name", claims='{"userinfo":{"given_name":null}}')

    assert page_of(citizen.authorize()).path == "/consent"


def test_a_citizen_who_stopped_sharing_is_asked_again(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")
    session = citizen.signed_in()
    (grant,) = services.consent.shared_with(session.account_id)

    services.consent.withdraw(account_id=session.account_id, grant_id=grant.id)

    assert page_of(citizen.authorize()).path == "/consent"


def test_an_interaction_gives_one_answer_only(citizen: Browser) -> None:
    page = page_of(citizen.authorize())
    citizen.share(page, "given_name")
    assert "code" in answer_of(citizen.come_back(page))

    again = citizen.come_back(page)

    assert again.status_code == 410
    assert "Location" not in again.headers


def test_an_interaction_belongs_to_the_browser_that_began_it(
    citizen: Browser, new_browser: Callable[[], Browser]
) -> None:
    page = page_of(citizen.authorize())
    other = Browser(citizen.app)
    other.http.set_cookie("proffer_flow", "another-browser", domain="localhost")

    assert other.come_back(page).status_code == 410
    assert Browser(citizen.app).come_back(page).status_code == 410


def test_an_interaction_ends(browser: Browser, clock: FrozenClock) -> None:
    page = page_of(browser.authorize())

    clock.advance(seconds=1801)

    assert browser.come_back(page).status_code == 410


def test_an_interaction_that_nobody_knows_is_a_page(browser: Browser) -> None:
    browser.authorize()

    for secret in ("x", "A" * 43, "é", "'", "\x00"):
        assert browser.http.get("/authorize", query_string={"interaction": secret}).status_code in (400, 410)


def test_a_client_suspended_meanwhile_gets_no_answer(citizen: Browser, services: Services) -> None:
    page = page_of(citizen.authorize())
    citizen.share(page, "given_name")

    services.clients.suspend("permits")

    assert citizen.come_back(page).status_code == 400


def test_two_sign_ons_in_one_browser_do_not_disturb_each_other(citizen: Browser) -> None:
    first, second = page_of(citizen.authorize(state="1")), page_of(citizen.authorize(state="2"))
    citizen.share(first, "given_name")
    citizen.share(second, "given_name")

    assert answer_of(citizen.come_back(second))["state"] == "2"
    assert answer_of(citizen.come_back(first))["state"] == "1"


def test_an_interaction_parameter_beside_others_is_an_unknown_parameter(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert "code" in answer_of(citizen.authorize(interaction="x", foo="bar"))


def test_the_redirect_uris_own_query_stays_as_it_was_registered(citizen: Browser) -> None:
    citizen.agree("given_name")

    answer = answer_of(citizen.authorize(redirect_uri=CALLBACK_WITH_QUERY), at=CALLBACK_WITH_QUERY)

    assert answer.keys() == {"code", "state", "iss", "session_state"}


def test_answers_are_not_kept_and_do_not_say_where_the_citizen_came_from(citizen: Browser) -> None:
    citizen.agree("given_name")

    response = citizen.authorize()

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "proffer_page" not in str(response.headers)


@pytest.mark.parametrize("state", ["s" * 384, "n" * 2048, "a b&c=d%25+é\u4e2d", '"><script>', "\\"])
def test_a_long_or_strange_state_comes_back_intact(citizen: Browser, state: str) -> None:
    citizen.agree("given_name")

    assert answer_of(citizen.authorize(state=state))["state"] == state


def test_a_request_without_state_and_nonce_succeeds(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert answer_of(citizen.authorize(state=None)).keys() == {"code", "iss", "session_state"}


# POST, OIDC Core §3.1.2.1


def test_a_request_may_be_posted(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert answer_of(citizen.authorize("POST"))["state"] == "a-state"


def test_a_request_posted_by_another_site_comes_again_with_our_cookies(
    citizen: Browser, new_browser: Callable[[], Browser]
) -> None:
    citizen.agree("given_name")
    # What SameSite=Lax does to a POST from elsewhere: none of our cookies come along.
    posted = Browser(citizen.app).authorize("POST", prompt="none")

    assert posted.status_code == 303
    location = posted.headers["Location"]
    assert "a-state" not in location
    answer = answer_of(citizen.http.get(location))

    assert answer.keys() == {"code", "state", "iss", "session_state"}
    assert citizen.http.get(location).status_code == 410


def test_a_posted_request_that_is_wrong_is_answered_like_any_other(browser: Browser) -> None:
    assert answer_of(browser.authorize("POST", scope="email"))["error"] == "invalid_scope"
    assert browser.authorize("POST", redirect_uri="https://evil.example/").status_code == 400


def test_a_client_that_has_to_push_cannot_post_either(browser: Browser) -> None:
    assert answer_of(browser.authorize("POST", client_id="pushing"))["error"] == "invalid_request"


# Answers by form, Form Post Response Mode


def test_an_answer_by_form_is_a_page_that_submits_itself(citizen: Browser) -> None:
    citizen.agree("given_name")

    response = citizen.authorize(response_mode="form_post")

    assert response.status_code == 200
    assert f'action="{CALLBACK}"' in response.text
    assert 'name="code"' in response.text
    assert '<input type="hidden" name="state" value="a-state">' in response.text
    assert f'<input type="hidden" name="iss" value="{ISSUER}">' in response.text
    assert "<noscript>" in response.text
    policy = response.headers["Content-Security-Policy"]
    nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
    assert nonce
    assert f'<script nonce="{nonce}">' in response.text
    assert "form-action" not in policy
    assert "unsafe-inline" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "strict-origin"


def test_an_error_by_form_is_a_form_too(browser: Browser) -> None:
    response = browser.authorize(response_mode="form_post", prompt="none")

    assert response.status_code == 200
    assert '<input type="hidden" name="error" value="login_required">' in response.text
    assert '<input type="hidden" name="state" value="a-state">' in response.text


def test_a_browser_that_asks_too_often_is_asked_to_wait(browser: Browser) -> None:
    answers = [browser.authorize().status_code for _ in range(130)]

    assert answers[0] == 303
    assert answers[-1] == 429
