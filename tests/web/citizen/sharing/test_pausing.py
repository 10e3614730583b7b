"""Pausing, resuming, keeping longer, and naming the last day: one button each, and the page before a paused service."""

from __future__ import annotations

import pytest

from idp.consent.values import Duration
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import Chooser
from tests.web.citizen.forms import form_with


def share(citizen: Chooser, **typed: str) -> None:
    citizen.asked("given_name", "birthdate")
    form = citizen.form()
    if typed:
        form.choose("duration-until")
        for part, value in typed.items():
            form.fill({f"until.{part}": value})
    citizen.press("consent-allow", form)
    citizen.answer()


def page(citizen: Chooser) -> str:
    return citizen.http.get(f"/sharing/{citizen.grant().id}").text


def press(citizen: Chooser, html: str, button: str) -> None:
    form = form_with(html, button)
    citizen.address = form.action or citizen.address
    citizen.send(form.sent(button))


def test_a_pause_takes_one_button_and_so_does_going_on(citizen: Chooser) -> None:
    share(citizen)

    press(citizen, page(citizen), "sharing-pause")
    paused = page(citizen)
    press(citizen, paused, "sharing-resume")
    resumed = page(citizen)

    assert "Sharing is paused." in paused
    assert "You paused sharing on" in paused
    assert "What it would learn" in paused
    assert "sharing-pause" not in paused
    assert "sharing-stop" in paused
    assert "Sharing goes on as you chose before." in resumed
    assert citizen.grant().paused_at is None


def test_pausing_twice_is_as_good_as_once(citizen: Chooser) -> None:
    share(citizen)
    html = page(citizen)
    press(citizen, html, "sharing-pause")
    at = citizen.grant().paused_at

    press(citizen, html, "sharing-pause")

    assert citizen.page is not None
    assert citizen.page.status_code == 303
    assert citizen.grant().paused_at == at


def test_a_paused_service_stays_in_the_list_and_says_so(citizen: Chooser) -> None:
    share(citizen)
    press(citizen, page(citizen), "sharing-pause")

    listed = citizen.http.get("/sharing").text

    assert "Paused" in listed
    assert "No longer shared" not in listed


def test_at_a_paused_service_the_page_asks_to_resume_and_names_what_it_gets(citizen: Chooser) -> None:
    share(citizen)
    press(citizen, page(citizen), "sharing-pause")

    html = citizen.asked("given_name", "birthdate").text

    assert "You paused sharing with" in html
    assert "Given name" in html
    assert "Aged 18 or over" in html
    assert "Amina" not in html
    press(citizen, html, "consent-resume")
    assert "code=" in citizen.answer()


def test_at_a_paused_service_nothing_but_resuming_shares(citizen: Chooser) -> None:
    share(citizen)
    press(citizen, page(citizen), "sharing-pause")
    form = form_with(citizen.asked("given_name", "birthdate").text, "consent-resume")

    answer = citizen.send([*form.sent("consent-resume")[:1], ("action", "allow"), ("claim", "given_name")])

    assert answer.status_code == 200
    assert "You paused sharing with" in answer.text
    assert citizen.grant().paused_at is not None


def test_not_resuming_refuses_the_service(citizen: Chooser) -> None:
    share(citizen)
    press(citizen, page(citizen), "sharing-pause")

    press(citizen, citizen.asked("given_name", "birthdate").text, "consent-deny")

    assert "error=access_denied" in citizen.answer()
    assert citizen.grant().paused_at is not None


def test_a_last_day_can_be_named_when_sharing(citizen: Chooser) -> None:
    share(citizen, day="3", month="8", year="2026")

    assert citizen.grant().duration is Duration.UNTIL
    assert "Until the end of <time" in page(citizen)
    assert "3 August 2026" in page(citizen)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Enter the last day"),
        ({"day": "31", "month": "2", "year": "2027"}, "Enter a day that exists"),
        ({"day": "1", "month": "1", "year": "2020"}, "Enter a day that is not over"),
        ({"day": "1", "month": "1", "year": "2099"}, "Enter a day no later than"),
        ({"day": "x\x00", "month": "<b>", "year": "é"}, "Enter a day that exists"),
    ],
)
def test_a_day_that_cannot_be_is_named_with_what_is_wrong_and_nothing_is_shared(
    citizen: Chooser, typed: dict[str, str], words: str
) -> None:
    citizen.asked("given_name", "birthdate")
    form = citizen.form()
    form.choose("duration-until")
    for part, value in typed.items():
        form.fill({f"until.{part}": value})

    answer = citizen.press("consent-allow", form)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'href="#until.day"' in answer.text
    assert citizen.services.consent.standing(citizen.session.account_id, "permits") is None


def test_after_the_named_day_the_page_says_why_it_asks(citizen: Chooser, clock: FrozenClock) -> None:
    share(citizen, day="5", month="5", year="2026")
    clock.advance(days=2)
    citizen.sign_in()

    assert "The day you named is over." in citizen.asked("given_name", "birthdate").text
    assert "Sharing ended on" in page(citizen)


def test_the_front_page_lists_what_ends_soon_and_keeps_it_longer_with_one_button(
    citizen: Chooser, clock: FrozenClock
) -> None:
    share(citizen)
    clock.advance(days=345)
    citizen.sign_in()
    home = citizen.http.get("/").text

    press(citizen, home, "extend-1")

    assert "Sharing that ends soon" in home
    assert "Given name" in home
    after = citizen.http.get("/").text
    assert "You share with this service until 14 April 2028." in after
    assert "Sharing that ends soon" not in after


def test_what_has_ended_cannot_be_kept_any_more(citizen: Chooser, clock: FrozenClock) -> None:
    share(citizen)
    clock.advance(days=345)
    citizen.sign_in()
    home = citizen.http.get("/").text
    clock.advance(days=30)
    citizen.sign_in()

    press(citizen, home, "extend-1")

    assert "This has ended." in citizen.http.get("/").text
