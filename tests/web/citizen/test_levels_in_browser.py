"""The pages of codes, step-up and several citizens in a real browser: axe, narrow windows, and without scripts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from idp.services import Services
from tests.authenticator import shown, typed_in
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.protocol.sign_on import CALLBACK, CHALLENGE, register
from tests.web.axe import violations
from tests.web.citizen.test_accessibility import WAYS
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser

NEW_PASSWORD = "violet anchor teapot river"
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "value": "urn:proffer:acr:second-factor"}}})


def arriving(served: str, **more: str) -> str:
    """The address at which a service's request arrives."""
    request = {
        "client_id": "permits",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"{served}/authorize?{urlencode(request | more)}"


@dataclass
class Kept:
    """What the citizen has outside the browser."""

    recovery_code: str = ""
    secret: bytes = b""


def walk(page: Page, served: str, clock: FrozenClock) -> Iterator[str]:
    """Go through every page and state, stopping at each."""
    kept = Kept()
    yield from _set_up(page, served, clock, kept)
    yield from _in_company(page, served, clock)
    yield from _come_back(page, served, clock, kept)


def _set_up(page: Page, served: str, clock: FrozenClock, kept: Kept) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    kept.recovery_code = page.inner_text("#recovery-code")
    page.goto(arriving(served, claims=ESSENTIAL))
    yield "step up, no app"
    page.click("#step-up-set-up")
    yield "authenticator, begin"
    page.click("#authenticator-begin")
    yield "authenticator, confirm"
    kept.secret = typed_in(page.inner_text("#authenticator-key"))
    page.fill("#code", "000000")
    page.click("#authenticator-confirm")
    yield "authenticator, wrong code"
    page.fill("#code", shown(kept.secret, clock.now()))
    page.click("#authenticator-confirm")
    page.wait_for_url("**/consent/**")
    for path in ("/security", "/security/authenticator", "/security/authenticator/remove", "/accounts", "/activity"):
        page.goto(served + path)
        yield path
    page.goto(f"{served}/security/authenticator/remove")
    page.click("#authenticator-remove-submit")
    yield "remove, no password"


def _in_company(page: Page, served: str, clock: FrozenClock) -> Iterator[str]:
    page.goto(f"{served}/sign-up?another=yes")
    page.fill("#username", "noor.with.a.rather.long.name@example.org")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    clock.advance(seconds=31)
    page.goto(arriving(served, prompt="select_account"))
    yield "choose an account of two"
    page.goto(f"{served}/accounts")
    yield "accounts of two"
    page.goto(f"{served}/sign-out")
    yield "sign out of two"
    page.goto(f"{served}/accounts")
    page.click("#leave-all-submit")


def _come_back(page: Page, served: str, clock: FrozenClock, kept: Kept) -> Iterator[str]:
    page.goto(f"{served}/sign-in?next=/security")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#login-submit")
    yield "code at sign-in"
    page.fill("#code", "000000")
    page.click("#code-submit")
    yield "wrong code at sign-in"
    page.fill("#code", shown(kept.secret, clock.now()))
    page.click("#code-submit")
    page.wait_for_url("**/security")
    page.goto(f"{served}/recover")
    page.fill("#username", "amina")
    page.fill("#recovery_code", kept.recovery_code)
    page.fill("#password", NEW_PASSWORD)
    page.click("#recover-submit")
    yield "recovered with an app"
    clock.advance(seconds=31)
    page.goto(arriving(served, claims=ESSENTIAL))
    yield "step up"
    page.click("#step-up-submit")
    yield "step up, no code"
    page.fill("#code", shown(kept.secret, clock.now()))
    page.click("#step-up-submit")
    page.wait_for_url("**/consent/**")
    yield "choosing after stepping up"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(
    new_page: NewPage, served: str, services: Services, clock: FrozenClock, way: str
) -> None:
    register(services)
    page = new_page(**WAYS[way])
    found = []
    for place in walk(page, served, clock):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_all_of_it_works_without_scripts(
    new_page: NewPage, served: str, services: Services, clock: FrozenClock
) -> None:
    register(services)

    places = list(walk(new_page(java_script_enabled=False), served, clock))

    assert places[-1] == "choosing after stepping up"


def test_a_browser_reports_no_violation_of_the_policy(
    new_page: NewPage, served: str, services: Services, clock: FrozenClock
) -> None:
    register(services)
    page = new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    for _place in walk(page, served, clock):
        pass

    assert [line for line in reported if "Content Security Policy" in line or "Content-Security-Policy" in line] == []


def test_the_picture_is_one_that_a_camera_reads(
    new_page: NewPage, served: str, services: Services, clock: FrozenClock
) -> None:
    register(services)
    page = new_page()
    for place in walk(page, served, clock):
        if place == "authenticator, confirm":
            break

    box = page.locator("svg.qr").bounding_box()

    assert box is not None
    assert box["width"] == box["height"] >= 200
    assert page.evaluate("getComputedStyle(document.querySelector('.qr__ground')).fill") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.qr__dark')).fill") == "rgb(0, 0, 0)"
