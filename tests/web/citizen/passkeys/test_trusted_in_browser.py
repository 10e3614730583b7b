"""A trusted device in Chromium, with a passkey that only signs in."""

import re

import pytest
from playwright.sync_api import Page, expect

from idp.services import Services
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.protocol.sign_on import register
from tests.virtual_authenticator import plug_in
from tests.web.axe import violations
from tests.web.citizen.passkeys.steps import add_passkey, sign_in_with_passkey, sign_out, sign_up, without_autofill
from tests.web.citizen.test_accessibility import WAYS
from tests.web.citizen.test_levels_in_browser import arriving
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(page: Page, served: str) -> Page:
    """A citizen with a passkey without PRF."""
    without_autofill(page)
    plug_in(page, prf=False)
    sign_up(page, served)
    add_passkey(page, served)
    return page


def trust(page: Page, served: str) -> None:
    page.goto(f"{served}/security/devices")
    page.click("#trust-device")
    page.click("#trust-submit")
    page.wait_for_url(f"{served}/security/devices")


def test_it_opens_the_vault_by_itself_after_a_passkey_that_does_not(plain: Page, served: str) -> None:
    trust(plain, served)
    expect(plain.locator("#trusted-devices")).to_contain_text("This browser")
    sign_out(plain, served)

    sign_in_with_passkey(plain, served, "/sign-in?next=/details")

    assert plain.url == f"{served}/details"
    expect(plain.locator("h1")).to_contain_text("Your details")


def test_a_service_gets_its_answer_without_another_page(plain: Page, served: str, services: Services) -> None:
    register(services)
    trust(plain, served)
    sign_out(plain, served)

    plain.goto(arriving(served))
    plain.click("#passkey-submit")

    plain.wait_for_url(re.compile("/consent/"))


def test_it_is_offered_off_where_the_vault_is_opened(plain: Page, served: str) -> None:
    sign_out(plain, served)
    sign_in_with_passkey(plain, served)
    assert not plain.is_checked("#trust-by-password")
    plain.check("#trust-by-password")
    plain.fill("#password", PASSWORD)
    plain.click("#vault-password-submit")
    plain.wait_for_url(f"{served}/")
    sign_out(plain, served)

    sign_in_with_passkey(plain, served, "/sign-in?next=/details")

    assert plain.url == f"{served}/details"


def test_the_cookie_is_for_this_site_alone_and_names_nobody(plain: Page, served: str, services: Services) -> None:
    trust(plain, served)
    account = services.accounts.find("amina")
    assert account is not None
    (cookie,) = [each for each in plain.context.cookies() if each["name"].startswith("proffer_vault_")]

    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert account.id not in cookie["name"]


def test_two_citizens_of_one_browser_each_have_theirs(plain: Page, served: str) -> None:
    trust(plain, served)
    sign_out(plain, served)
    sign_up(plain, served, "noor")
    trust(plain, served)

    names = {each["name"] for each in plain.context.cookies() if each["name"].startswith("proffer_vault_")}
    assert len(names) == 2
    sign_out(plain, served)
    sign_in_with_passkey(plain, served, "/sign-in?next=/details")
    assert plain.url == f"{served}/details"


def test_a_forgotten_device_opens_nothing(plain: Page, served: str) -> None:
    trust(plain, served)
    plain.click("#forget-trusted-1")
    plain.click("#forget-trusted-submit")
    plain.wait_for_url(f"{served}/security/devices")
    assert not [each for each in plain.context.cookies() if each["name"].startswith("proffer_vault_")]
    sign_out(plain, served)

    sign_in_with_passkey(plain, served)

    expect(plain.locator("h1")).to_contain_text("Your vault is locked")


def test_a_changed_password_forgets_devices_where_its_citizen_says_so(plain: Page, served: str) -> None:
    trust(plain, served)
    plain.goto(f"{served}/security/password")
    plain.fill("#current_password", PASSWORD)
    plain.fill("#new_password", "violet anchor teapot river")
    plain.check("#forget-devices")
    plain.click("#change-password-submit")
    plain.wait_for_url(f"{served}/security")

    plain.goto(f"{served}/security/devices")
    expect(plain.locator("main")).to_contain_text("You trust none.")


def test_trusting_needs_a_fresh_sign_in(plain: Page, served: str, clock: FrozenClock) -> None:
    clock.advance(minutes=11)
    plain.goto(f"{served}/security/devices/trusted")

    assert "/sign-in" in plain.url


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, way: str) -> None:
    page = new_page(**WAYS[way])
    without_autofill(page)
    plug_in(page, prf=False)
    sign_up(page, served)
    add_passkey(page, served)
    found = []
    for address in ("/security/devices", "/security/devices/trusted", "/security/password"):
        page.goto(served + address)
        found += [f"{address}: {violation}" for violation in violations(page)]
    trust(page, served)
    for address in ("/security/devices", "/security/password"):
        page.goto(served + address)
        found += [f"{address}, trusted: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{address}: wider than the window")
    sign_out(page, served)
    for cookie in page.context.cookies():
        if cookie["name"].startswith("proffer_vault_"):
            page.context.clear_cookies(name=cookie["name"])
    sign_in_with_passkey(page, served)
    found += [f"locked: {violation}" for violation in violations(page)]

    assert found == []
