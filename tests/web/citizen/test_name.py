"""The page on which a sign-in name is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from idp.settings import Settings
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.journeys.leaks import leaks
from tests.web.axe import violations
from tests.web.citizen.visitor import PASSWORD, Visitor

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}
NEW = "amina.renamed@leak-search.example"


def test_the_name_is_changed_with_the_password(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    page = visitor.open("/security/name").text

    answer = visitor.send("change-name", username=NEW, current_password=PASSWORD)

    assert "You sign in as <bdi>amina</bdi> now." in page
    assert answer.location == "/security"
    assert NEW in visitor.open("/security").text
    assert "You changed your sign-in name." in visitor.open("/activity").text
    assert other_browser.sign_in().status_code == 422
    assert other_browser.sign_in(login=NEW).status_code == 303


def test_neither_name_is_in_the_database(settings: Settings, visitor: Visitor) -> None:
    visitor.sign_up("amina.before@leak-search.example")
    visitor.open("/security/name")
    visitor.send("change-name", username=NEW, current_password=PASSWORD)

    known = {"before": "amina.before@leak-search.example", "after": NEW, "password": PASSWORD}
    assert leaks(known, settings.database.url) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"username": "badr"}, "This sign-in name cannot be used."),
        ({"username": "amina"}, "This is your sign-in name already."),
        ({"username": ""}, "Enter a sign-in name or an email address."),
        ({"username": "a b"}, "Use only letters, digits"),
        ({"current_password": ""}, "Enter your password."),
        ({"current_password": "something else"}, "This is not your password."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    visitor: Visitor, other_browser: Visitor, typed: dict[str, str], said: str
) -> None:
    other_browser.sign_up("badr", "velvet harbour ninety lanterns")
    visitor.sign_up()
    visitor.open("/security/name")

    answer = visitor.send("change-name", **{"username": NEW, "current_password": PASSWORD, **typed})

    assert answer.status_code == 422
    assert said in answer.text
    assert visitor.sign_in(path="/sign-in?again=yes").status_code == 303


def test_an_old_sign_in_is_not_enough(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    visitor.open("/security/name")
    clock.advance(minutes=11)

    answer = visitor.send("change-name", username=NEW, current_password=PASSWORD)

    assert answer.location.startswith("/sign-in?next=/security/name")
    assert visitor.open("/security/name").status_code == 303


def _walk(page: Page, served: str) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "a.sign-in.name.that.is.as.long.as.some.addresses.really.are@department.northtown.example")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    page.goto(f"{served}/security/name")
    yield "empty"
    page.click("#change-name-submit")
    yield "a problem"
    page.fill("#username", NEW)
    page.fill("#current_password", PASSWORD)
    page.click("#change-name-submit")
    yield "changed"


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, way: str) -> None:
    page, found = new_page(**WAYS[way]), []
    for place in _walk(page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []
