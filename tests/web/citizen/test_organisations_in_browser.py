"""Bringing details, in a real browser: accessible, narrow, without scripts, and there and back through redirects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from idp.settings import Settings
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.organisations.registry import CLIENT_ID, CLIENT_SECRET, Registry, registry_office
from tests.web.axe import violations
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light without scripts": {"java_script_enabled": False},
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}


@pytest.fixture
def registry(clock: FrozenClock) -> Iterator[Registry]:
    with registry_office(lambda: clock.now().timestamp()) as office:
        office.told |= {"family_name": "Haddad" * 20, "birthdate": "no date"}
        yield office


@pytest.fixture
def settings(tmp_path: Path, registry: Registry) -> Settings:
    organisation = {
        "id": "registry",
        "issuer": registry.issuer,
        "name": {"en": "Northtown registry office of births, names and everything else"},
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "details": {name: name for name in ("given_name", "family_name", "birthdate", "email")},
        "checked_acr": ["substantial"],
    }
    return make_settings(tmp_path, organisations=[organisation], outbound={"allowed_hosts": ("127.0.0.1",)})


def _walk(page: Page, served: str) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    code = page.inner_text("#recovery-code")
    page.goto(f"{served}/recovery-code")
    page.fill("#recovery_code", code)
    page.click("#recovery-code-submit")
    page.goto(f"{served}/details/add/given_name")
    page.fill("#value", "Amina-Typed")
    page.click("#detail-save")
    yield "details"
    page.goto(f"{served}/organisations")
    yield "list"
    page.goto(f"{served}/organisations/registry")
    yield "ask"
    page.goto(f"{served}/organisations/registry/back?state=x")
    yield "ended"
    page.goto(f"{served}/organisations/registry")
    page.click("#go-submit")
    # Several pages away: what a click waits for may be one on the way.
    page.wait_for_url("**/brought/*")
    yield "what came"
    page.click("#keep-submit")
    page.wait_for_url("**/details")
    yield "kept"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_on_the_way_there_and_back(
    new_page: NewPage, served: str, registry: Registry, way: str
) -> None:
    page = new_page(**WAYS[way])
    registry.redirect_to = served
    found = []
    for place in _walk(page, served):
        if folder := os.environ.get("PROFFER_TEST_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{way}-{place}.png", full_page=True)
        if "without" not in way:
            found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []
    assert page.url.endswith("/details")
