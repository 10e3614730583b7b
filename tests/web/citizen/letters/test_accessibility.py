"""The pages about letters, looked at by axe: both schemes, both directions, narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser import NewPage
from tests.mail import Post
from tests.web.axe import violations
from tests.web.citizen.test_accessibility import WAYS
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser

LONG = "a.rather.long.name.that.somebody.really.has" + "@" + "department-of-long-names.letters.example"


def _walk(page: Page, served: str, post: Post) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    page.goto(f"{served}/")
    yield "home without a contact address"
    page.goto(f"{served}/security/contact")
    yield "no contact address"
    page.click("#contact-ask-submit")
    yield "a contact address with problems"
    page.fill("#email", LONG)
    page.click("#contact-ask-submit")
    yield "a contact address that waits"
    link = post.take_to(LONG).link("/contact/")
    page.goto(served + link)
    yield "the link of the letter"
    page.click("#contact-confirm-submit")
    yield "confirmed"
    page.goto(served + link)
    yield "a link that is used"
    page.goto(f"{served}/security/contact")
    yield "a contact address"
    page.goto(f"{served}/security/contact/remove")
    yield "removing it"
    page.goto(f"{served}/security")
    yield "security"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, post: Post, way: str) -> None:
    page = new_page(**WAYS[way])
    found = []
    for place in _walk(page, served, post):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_everything_works_without_scripts(new_page: NewPage, served: str, post: Post) -> None:
    page = new_page(java_script_enabled=False)

    assert list(_walk(page, served, post))[-1] == "security"
