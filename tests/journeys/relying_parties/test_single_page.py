"""oidc-client-ts in Chromium: a page without a server of its own, which calls the provider from the browser (CORS)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage
from tests.clients.node_client import NODE_FOLDER, unavailable
from tests.journeys.provider import StartedProvider
from tests.protocol.conformance import example
from tests.protocol.conformance.outside import outside
from tests.tls import Authority

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.node]

PAGE = Path(__file__).parents[2] / "clients" / "single_page" / "index.html"
LIBRARY = NODE_FOLDER / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"


@pytest.fixture(scope="module")
def swimming_pool(provider: StartedProvider, ports: dict[str, int], authority: Authority) -> Iterator[str]:
    """The page at each of its addresses."""
    if reason := unavailable("oidc-client-ts"):
        pytest.skip(reason)
    with outside(authority, port=ports["spa"]) as site:
        content = PAGE.read_text(encoding="utf-8").replace("{issuer}", provider.issuer)
        for path in ("/", "/callback", "/silent", "/left"):
            site.publish(path, content, "text/html")
        site.publish("/oidc-client-ts.min.js", LIBRARY.read_bytes(), "text/javascript")
        yield site.url


@pytest.fixture
def visitor(new_page: NewPage, swimming_pool: str) -> Page:
    """Amina's browser, signed in at the page."""
    page = new_page(ignore_https_errors=True)
    page.goto(swimming_pool)
    page.click("#sign-in")
    page.fill("#username", "amina")
    page.fill("#password", example.citizen("amina")["password"])
    page.click("#login-submit")
    page.wait_for_selector("#consent-allow, #who")
    if page.locator("#consent-allow").count():
        page.click("#consent-select-all")
        page.click("#consent-allow")
    expect(page.locator("#who")).to_have_text("amina@mail.example")
    return page


def test_a_single_page_application_signs_its_visitor_in_and_out(visitor: Page, swimming_pool: str) -> None:
    visitor.click("#sign-out")

    expect(visitor).to_have_url(f"{swimming_pool}/left")
    expect(visitor.locator("#who")).to_have_text("a stranger")
    visitor.click("#sign-in")
    expect(visitor.locator("#login-submit")).to_be_visible()


def test_a_single_page_application_looks_again_without_a_page(visitor: Page) -> None:
    visitor.click("#renew")

    expect(visitor.locator("#news")).to_have_text("looked again")


def test_a_single_page_application_notices_that_its_visitor_signed_out_elsewhere(
    visitor: Page, provider: StartedProvider
) -> None:
    """Session Management §3.1: its frame asks the provider's frame."""
    other = visitor.context.new_page()
    other.goto(f"{provider.issuer}/sign-out")
    other.click("#logout-confirm")

    expect(visitor.locator("#news")).to_have_text("signed out elsewhere", timeout=10_000)
