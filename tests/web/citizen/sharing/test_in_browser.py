"""Your sharing in a real browser: every page and state by axe, narrow, in three languages; and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.doubles import FrozenClock
from tests.web.axe import violations
from tests.web.citizen.chooser import Chooser
from tests.web.citizen.sharing.conftest import Asking, OpenPage

pytestmark = pytest.mark.browser

Later = Callable[[int], None]

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow French": {"locale": "fr", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}


def _share(page: Page, address: str, *ticks: str) -> None:
    page.goto(address)
    for tick in ticks:
        page.check(f"#claim-{tick}")
    page.click("#consent-allow")
    page.wait_for_url("**/callback?code=*")


def _walk(page: Page, served: str, asking: Asking) -> Iterator[str]:
    page.goto(f"{served}/sharing")
    yield "nothing shared"
    page.goto(asking("given_name", "birthdate", "email"))
    page.check("#duration-until")
    page.click("#consent-allow")
    yield "no last day"
    page.check("#duration-standing")
    page.check("#claim-email")
    page.click("#consent-allow")
    page.wait_for_url("**/callback?code=*")
    for client in ("shop", "long", "marked", "rtl"):
        _share(page, asking("given_name", client=client), "given_name")
    page.goto(f"{served}/sharing")
    yield "the list"
    page.click("main a[href^='/sharing/']:has-text('Parking permits')")
    yield "a service"
    page.click("#sharing-pause")
    yield "a paused service"
    page.goto(f"{served}/sharing")
    yield "the list with a pause"
    page.goto(asking("given_name", "birthdate", "email"))
    yield "at the paused service"
    page.goto(asking("given_name", client="long", prompt="consent"))
    page.check("#duration-once")
    page.click("#consent-allow")
    page.wait_for_url("**/callback?code=*")
    page.goto(f"{served}/sharing")
    page.click("main a[href^='/sharing/']:has-text('Bookshop')")
    page.click("#sharing-stop")
    yield "a stopped service"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(open_page: OpenPage, asking: Asking, served: str, way: str) -> None:
    page = open_page(**WAYS[way])
    found = []
    for place in _walk(page, served, asking):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


@pytest.fixture
def later(clock: FrozenClock, at_browser: Chooser) -> Later:
    """Let days pass, and the citizen sign in again."""

    def later(days: int) -> None:
        clock.advance(days=days)
        at_browser.sign_in()

    return later


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_about_what_ends(
    at_browser: Chooser, open_page: OpenPage, asking: Asking, later: Later, way: str
) -> None:
    page = open_page(**WAYS[way])
    _share(page, asking("given_name", "birthdate", "email"), "email")
    found = []
    for days, path in ((345, ""), (30, f"sharing/{at_browser.grant().id}")):
        later(days)
        page = open_page(**WAYS[way])
        page.goto(f"{asking().partition('/authorize')[0]}/{path}")
        found += [f"{path}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{path}: wider than the window")

    assert found == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_service_is_paused_and_resumed_on_the_way_in(
    open_page: OpenPage, asking: Asking, served: str, *, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    _share(page, asking("given_name", "birthdate"))
    page.goto(f"{served}/sharing")
    page.click("main a[href^='/sharing/']:has-text('Parking permits')")
    page.click("#sharing-pause")

    page.goto(asking("given_name", "birthdate"))
    assert "You paused sharing with" in page.inner_text("h1")
    page.click("#consent-resume")
    page.wait_for_url("**/callback?code=*")

    page.goto(asking("given_name", "birthdate"))
    assert "/callback?code=" in page.url
