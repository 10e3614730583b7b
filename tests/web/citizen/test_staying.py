"""The warning before a session ends, with scripts and without. WCAG 2.2.1."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.services import Services
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.web.axe import violations
from tests.web.citizen.visitor import PASSWORD, Visitor

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
    "without motion": {"reduced_motion": "reduce"},
}


def _left(visitor: Visitor) -> dict[str, Any]:
    found = visitor.client.get("/session/left").json
    assert isinstance(found, dict)
    return found


def test_asking_how_long_it_lasts_keeps_nothing_alive(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    clock.advance(minutes=20)

    first = _left(visitor)
    clock.advance(minutes=9)
    second = _left(visitor)
    clock.advance(minutes=1)

    assert (first["rests"], first["ends"]) == (600, 43200 - 1200)
    assert second["rests"] == 60
    assert _left(visitor) == {"rests": 0, "ends": 0}
    assert visitor.open("/security").status_code == 303


def test_staying_begins_the_rest_anew(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    clock.advance(minutes=29)
    token = _left(visitor)["token"]

    answer = visitor.client.post("/session/stay", data={"csrf_token": token}, follow_redirects=True)

    assert answer.json is not None
    assert answer.json["rests"] == 1800
    clock.advance(minutes=29)
    assert visitor.open("/security").status_code == 200


def test_staying_needs_the_pages_own_word(visitor: Visitor) -> None:
    visitor.sign_up()

    assert visitor.client.post("/session/stay").status_code == 403
    assert visitor.client.get("/session/stay").status_code == 405


def test_the_latest_end_is_not_put_off_and_is_said_in_time(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    for _ in range(24):
        clock.advance(minutes=29)
        visitor.open("/security")
    clock.advance(minutes=4)
    page = visitor.open("/security").text

    visitor.client.post("/session/stay", data={"csrf_token": _left(visitor)["token"]})

    assert "You have been signed in for long" in page
    assert "In 20 minutes you are signed out, whatever you do." in page
    assert _left(visitor)["ends"] == 1200
    clock.advance(minutes=20)
    assert visitor.open("/security").status_code == 303


def test_a_page_for_long_typing_says_how_long_it_stays_usable(visitor: Visitor) -> None:
    code = visitor.sign_up()
    visitor.open("/recovery-code")
    visitor.send("confirm-recovery-code", recovery_code=code)

    page = visitor.open("/details/add/address").text

    assert "You have 30 minutes for this page." in page
    assert "You have 30 minutes for this page." not in visitor.open("/security").text


def test_nobody_signed_in_is_warned_of_nothing(visitor: Visitor) -> None:
    page = visitor.open("/sign-up")

    assert "session-end" not in page.text
    assert "connect-src" not in page.headers["Content-Security-Policy"]
    assert _left(visitor) == {"rests": 0, "ends": 0}


def _typing(page: Page, served: str) -> None:
    """Sign up, and type something where the browser's time can be turned on."""
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    page.clock.install()
    page.goto(f"{served}/security/password")
    page.fill("#current_password", "half typed")


def _later(page: Page, clock: FrozenClock, minutes: int) -> None:
    clock.advance(minutes=minutes)
    page.clock.fast_forward(minutes * 60_000 + 1000)


@pytest.mark.browser
def test_the_warning_keeps_the_session_and_what_was_typed(new_page: NewPage, served: str, clock: FrozenClock) -> None:
    page = new_page()
    _typing(page, served)
    _later(page, clock, 27)
    page.wait_for_selector("#session-end[open]")

    focused = page.evaluate("document.activeElement.id")
    with page.expect_response("**/session/left") as kept:
        page.keyboard.press("Enter")
    page.wait_for_selector("#session-end", state="hidden")

    assert focused == "session-stay"
    assert kept.value.json()["rests"] == 1800
    assert page.input_value("#current_password") == "half typed"
    _later(page, clock, 26)
    assert not page.is_visible("#session-end")
    _later(page, clock, 1)
    page.wait_for_selector("#session-end[open]")


@pytest.mark.browser
def test_a_session_that_another_window_keeps_is_not_warned_of(
    new_page: NewPage, served: str, clock: FrozenClock
) -> None:
    page = new_page()
    _typing(page, served)
    clock.advance(minutes=20)
    other = page.context.new_page()
    other.goto(f"{served}/security")
    clock.advance(minutes=7)

    with page.expect_response("**/session/left") as asked:
        page.clock.fast_forward(27 * 60_000 + 1000)

    assert asked.value.json()["rests"] == 23 * 60
    assert not page.is_visible("#session-end")


@pytest.mark.browser
def test_escape_leads_back_to_the_page_and_the_end_is_said(new_page: NewPage, served: str, clock: FrozenClock) -> None:
    page = new_page()
    _typing(page, served)
    page.focus("#current_password")
    _later(page, clock, 27)
    page.wait_for_selector("#session-end[open]")
    page.keyboard.press("Escape")
    back = page.evaluate("document.activeElement.id")

    _later(page, clock, 3)
    page.wait_for_selector("#session-end[open]")

    assert back == "current_password"
    assert "You have been signed out" in page.inner_text("#session-end")
    assert page.is_visible("#session-again")
    page.click("#session-close")
    assert page.input_value("#current_password") == "half typed"


@pytest.mark.browser
def test_the_latest_end_offers_no_staying(
    new_page: NewPage, served: str, clock: FrozenClock, app: Flask, services: Services
) -> None:
    page = new_page()
    _typing(page, served)
    for _ in range(24):
        clock.advance(minutes=29)
        page.goto(f"{served}/security/password")
    page.clock.fast_forward(1000)

    _later(page, clock, 21)
    page.wait_for_selector("#session-end[open]")

    assert "signed in for as long as we allow" in page.inner_text("#session-end")
    assert not page.is_visible("#session-stay")


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, clock: FrozenClock, way: str) -> None:
    page, found = new_page(**WAYS[way]), []
    _typing(page, served)
    for minutes in (27, 3):
        _later(page, clock, minutes)
        page.wait_for_selector("#session-end[open]")
        found += [f"{minutes}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{minutes}: wider than the window")
        page.keyboard.press("Escape")

    assert found == []
