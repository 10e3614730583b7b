"""Passkeys in Chromium with virtual authenticators, with PRF and without."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from idp.services import Services
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.protocol.sign_on import register
from tests.virtual_authenticator import plug_in
from tests.web.citizen.passkeys.steps import add_passkey, sign_in_with_passkey, sign_out, sign_up, without_autofill
from tests.web.citizen.test_levels_in_browser import arriving
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser

RESISTANT = "urn:proffer:acr:phishing-resistant"
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "value": RESISTANT}}})


def test_the_autofill_list_signs_in_and_the_vault_is_open(page: Page, served: str) -> None:
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served, "My telephone")
    expect(page.locator("#passkeys")).to_contain_text("My telephone")
    expect(page.locator("#passkeys")).to_contain_text("Opens your vault")
    sign_out(page, served)

    page.goto(f"{served}/sign-in")

    page.wait_for_url(f"{served}/")
    expect(page.locator("h1")).to_contain_text("amina")


def test_the_button_signs_in_and_the_vault_is_open(page: Page, served: str) -> None:
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)

    sign_in_with_passkey(page, served, "/sign-in?next=/details")

    assert page.url == f"{served}/details"
    expect(page.locator("h1")).to_contain_text("Your details")


def test_a_passkey_without_prf_signs_in_and_the_password_opens_the_vault(page: Page, served: str) -> None:
    without_autofill(page)
    plug_in(page, prf=False)
    sign_up(page, served)
    add_passkey(page, served)
    expect(page.locator("main")).to_contain_text("Why it does not open your vault")
    sign_out(page, served)

    sign_in_with_passkey(page, served)

    expect(page.locator("h1")).to_contain_text("Your vault is locked")
    page.fill("#password", "not my password at all")
    page.click("#vault-password-submit")
    expect(page.locator("#error-summary")).to_contain_text("This is not your password.")
    page.fill("#password", PASSWORD)
    page.click("#vault-password-submit")
    page.wait_for_url(f"{served}/")
    expect(page.locator("h1")).to_contain_text("amina")


def test_the_recovery_code_opens_it_too_and_stays_as_it_is(page: Page, served: str) -> None:
    without_autofill(page)
    plug_in(page, prf=False)
    code = sign_up(page, served)
    add_passkey(page, served)
    for _ in range(2):
        sign_out(page, served)
        sign_in_with_passkey(page, served, "/sign-in?next=/details")
        page.fill("#recovery_code", code)
        page.click("#vault-reopen-submit")
        page.wait_for_url(f"{served}/details")


def test_the_vault_can_stay_locked_where_nothing_needs_it(page: Page, served: str) -> None:
    without_autofill(page)
    plug_in(page, prf=False)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)
    sign_in_with_passkey(page, served)

    page.click("#vault-not-now")

    page.wait_for_url(f"{served}/")
    page.goto(f"{served}/details")
    page.click("#open-vault")
    page.fill("#password", PASSWORD)
    page.click("#vault-password-submit")
    page.wait_for_url(f"{served}/details")


def test_a_service_waits_while_the_vault_is_opened(page: Page, served: str, services: Services) -> None:
    register(services)
    without_autofill(page)
    plug_in(page, prf=False)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)

    page.goto(arriving(served))
    page.click("#passkey-submit")
    page.wait_for_url(re.compile("/vault"))
    page.fill("#password", PASSWORD)
    page.click("#vault-password-submit")

    page.wait_for_url(re.compile("/consent/"))


def test_signing_in_by_passkey_never_asks_for_the_app(
    page: Page, served: str, services: Services, clock: FrozenClock
) -> None:
    from tests.authenticator import shown, typed_in

    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    page.goto(f"{served}/security/authenticator")
    page.click("#authenticator-begin")
    page.fill("#code", shown(typed_in(page.inner_text("#authenticator-key")), clock.now()))
    page.click("#authenticator-confirm")
    page.wait_for_url(f"{served}/security")
    add_passkey(page, served)
    sign_out(page, served)

    sign_in_with_passkey(page, served)

    assert page.url == f"{served}/"


def test_a_service_gets_the_level_that_resists_phishing(page: Page, served: str, services: Services) -> None:
    register(services)
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)

    page.goto(arriving(served, claims=ESSENTIAL))
    expect(page.locator("h1")).to_contain_text("Use your passkey")
    page.click("#step-up-passkey-submit")

    page.wait_for_url(re.compile("/consent/"))
    session = services.authentication.session(
        next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "proffer_session")
    )
    assert session is not None
    assert (session.acr, session.amr) == (RESISTANT, ("hwk", "user", "mfa"))


def test_a_service_that_only_wishes_for_it_leads_to_the_passkey_as_well(
    page: Page, served: str, services: Services
) -> None:
    register(services)
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)

    page.goto(arriving(served, acr_values=RESISTANT))
    expect(page.locator("h1")).to_contain_text("Use your passkey")
    page.click("#step-up-back")

    page.wait_for_url(re.compile("/consent/"))


def test_whoever_has_none_adds_one_on_the_way_and_goes_on(page: Page, served: str, services: Services) -> None:
    register(services)
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    page.goto(arriving(served, claims=ESSENTIAL))
    page.click("#step-up-add-passkey")
    page.click("#add-passkey-submit")
    page.wait_for_url(re.compile("/step-up/"))

    page.click("#step-up-passkey-submit")

    page.wait_for_url(re.compile("/consent/"))


def test_going_back_tells_the_service_that_it_was_not_met(page: Page, served: str, services: Services) -> None:
    register(services)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    sign_up(page, served)
    page.goto(arriving(served, claims=ESSENTIAL))
    expect(page.locator("main")).to_contain_text("you have none yet")

    page.click("#step-up-back")
    page.wait_for_timeout(100)

    answers = [parse_qs(urlsplit(url).query) for url in sent if "error=" in url]
    assert answers[0]["error"] == ["unmet_authentication_requirements"]


def test_a_second_citizen_joins_in_the_same_browser(page: Page, served: str) -> None:
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)
    sign_up(page, served, "noor")

    sign_in_with_passkey(page, served, "/sign-in?another=yes")

    page.goto(f"{served}/accounts")
    expect(page.locator("main")).to_contain_text("amina")
    expect(page.locator("main")).to_contain_text("noor")


def test_a_passkey_is_a_fresh_sign_in(page: Page, served: str, clock: FrozenClock) -> None:
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    clock.advance(minutes=11)
    page.goto(f"{served}/security/recovery-code")
    assert "/sign-in" in page.url

    page.click("#passkey-submit")

    page.wait_for_url(f"{served}/security/recovery-code")


def test_a_cancelled_ceremony_says_so_in_the_readers_language(new_page: NewPage, served: str) -> None:
    page = new_page(locale="fr")
    without_autofill(page)
    authenticator = plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)
    authenticator.verify(user=False)

    page.goto(f"{served}/sign-in")
    page.click("#passkey-submit")

    message = page.locator("#passkey [data-passkey-message]")
    expect(message).to_be_visible()
    expect(message).to_contain_text("annulé")
    expect(page.locator("#passkey-submit")).to_be_enabled()


def test_a_device_that_cannot_verify_its_person_is_told_so(page: Page, served: str) -> None:
    plug_in(page, hasUserVerification=False, isUserVerified=False)
    sign_up(page, served)
    page.goto(f"{served}/security/passkeys/add")

    page.click("#add-passkey-submit")

    expect(page.locator("#add-passkey [data-passkey-message]")).to_be_visible()


def test_a_second_passkey_on_the_same_device_is_not_made(page: Page, served: str) -> None:
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    page.goto(f"{served}/security/passkeys/add")

    page.click("#add-passkey-submit")

    expect(page.locator("#add-passkey [data-passkey-message]")).to_contain_text(
        "has a passkey for your account already"
    )


def test_a_removed_passkey_is_refused_with_words_and_the_browser_is_told(page: Page, served: str) -> None:
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    page.click("#passkey-1")
    page.click("#remove-passkey")
    page.click("#remove-passkey-submit")
    page.wait_for_url(f"{served}/security/passkeys")
    expect(page.locator("main")).to_contain_text("You have none yet.")
    sign_out(page, served)

    page.goto(f"{served}/sign-in")
    page.click("#passkey-submit")

    expect(page.locator("#error-summary")).to_contain_text("This passkey does not sign in here.")
    assert page.locator("[data-passkey-gone]").get_attribute("data-rp") == "localhost"
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#login-submit")
    page.wait_for_url(f"{served}/")


def test_a_copied_passkey_is_refused_and_marked(page: Page, served: str) -> None:
    without_autofill(page)
    authenticator = plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)
    sign_in_with_passkey(page, served)
    sign_out(page, served)
    (credential,) = authenticator.credentials
    authenticator.count(credential, 0)

    page.goto(f"{served}/sign-in")
    page.click("#passkey-submit")
    expect(page.locator("#error-summary")).to_contain_text("fallen behind in its count")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#login-submit")
    page.wait_for_url(f"{served}/")

    page.goto(f"{served}/security/passkeys")
    expect(page.locator("#passkeys")).to_contain_text("Look at this one")
    page.goto(f"{served}/activity")
    expect(page.locator("main")).to_contain_text("fallen behind in its count, as a copy would")


def test_backups_are_shown_in_plain_words_and_follow_each_sign_in(page: Page, served: str) -> None:
    without_autofill(page)
    authenticator = plug_in(page, defaultBackupEligibility=True, defaultBackupState=False)
    sign_up(page, served)
    add_passkey(page, served)
    expect(page.locator("#passkeys")).to_contain_text("Not synced with your other devices yet")
    authenticator.back_up(authenticator.credentials[0], eligible=True, state=True)
    sign_out(page, served)
    sign_in_with_passkey(page, served)

    page.goto(f"{served}/security/passkeys")

    expect(page.locator("#passkeys")).to_contain_text("Synced with your other devices")


def test_a_service_request_survives_a_passkey_sign_in(page: Page, served: str, services: Services) -> None:
    register(services)
    without_autofill(page)
    plug_in(page)
    sign_up(page, served)
    add_passkey(page, served)
    sign_out(page, served)

    page.goto(arriving(served))
    expect(page.locator("#asking")).to_contain_text("Parking permits")
    page.click("#passkey-submit")

    page.wait_for_url(re.compile("/consent/"))


def test_without_scripts_the_password_stands_alone(new_page: NewPage, served: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{served}/sign-in")

    assert not page.locator("#passkey").is_visible()
    assert page.locator("#login-submit").get_attribute("class") == "button button--primary"
