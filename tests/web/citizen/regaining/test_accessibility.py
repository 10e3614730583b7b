"""The pages of getting back in by mail, looked at by axe: both schemes, both directions, narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from idp.services import Services
from tests.browser import NewPage
from tests.doubles import FrozenClock
from tests.mail import Post
from tests.web.axe import violations
from tests.web.citizen.test_accessibility import WAYS
from tests.web.citizen.visitor import PASSWORD

pytestmark = pytest.mark.browser

ADDRESS = "amina@letters.example"
NEW_PASSWORD = "violet anchor teapot river"


@dataclass
class Letters:
    """What the walk needs beside its browser."""

    post: Post
    services: Services
    clock: FrozenClock

    def link(self, path: str) -> str:
        """The link in the next letter that carries such a one."""
        while True:
            letter = self.post.take_to(ADDRESS)
            if path in letter.text:
                return letter.link(path)

    def wait(self) -> str:
        self.clock.advance(hours=72)
        self.services.recovery.purge(100)
        return self.link("/recover/password/")


@pytest.fixture
def letters(post: Post, services: Services, clock: FrozenClock) -> Letters:
    return Letters(post, services, clock)


def _walk(page: Page, served: str, letters: Letters) -> Iterator[str]:
    yield from _begin(page, served, letters)
    yield from _set_a_password(page, served, letters)


def _begin(page: Page, served: str, letters: Letters) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    page.goto(f"{served}/security/contact")
    page.fill("#email", ADDRESS)
    page.click("#contact-ask-submit")
    page.goto(served + letters.link("/contact/"))
    page.click("#contact-confirm-submit")
    page.goto(f"{served}/recover")
    yield "I cannot sign in"
    page.click("#recover-by-mail")
    yield "by mail"
    page.click("#recover-mail-submit")
    yield "by mail with problems"
    page.fill("#username", "amina")
    page.click("#recover-mail-submit")
    yield "look into your mail"
    link = letters.link("/recover/mail/")
    page.goto(served + link)
    yield "begin"
    page.click("#recovery-begin-submit")
    yield "begun"
    page.goto(served + link)
    yield "a link that is used"
    page.goto(f"{served}/security")
    yield "the banner"
    page.goto(served + letters.link("/recover/cancel/"))
    yield "cancel?"
    page.goto(f"{served}/recover/cancelled")
    yield "cancelled"


def _set_a_password(page: Page, served: str, letters: Letters) -> Iterator[str]:
    link = letters.wait()
    page.goto(served + link)
    yield "new password"
    page.fill("#password", "password12")
    page.click("#recovery-password-submit")
    yield "new password with problems"
    page.fill("#password", NEW_PASSWORD)
    page.click("#recovery-password-submit")
    yield "the vault is locked"
    page.click("#vault-reopen-submit")
    yield "the vault is locked, with problems"
    page.goto(served + link)
    yield "too late"
    page.goto(f"{served}/")
    yield "home with a locked vault"
    page.goto(f"{served}/vault/new")
    yield "a new vault"
    page.click("#vault-begin-anew-submit")
    yield "a new vault with problems"
    page.fill("#username", "amina")
    page.fill("#password", NEW_PASSWORD)
    page.check("#understood")
    page.click("#vault-begin-anew-submit")
    yield "its recovery code"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, letters: Letters, way: str) -> None:
    page = new_page(**WAYS[way])
    found = []
    for place in _walk(page, served, letters):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_everything_works_without_scripts(new_page: NewPage, served: str, letters: Letters) -> None:
    page = new_page(java_script_enabled=False)

    assert list(_walk(page, served, letters))[-1] == "its recovery code"
