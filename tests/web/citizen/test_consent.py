"""The choosing page: what is ticked is decided, and nothing else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from idp.services import Services
from idp.settings import Settings
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import MARKUP, NAME_WITHOUT_SPACES, Chooser, register


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    """A citizen who holds a name, a birth date, two email addresses and a nationality."""
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(
        ("given_name", "Amina"),
        ("birthdate", "1990-04-12"),
        ("email", "amina@home.example", "home"),
        ("email", "amina@work.example", "work"),
        ("nationalities", ["FR"]),
    )
    return citizen


def test_what_is_ticked_is_decided_and_nothing_else(citizen: Chooser) -> None:
    citizen.asked("given_name", "email", "nationalities")
    form = citizen.form()
    form.tick("claim-email")

    citizen.press("consent-allow", form)

    assert "code=" in citizen.answer()
    assert {decision.claim for decision in citizen.grant().decisions if decision.allowed} == {"given_name", "email"}


def test_voluntary_details_start_unticked_and_essential_ones_have_no_box(citizen: Chooser) -> None:
    citizen.asked("given_name", "email", "nationalities")

    form = citizen.form()

    assert form.control("claim-given_name").kind == "hidden"
    assert form.control("claim-email").kind == "checkbox"
    assert not form.control("claim-email").checked
    assert not form.control("claim-nationalities").checked


def test_the_page_tells_who_asks_and_why(citizen: Chooser) -> None:
    page = citizen.asked("given_name", "email").text

    for words in (
        "Parking permits", "Northtown Council", "public body", "To issue your permit.", "Reason for given_name",
        "Two years", "Without it you cannot use this service online.", "You can phone 0300 123 4567.", "Amina",
    ):  # fmt: skip
        assert words in page
    assert page.count("<h1") == 1


def test_both_answers_have_one_size_and_always_the_same_order(citizen: Chooser) -> None:
    page = citizen.asked("given_name").text

    buttons = re.findall(r'<button class="([^"]*)"\s+type="submit"\s+id="(consent-allow|consent-deny)"', page)

    assert buttons == [("button button--choice", "consent-allow"), ("button button--choice", "consent-deny")]


def test_select_all_ticks_every_requested_detail_and_shares_nothing(citizen: Chooser) -> None:
    citizen.asked("given_name", "email", "nationalities")

    page = citizen.press("consent-select-all")

    assert page.status_code == 200
    assert citizen.form().control("claim-email").checked
    assert citizen.form().control("claim-nationalities").checked
    assert citizen.services.consent.standing(citizen.session.account_id, "permits") is None


def test_a_service_that_wants_to_look_again_later_says_so(citizen: Chooser) -> None:
    assert 'id="while-away"' not in citizen.asked("given_name").text
    assert 'id="while-away"' in citizen.asked("given_name", scope="openid offline_access").text


def test_wanting_to_look_again_later_is_asked_about_by_itself(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-allow")

    page = citizen.asked("given_name", scope="openid offline_access")

    assert 'id="while-away"' in page.text
    assert "None of your details are asked for" not in page.text


def test_refusing_is_one_click_and_sends_access_denied(citizen: Chooser) -> None:
    citizen.asked("given_name", "email")

    citizen.press("consent-deny")

    assert "error=access_denied" in citizen.answer()
    assert citizen.services.consent.standing(citizen.session.account_id, "permits") is None


def test_leaving_out_an_essential_detail_sends_access_denied(citizen: Chooser) -> None:
    citizen.asked("given_name", "email")
    sent = [pair for pair in citizen.form().sent("consent-allow") if pair != ("claim", "given_name")]

    citizen.send(sent)

    assert "error=access_denied" in citizen.answer()


def test_the_smaller_form_is_chosen_until_the_citizen_chooses_more(citizen: Chooser) -> None:
    citizen.asked("birthdate")
    assert citizen.form().control("form-birthdate-age_over_18").checked
    assert '"birthdate"' not in _preview(citizen.html)

    citizen.press("consent-allow")

    citizen.answer()
    assert citizen.grant().claims == ("age_over_18",)


def test_the_whole_detail_can_be_given_instead(citizen: Chooser) -> None:
    citizen.asked("birthdate")
    form = citizen.form()
    form.choose("form-birthdate-birthdate")

    citizen.press("consent-allow", form)

    citizen.answer()
    assert "birthdate" in citizen.grant().claims


def test_one_of_several_addresses_is_picked(citizen: Chooser) -> None:
    citizen.asked("given_name", "email")
    form = citizen.form()
    form.tick("claim-email")
    form.choose("held-email-2")

    page = citizen.press("consent-preview", form)

    assert "amina@work.example" in _preview(page.text)
    assert "amina@home.example" not in _preview(page.text)
    assert citizen.form().control("held-email-2").checked


def test_the_preview_shows_exactly_what_is_ticked_and_opens_after_updating(citizen: Chooser) -> None:
    citizen.asked("given_name", "email", "nationalities")
    assert "amina@home.example" not in _preview(citizen.html)
    form = citizen.form()
    form.tick("claim-nationalities")

    page = citizen.press("consent-preview", form)

    assert "FR" in _preview(page.text)
    assert re.search(r'<details class="more" id="preview" open>', page.text)


def test_sensitive_values_are_behind_show(citizen: Chooser) -> None:
    page = citizen.asked("given_name", "nationalities").text

    masked = re.search(r'<details class="mask">.*?</details>', page, re.DOTALL)

    assert masked is not None
    assert "France" in masked[0]


def test_a_missing_value_is_typed_on_the_page_and_kept(citizen: Chooser) -> None:
    citizen.asked("given_name", "phone_number")
    form = citizen.form()
    form.tick("claim-phone_number")
    form.fill({"typed-phone_number": "+44 20 7946 0018"})

    citizen.press("consent-allow", form)

    citizen.answer()
    assert "phone_number" in citizen.grant().claims


def test_a_wrong_value_brings_the_page_back_with_every_choice(citizen: Chooser) -> None:
    citizen.asked("given_name", "email", "phone_number")
    form = citizen.form()
    form.tick("claim-email", "claim-phone_number")
    form.choose("held-email-2")
    form.choose("duration-once")
    form.fill({"typed-phone_number": "020 7946"})

    page = citizen.press("consent-allow", form)

    assert page.status_code == 422
    assert 'id="error-summary"' in page.text
    assert 'href="#typed-phone_number"' in page.text
    again = citizen.form()
    assert again.control("claim-email").checked
    assert again.control("held-email-2").checked
    assert again.control("duration-once").checked
    assert again.control("typed-phone_number").value == "020 7946"


def test_a_missing_essential_detail_is_asked_for_before_anything_is_shared(app: Flask, services: Services) -> None:
    register(services)
    citizen = Chooser(app, services)
    citizen.asked("given_name", "birthdate")

    page = citizen.press("consent-allow")

    assert page.status_code == 422
    assert {"typed-given_name", "typed-birthdate.day"} <= citizen.form().ids()
    assert services.consent.standing(citizen.session.account_id, "permits") is None


def test_a_detail_outside_the_register_is_left_out_and_told(citizen: Chooser) -> None:
    page = citizen.asked("given_name", "address").text

    assert "This service asks for 1 detail it is not registered to need" in page
    assert "claim-address" not in citizen.form().ids()


def test_an_unregistered_service_is_said_to_be_so_and_needs_nothing(citizen: Chooser) -> None:
    page = citizen.asked("given_name", "email", client="shop").text

    assert "This service has not said why it needs these details." in page
    assert citizen.form().control("claim-given_name").kind == "checkbox"
    assert "They need this" not in page


def test_a_portrait_always_warns(citizen: Chooser) -> None:
    assert "This service asks for a picture of you." in citizen.asked("given_name", "picture").text


def test_only_the_difference_is_asked_later_and_the_heading_says_why(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-allow")
    citizen.answer()

    page = citizen.asked("given_name", "email").text

    assert "asks for something new" in _heading(page)
    assert '<strong class="tag tag--info">New</strong>' in page
    assert "claim-given_name" not in citizen.form().ids()
    assert "claim-email" in citizen.form().ids()


def test_a_remembered_choice_shows_no_page(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-allow")
    citizen.answer()

    assert "code=" in citizen.asked("given_name").headers["Location"]


def test_a_choice_for_one_visit_is_asked_again_and_says_so(citizen: Chooser, clock: FrozenClock) -> None:
    citizen.asked("given_name")
    form = citizen.form()
    form.choose("duration-once")
    citizen.press("consent-allow", form)
    assert "code=" in citizen.answer()

    page = citizen.asked("given_name").text

    assert "Last time was for one visit" in _heading(page)


@pytest.mark.parametrize("duration", ["standing", "once"])
def test_a_needed_detail_that_went_right_after_the_choice_is_asked_for_again(citizen: Chooser, duration: str) -> None:
    """In another window, before the browser went on: without this it would be sent to and fro."""
    citizen.asked("given_name", "email")
    pairs = [pair for pair in citizen.form().sent("consent-allow") if pair[0] != "duration"]
    chosen = citizen.send([*pairs, ("duration", duration)])
    assert chosen.status_code == 303
    session, vault = citizen.session, citizen.services.vault
    assert session.vault_key is not None
    held = vault.read(session.account_id, session.vault_key).values("given_name")[0]
    vault.remove(session.account_id, session.vault_key, held.id)

    again = citizen.http.get(chosen.headers["Location"])
    citizen.page = citizen.http.get(again.headers["Location"])

    assert citizen.page.status_code == 200, citizen.page.headers
    assert 'name="typed-given_name"' in citizen.html
    form = citizen.form()
    form.type(**{"typed-given_name": "Amina"})
    citizen.press("consent-allow", form)
    assert "code=" in citizen.answer()


def test_nothing_is_decided_for_a_service_that_was_suspended_meanwhile(citizen: Chooser, services: Services) -> None:
    citizen.asked("given_name")
    form = citizen.form()
    services.clients.suspend("permits")

    citizen.press("consent-allow", form)

    assert services.consent.standing(citizen.session.account_id, "permits") is None
    assert citizen.http.get(citizen.address).status_code == 303
    answer = citizen.http.get(citizen.address, follow_redirects=True)
    assert answer.status_code == 400
    assert "may not use this sign-in at the moment" in answer.text


def test_a_choice_that_does_not_open_any_more_is_asked_again(citizen: Chooser, services: Services) -> None:
    """Whatever happened to its row; without this the browser would be sent to and fro."""
    citizen.asked("given_name")
    citizen.press("consent-allow")
    citizen.answer()
    with services.db.transaction() as session:
        session.execute(text('UPDATE "grant" SET sub = :sub'), {"sub": "somebody-else"})

    assert citizen.asked("given_name").status_code == 200
    citizen.press("consent-allow")

    assert "code=" in citizen.answer()
    assert citizen.grant().sub != "somebody-else"


def test_after_deciding_the_page_leads_on_instead_of_asking_twice(citizen: Chooser) -> None:
    citizen.asked("given_name")
    form = citizen.form()
    form.choose("duration-once")
    citizen.press("consent-allow", form)

    again = citizen.http.get(citizen.address)

    assert again.status_code == 303
    assert again.headers["Location"].startswith("/authorize?interaction=")


@pytest.mark.parametrize(
    "tampered",
    [
        [("claim", "address")],
        [("claim", "no_such_claim")],
        [("form-given_name", "email")],
        [("held-email", "made-up")],
        [("typed-no_such_claim", "x")],
        [("typed-email_verified", "true")],
        [("duration", "forever")],
        [("claim", "\x00")],
        [("claim", "x" * 5000)],
        [("form-", ""), ("held-", ""), ("typed-", "")],
    ],
)
def test_tampered_fields_are_answered_by_a_page_and_share_nothing(
    citizen: Chooser, tampered: list[tuple[str, str]]
) -> None:
    citizen.asked("given_name", "email")
    names = {name for name, _ in tampered if name != "claim"}
    sent = [pair for pair in citizen.form().sent("consent-allow") if pair[0] not in names]

    page = citizen.send([*sent, ("claim", "email"), *tampered])

    assert page.status_code in (303, 400)
    shared = citizen.services.consent.standing(citizen.session.account_id, "permits")
    assert shared is None or set(shared.claims) <= {"given_name", "email", "email_verified"}
    if page.status_code == 400:
        assert shared is None
        assert "Nothing was shared." in page.text


def test_a_form_without_its_token_is_refused(citizen: Chooser) -> None:
    citizen.asked("given_name")
    sent = [pair for pair in citizen.form().sent("consent-allow") if pair[0] != "csrf_token"]

    assert citizen.send(sent).status_code == 403


def test_another_browser_cannot_open_the_page(citizen: Chooser, app: Flask) -> None:
    citizen.asked("given_name")

    stranger = app.test_client().get(citizen.address)

    assert stranger.status_code == 410
    assert "Amina" not in stranger.text


def test_an_old_request_is_said_to_have_expired(citizen: Chooser, clock: FrozenClock, settings: Settings) -> None:
    citizen.asked("given_name")
    sent = citizen.form().sent("consent-allow")
    clock.advance(seconds=settings.interactions.lifetime_seconds + 1)

    assert citizen.send(sent).status_code == 410


def test_without_a_session_the_dispatcher_decides_what_is_next(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.http.delete_cookie("proffer_session", domain="localhost")

    answer = citizen.http.get(citizen.address)

    assert answer.headers["Location"].startswith("/authorize?interaction=")


def test_text_from_services_is_never_markup(citizen: Chooser) -> None:
    page = citizen.asked("given_name", client="marked").text

    assert MARKUP not in page
    assert "&lt;b onclick=" in page


def test_a_name_of_200_letters_and_one_from_right_to_left_are_isolated(citizen: Chooser) -> None:
    assert f'<bdi lang="en">{NAME_WITHOUT_SPACES}</bdi>' in _heading(citizen.asked("given_name", client="long").text)
    assert "<bdi" in _heading(citizen.asked("given_name", client="rtl").text)


def test_the_form_may_end_where_the_service_leads_on_to_over_tls(citizen: Chooser) -> None:
    policy = citizen.asked("given_name").headers["Content-Security-Policy"]

    assert "form-action 'self' https:;" in policy


def test_enter_in_a_field_neither_shares_nor_refuses(citizen: Chooser) -> None:
    citizen.asked("given_name", "phone_number")

    first = next(control for control in citizen.form().controls if control.kind == "button")

    assert first.value == "update"


def test_a_year_alone_and_digits_of_another_script_are_taken_as_a_date(app: Flask, services: Services) -> None:
    register(services)
    citizen = Chooser(app, services)
    citizen.asked("given_name", "birthdate")
    form = citizen.form()
    form.fill({"typed-given_name": "Amina", "typed-birthdate.day": "١٢", "typed-birthdate.month": "٤"})
    form.fill({"typed-birthdate.year": "١٩٩٠"})

    citizen.press("consent-allow", form)

    assert "code=" in citizen.answer()
    assert citizen.grant().claims == ("given_name", "age_over_18")


def test_the_page_weighs_little(citizen: Chooser) -> None:
    page = citizen.asked("given_name", "birthdate", "email", "phone_number", "nationalities", "picture")

    assert len(page.data) < 30_000


def _heading(page: str) -> str:
    found = re.search(r"<h1.*?</h1>", page, re.DOTALL)
    assert found is not None
    return found[0]


def _preview(page: str) -> str:
    found = re.search(r'<pre class="preview".*?</pre>', page, re.DOTALL)
    assert found is not None
    return found[0]
