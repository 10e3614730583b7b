"""Every page of passkeys, looked at by axe: both schemes, narrow, right to left, long names, faults."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from idp.services import Services
from tests.browser import NewPage
from tests.protocol.sign_on import register
from tests.virtual_authenticator import plug_in
from tests.web.axe import violations
from tests.web.citizen.passkeys.steps import add_passkey, sign_in_with_passkey, sign_out, sign_up, without_autofill
from tests.web.citizen.passkeys.test_in_browser import ESSENTIAL
from tests.web.citizen.test_accessibility import WAYS
from tests.web.citizen.test_levels_in_browser import arriving

pytestmark = pytest.mark.browser

LONG = "AVeryLongNameWithoutAnySpaceThatSomebodyTypedForTheirTelephone"[:60]


def walk(page: Page, served: str) -> Iterator[str]:
    """Go through every page and state, stopping at each."""
    without_autofill(page)
    page.goto(f"{served}/sign-in")
    yield "sign in"
    plain = plug_in(page, prf=False)
    sign_up(page, served)
    page.goto(f"{served}/security/passkeys")
    yield "none yet"
    page.goto(arriving(served, claims=ESSENTIAL))
    yield "a service wants one"
    page.goto(f"{served}/security/passkeys/add")
    yield "add"
    page.evaluate("document.getElementById('name').removeAttribute('maxlength')")
    page.fill("#name", "x" * 61)
    page.click("#add-passkey-submit")
    page.wait_for_selector("#error-summary")
    yield "add, a name too long"
    plain.unplug()
    plain = plug_in(page, prf=False)
    add_passkey(page, served, LONG)
    yield "one that only signs in"
    page.click("#remove-passkey")
    yield "remove"
    page.goto(arriving(served, claims=ESSENTIAL))
    yield "step up"
    sign_out(page, served)
    sign_in_with_passkey(page, served, "/sign-in?next=/security/passkeys")
    yield "locked vault"
    page.click("#vault-password-submit")
    yield "locked vault, no password"
    page.goto(f"{served}/details")
    yield "locked details"
    page.goto(f"{served}/sign-in?again=yes&next=/security/passkeys")
    plain.verify(user=False)
    page.click("#passkey-submit")
    page.wait_for_selector("#passkey [data-passkey-message]:not([hidden])")
    yield "cancelled"
    plain.unplug()
    plug_in(page, prf=False, isUserVerified=True)
    page.goto(f"{served}/security")
    yield "security"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, services: Services, way: str) -> None:
    register(services)
    page = new_page(**WAYS[way])
    found = []
    for place in walk(page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_a_browser_reports_no_violation_of_the_policy(new_page: NewPage, served: str, services: Services) -> None:
    register(services)
    page = new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    for _place in walk(page, served):
        pass

    assert [line for line in reported if "Content Security Policy" in line or "Content-Security-Policy" in line] == []
