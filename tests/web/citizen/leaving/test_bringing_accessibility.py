"""Every page and state of bringing a file in, looked at by axe in a real browser; and all of it without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.authentication.values import Origin
from idp.services import Services
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.web.axe import violations
from tests.web.citizen.chooser import PASSWORD, Chooser
from tests.web.citizen.test_accessibility import WAYS

pytestmark = pytest.mark.browser

FILE_PASSWORD = "velvet anchor quarry nine"


@pytest.fixture
def file(citizen: Chooser, services: Services, clock: FrozenClock, tmp_path: Path) -> Path:
    """Everything of Amina, whose account here has ended since."""
    made = services.portability.downloads.download(citizen.session, password=FILE_PASSWORD, language="en")
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)
    while services.portability.purge(500):
        pass
    path = tmp_path / "proffer.jwe"
    path.write_bytes(made)
    return path


@pytest.fixture
def secret(app: Flask, services: Services) -> str:
    """The session of somebody who has just made an account."""
    made = services.authentication.sign_up(login="amina-again", password=PASSWORD, origin=Origin("192.0.2.1"))
    services.authentication.confirm_recovery_code(made.account_id, made.recovery_code)
    return made.session_secret


def _walk(page: Page, served: str, file: Path) -> Iterator[str]:
    page.goto(f"{served}/leaving/bring")
    yield "the form"
    page.click("#bring-submit")
    yield "no file"
    page.set_input_files("#file", file)
    page.fill("#file_password", "another password altogether")
    page.click("#bring-submit")
    yield "a wrong password"
    page.set_input_files("#file", file)
    page.fill("#file_password", FILE_PASSWORD)
    page.click("#bring-submit")
    page.wait_for_url("**/leaving/bring/look")
    yield "what it brings"
    for box in page.locator("input[name=part]").all():
        box.uncheck()
    page.click("#look-bring")
    yield "nothing ticked"
    page.click("#look-bring")
    page.wait_for_url("**/details")
    yield "brought in"
    for path in ("/activity/earlier", "/sharing", "/leaving/bring"):
        page.goto(served + path)
        yield path


@pytest.mark.parametrize("way", [*WAYS, "without scripts"])
def test_axe_finds_nothing_and_nothing_overflows(
    new_page: NewPage, served: str, file: Path, secret: str, way: str
) -> None:
    page = new_page(**WAYS.get(way, {"java_script_enabled": False}))
    page.context.add_cookies([{"name": "proffer_session", "value": secret, "url": served}])
    found = []
    for place in _walk(page, served, file):
        if way != "without scripts":
            found += [f"{place}: {violation}" for violation in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{place}: wider than the window")

    assert found == []
