"""Every page and state of leaving, looked at by axe in a real browser, and the whole way without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser import NewPage
from tests.web.axe import violations
from tests.web.citizen.chooser import Chooser
from tests.web.citizen.test_accessibility import WAYS

pytestmark = pytest.mark.browser

FILE_PASSWORD = "velvet anchor quarry nine"


def _walk(page: Page, served: str) -> Iterator[str]:
    for path in ("/", "/leaving", "/leaving/download", "/leaving/close"):
        page.goto(served + path)
        yield path
    page.goto(f"{served}/leaving/download")
    page.fill("#file_password", "password123456")
    page.fill("#file_password_again", "password123456")
    page.click("#download-submit")
    yield "a weak password"
    page.goto(f"{served}/leaving/close")
    page.click("#close-submit")
    yield "not ticked"
    page.check("#sure")
    page.click("#close-submit")
    yield "being closed"
    page.click("#keep-submit")
    yield "kept"


def _signed_in(page: Page, served: str, citizen: Chooser) -> None:
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, citizen: Chooser, way: str) -> None:
    page = new_page(**WAYS[way])
    _signed_in(page, served, citizen)
    found = []
    for place in _walk(page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_the_whole_way_works_without_scripts(new_page: NewPage, served: str, citizen: Chooser) -> None:
    page = new_page(java_script_enabled=False)
    _signed_in(page, served, citizen)

    assert list(_walk(page, served))[-1] == "kept"
    page.goto(f"{served}/leaving/download")
    page.fill("#file_password", FILE_PASSWORD)
    page.fill("#file_password_again", FILE_PASSWORD)
    with page.expect_download() as download:
        page.click("#download-submit")

    assert download.value.suggested_filename == "proffer-2026-05-04.jwe"
