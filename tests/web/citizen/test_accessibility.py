"""Every page of signing in, looked at by axe in a real browser: both schemes, both directions, no scripts, narrow."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import NewPage
from tests.web.axe import violations
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}


def _walk(page: Page, served: str) -> Iterator[str]:
    """Go through every page, stopping at each."""
    for path in ("/", "/sign-in", "/sign-up", "/recover", "/sign-out", "/no-such-page"):
        page.goto(served + path)
        yield path
    page.goto(f"{served}/sign-in")
    page.click("#login-submit")
    yield "/sign-in with problems"
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", "password123456")
    page.click("#sign-up-submit")
    yield "/sign-up with problems"
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    yield "the recovery code"
    code = page.inner_text("#recovery-code")
    for path in ("/", "/recovery-code", "/security", "/security/password", "/security/recovery-code", "/sign-out"):
        page.goto(served + path)
        yield f"{path} signed in"
    page.goto(f"{served}/recovery-code")
    page.fill("#recovery_code", code)
    page.click("#recovery-code-submit")
    yield "home after confirming"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, way: str) -> None:
    page = new_page(**WAYS[way])
    found = []
    for place in _walk(page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_axe_would_find_a_fault(new_page: NewPage, served: str) -> None:
    page = new_page()
    page.goto(served)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"#\"><input>')")

    assert {line.partition(":")[0] for line in violations(page)} >= {"image-alt", "label"}


def test_the_whole_way_in_works_without_scripts(new_page: NewPage, served: str) -> None:
    page = new_page(java_script_enabled=False)

    places = list(_walk(page, served))

    assert places[-1] == "home after confirming"
    assert page.url == f"{served}/"


def test_a_browser_reports_no_violation_of_the_policy(new_page: NewPage, served: str) -> None:
    page = new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    for _place in _walk(page, served):
        pass

    assert [line for line in reported if "Content Security Policy" in line or "Content-Security-Policy" in line] == []


def test_the_error_summary_has_the_focus_and_leads_to_the_field(new_page: NewPage, served: str) -> None:
    page = new_page()
    page.goto(f"{served}/sign-in")
    page.click("#login-submit")

    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.click("#error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "username"


def test_text_at_twice_the_size_stays_inside_a_narrow_window(new_page: NewPage, served: str) -> None:
    page = new_page(viewport={"width": 640, "height": 800})
    page.goto(f"{served}/sign-up")
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
