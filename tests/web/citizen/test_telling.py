"""Tell them: after a change, who gets the new value; over HTTP and in a real browser, without scripts too."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.services import Services
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.web.axe import violations
from tests.web.citizen.chooser import NAME_WITHOUT_SPACES, Chooser, register
from tests.web.citizen.forms import posting

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow French": {"locale": "fr", "viewport": NARROW},
    "narrow Arabic without scripts": {"locale": "ar", "viewport": NARROW},
}


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    """Shares with three services, one of which has a name that never ends."""
    register(services)
    services.notices.close()
    chooser = Chooser(app, services)
    chooser.holds(("given_name", "Amina"), ("email", "amina@home.example", "home"), ("nationalities", ["FR"]))
    for client in ("shop", "long", "rtl"):
        chooser.asked("given_name", "nationalities", client=client)
        form = chooser.form()
        form.tick("claim-given_name", "claim-nationalities")
        chooser.press("consent-allow", form)
        chooser.answer()
    return chooser


def detail(citizen: Chooser, claim: str = "given_name") -> str:
    assert citizen.session.vault_key is not None
    held = citizen.services.vault.read(citizen.session.account_id, citizen.session.vault_key)
    return held.values(claim)[0].id


def change(citizen: Chooser, value: str) -> str:
    """Save another value; gives where that leads."""
    citizen.address = f"/details/{detail(citizen)}/change"
    form = posting(citizen.http.get(citizen.address).text)
    form.fill({"value": value})
    answer = citizen.send(form.sent())
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def tell_page(citizen: Chooser, claim: str = "given_name") -> str:
    citizen.address = f"/details/{detail(citizen, claim)}/tell"
    return citizen.http.get(citizen.address).text


def test_a_change_leads_to_the_services_that_have_the_value_before_and_none_is_ticked(citizen: Chooser) -> None:
    assert change(citizen, "Amina Lee") == f"/details/{detail(citizen)}/tell"

    page = tell_page(citizen)
    assert "Your change is saved." in page
    assert page.count("Amina Lee") == 3
    assert "checked" not in page.replace("changed", "")
    assert NAME_WITHOUT_SPACES in page


def test_a_change_of_what_nobody_has_leads_back_to_the_list(citizen: Chooser) -> None:
    citizen.holds(("website", "https://amina.example/"))
    held = detail(citizen, "website")
    citizen.address = f"/details/{held}/change"
    form = posting(citizen.http.get(citizen.address).text)
    form.fill({"value": "https://lee.example/"})

    assert citizen.send(form.sent()).headers["Location"] == f"/details#{held}"
    assert "there is nobody to tell" in tell_page(citizen, "website")


def test_those_that_are_picked_get_it_and_the_page_says_what_became_of_it(citizen: Chooser) -> None:
    change(citizen, "Amina Lee")
    tell_page(citizen)
    form = posting(citizen.http.get(citizen.address).text)
    sent = [*form.sent(), ("service", citizen.grant("shop").id)]

    assert citizen.send(sent).status_code == 303

    page = tell_page(citizen)
    assert "1 service has the new value." in page
    assert "Cannot be told: it has no address for this." in page
    assert page.count("Amina Lee") == 2


def test_telling_nobody_says_what_to_do(citizen: Chooser) -> None:
    change(citizen, "Amina Lee")
    form = posting(tell_page(citizen))

    assert citizen.send(form.sent()).status_code == 422
    assert "Choose at least one service." in citizen.html
    assert 'href="#service"' in citizen.html


def test_a_change_in_another_window_is_shown_first_and_nothing_is_sent(citizen: Chooser, clock: FrozenClock) -> None:
    change(citizen, "Amina Lee")
    form = posting(tell_page(citizen))
    sent = [*form.sent(), ("service", citizen.grant("shop").id)]
    clock.advance(seconds=1)
    change(citizen, "Amina Bell")
    tell_page(citizen)

    assert citizen.send(sent).status_code == 409
    assert "This was changed in another window." in citizen.html
    assert citizen.services.tellings.told(citizen.session.account_id, detail(citizen)) == ()


def test_made_up_services_and_details_are_nobody_and_nowhere(citizen: Chooser) -> None:
    change(citizen, "Amina Lee")
    form = posting(tell_page(citizen))

    assert citizen.send([*form.sent(), ("service", "made-up")]).status_code == 303
    assert citizen.http.get("/details/made-up/tell").status_code == 404
    citizen.address = "/details/made-up/tell/made-up/again"
    assert citizen.send([pair for pair in form.sent() if pair[0] == "csrf_token"]).status_code == 303


def test_what_is_sensitive_is_masked(citizen: Chooser) -> None:
    session = citizen.session
    assert session.vault_key is not None
    citizen.services.vault.edit(session.account_id, session.vault_key, detail(citizen, "nationalities"), ["MA"])

    page = tell_page(citizen, "nationalities")
    assert page.count('class="mask"') == 6
    assert "Morocco" in page


def _walk(page: Page, served: str, citizen: Chooser) -> list[str]:
    address = f"{served}/details/{detail(citizen)}"
    page.goto(f"{address}/tell")
    found = _looked_at(page, "up to date")
    page.goto(f"{address}/change")
    page.fill("#value", "Amina " + "L" * 60)
    page.click("#detail-save")
    found += _looked_at(page, "after a change")
    page.click("#tell-submit")
    found += _looked_at(page, "with a problem")
    page.check("#service-2")
    page.click("#tell-submit")
    return found + _looked_at(page, "told")


def _looked_at(page: Page, place: str) -> list[str]:
    found = [f"{place}: {violation}" for violation in violations(page)]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*found, f"{place}: wider than the window"] if wide else found


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(citizen: Chooser, new_page: NewPage, served: str, way: str) -> None:
    page = new_page(**WAYS[way])
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])

    assert _walk(page, served, citizen) == []


@pytest.mark.browser
def test_a_service_is_told_without_scripts(citizen: Chooser, new_page: NewPage, served: str) -> None:
    page = new_page(java_script_enabled=False)
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])
    page.goto(f"{served}/details/{detail(citizen)}/change")
    page.fill("#value", "Amina Lee")
    page.click("#detail-save")
    page.check("#service-2")
    page.click("#tell-submit")

    assert "1 service has the new value." in page.inner_text("main")
