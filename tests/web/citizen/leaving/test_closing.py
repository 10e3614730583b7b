"""Closing the account: said plainly, confirmed, and taken back while there is time."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from tests.doubles import FrozenClock
from tests.web.citizen.chooser import PASSWORD, Chooser
from tests.web.citizen.forms import form_with, forms, posting


def close(citizen: Chooser) -> TestResponse:
    form = posting(citizen.http.get("/leaving/close").text)
    form.tick("sure")
    return citizen.http.post("/leaving/close", data=dict(form.sent("close-submit")))


def press(citizen: Chooser, button: str) -> TestResponse:
    page = citizen.http.get("/leaving/closing").text
    form = next(each for each in forms(page) if button in each.ids())
    return citizen.http.post(form.action, data=dict(form.sent(button)))


def sign_in(citizen: Chooser, address: str = "/sign-in") -> TestResponse:
    form = form_with(citizen.http.get(address).text, "login-submit")
    form.type(username="amina", password=PASSWORD)
    return citizen.http.post(form.action or address, data=dict(form.sent("login-submit")))


def test_the_page_offers_the_download_first_and_wants_a_tick(citizen: Chooser) -> None:
    page = citizen.http.get("/leaving/close").text
    form = posting(page)

    answer = citizen.http.post("/leaving/close", data=dict(form.sent("close-submit")))

    assert page.index('href="/leaving/download"') < page.index('id="close-submit"')
    assert "What ends after 14 days" in page
    assert answer.status_code == 422
    assert "Tick the box if you want to close your account." in answer.text
    assert citizen.grant().withdrawn_at is None


def test_afterwards_every_page_leads_to_the_one_that_offers_to_stay(citizen: Chooser) -> None:
    assert close(citizen).location == "/leaving/closing"

    page = citizen.http.get("/leaving/closing").text

    assert "18 May 2026 10:00" in page
    for address in ("/", "/details", "/sharing", "/activity", "/security", "/leaving", "/sign-in"):
        answer = citizen.http.get(address)
        assert answer.status_code == 303, address
        assert answer.location.startswith("/leaving/closing"), address


def test_signing_in_later_leads_there_and_staying_leads_on(citizen: Chooser, clock: FrozenClock) -> None:
    close(citizen)
    left = press(citizen, "leave-submit")
    assert left.status_code == 303
    assert citizen.http.get("/details").location.startswith("/sign-in")
    clock.advance(days=10)

    answer = sign_in(citizen, "/sign-in?next=/details")
    assert answer.location == "/details"
    answer = citizen.http.get("/details")
    assert answer.location == "/leaving/closing?next=/details"
    form = next(each for each in forms(citizen.http.get(answer.location).text) if "keep-submit" in each.ids())
    kept = citizen.http.post(form.action, data=dict(form.sent("keep-submit")))

    assert kept.location == "/details"
    page = citizen.http.get("/details").text
    assert "You keep your account." in page
    assert "amina@home.example" in page


def test_a_service_gets_nobody_until_the_account_is_kept(citizen: Chooser) -> None:
    close(citizen)

    answer = citizen.asked("given_name")

    assert answer.headers["Location"].startswith("/sign-in?")
    onward = citizen.http.get(answer.headers["Location"])
    assert re.match(r"/leaving/closing\?interaction=", onward.location)
    form = next(each for each in forms(citizen.http.get(onward.location).text) if "keep-submit" in each.ids())
    kept = citizen.http.post(form.action, data=dict(form.sent("keep-submit")))
    assert kept.location.startswith("/authorize?interaction=")
    assert citizen.http.get(kept.location).location.startswith("/consent/")


def test_a_service_that_asks_without_a_page_hears_that_nobody_is_signed_in(citizen: Chooser) -> None:
    close(citizen)

    assert "error=login_required" in citizen.asked("given_name", prompt="none").headers["Location"]


def test_an_old_sign_in_is_not_enough(citizen: Chooser, clock: FrozenClock) -> None:
    form = posting(citizen.http.get("/leaving/close").text)
    form.tick("sure")
    clock.advance(minutes=11)

    assert "again=yes" in citizen.http.get("/leaving/close").location
    assert "again=yes" in citizen.http.post("/leaving/close", data=dict(form.sent("close-submit"))).location


def test_there_is_nothing_to_keep_in_an_account_that_stays(citizen: Chooser) -> None:
    assert citizen.http.get("/leaving/closing").location == "/"


def test_when_the_end_has_come_the_page_is_gone(citizen: Chooser, clock: FrozenClock) -> None:
    close(citizen)
    clock.advance(days=14)
    citizen.services.portability.purge(1)

    assert citizen.http.get("/leaving/closing").location == "/"
    assert "The sign-in name or the password is not right." in sign_in(citizen).text
