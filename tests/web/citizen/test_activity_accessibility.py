"""Every page and state of Activity, looked at by axe in a real browser: both schemes, both directions, no scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.activity.values import Entry, Kind
from idp.authentication.values import Origin
from idp.services import Services
from idp.web.citizen.activity import checking
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.web.axe import violations
from tests.web.citizen.chooser import PASSWORD, Chooser, register
from tests.web.citizen.test_accessibility import WAYS

pytestmark = pytest.mark.browser


@pytest.fixture
def citizen(app: Flask, services: Services, clock: FrozenClock) -> Chooser:
    """A citizen with every kind of entry over some months, with services of long, marked and Arabic names."""
    register(services)
    citizen = Chooser(app, services)
    for client_id in ("permits", "long", "marked", "rtl"):
        clock.advance(days=20)
        # An entry that tells of a deletion is made by deleting, or the record is broken.
        for kind in set(Kind) - {Kind.ACTIVITY_DELETED}:
            services.activity.record(Entry(citizen.session.account_id, kind, client_id, ("email", "address")))
    fresh = services.authentication.sign_in(login="amina", password=PASSWORD, origin=Origin("192.0.2.1"))
    session = services.authentication.session(fresh.session_secret)
    assert session is not None
    citizen.session = session
    return citizen


def _walk(page: Page, served: str) -> Iterator[str]:
    for path in (
        "/activity",
        "/activity?kind=sharing&detail=email",
        "/activity?q=zzz",
        "/activity?from=nonsense",
        "/activity/check",
        "/activity/delete",
        "/activity/delete?row=2",
        "/activity/delete?service=long",
        "/activity/delete?before=nonsense",
    ):
        page.goto(served + path)
        yield path
    page.goto(f"{served}/activity")
    page.click(".months summary")
    yield "the numbers"
    page.goto(f"{served}/activity/delete?row=2")
    page.click("#delete-submit")
    yield "after deleting"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, citizen: Chooser, way: str) -> None:
    page = new_page(**WAYS[way])
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])
    found = []
    for place in _walk(page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_a_check_goes_on_by_itself_without_scripts(
    new_page: NewPage, served: str, citizen: Chooser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PART", 20)
    page = new_page(java_script_enabled=False)
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])

    page.goto(f"{served}/activity/check")
    page.wait_for_url("**/activity/check?reached=*")
    page.wait_for_selector("text=Your record is whole")

    assert page.locator("h1").inner_text() == "Your record is whole"
