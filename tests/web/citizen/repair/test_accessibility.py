"""The pages of the lock and of the way back, looked at by axe: both schemes, both directions, narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from idp.letters.values import Letter
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


@pytest.fixture
def letters(post: Post, services: Services, clock: FrozenClock) -> Letters:
    return Letters(post, services, clock)


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

    def about_a_new_device(self) -> str:
        account = self.services.accounts.find("amina")
        assert account is not None
        self.services.letters.write(account.id, Letter.NEW_DEVICE)
        return self.link("/not-me/")


def _walk(page: Page, served: str, letters: Letters) -> Iterator[str]:
    yield from _lock(page, served, letters)
    yield from _show_who_it_is(page, served, letters)
    yield from _put_right(page, served)


def _lock(page: Page, served: str, letters: Letters) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    page.fill("#recovery-code-typed", page.inner_text("#recovery-code"))
    page.click("#recovery-code-submit")
    page.fill("#email", ADDRESS)
    page.click("#contact-ask-submit")
    page.goto(served + letters.link("/contact/"))
    page.click("#contact-confirm-submit")
    letters.clock.advance(minutes=5)
    page.goto(f"{served}/not-me?row=1")
    yield "this was not me, from the record"
    link = letters.about_a_new_device()
    page.goto(served + link)
    yield "this was not me, from a letter"
    page.click("#not-me-submit")
    yield "locked"
    page.goto(served + link)
    yield "a link that is used"


def _show_who_it_is(page: Page, served: str, letters: Letters) -> Iterator[str]:
    page.context.clear_cookies(name="proffer_repair")
    page.goto(f"{served}/sign-in")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#login-submit")
    yield "show that it is you"
    page.click("#repair-prove-submit")
    yield "show that it is you, with problems"
    letters.link("/repair/letter/")
    page.click("#repair-send-submit")
    yield "a letter is sent"
    page.goto(served + letters.link("/repair/letter/"))
    yield "go on here"
    page.click("#repair-letter-submit")
    yield "the steps"


def _put_right(page: Page, served: str) -> Iterator[str]:
    page.click("#repair-next")
    yield "ways in"
    page.click("#repair-seen-submit")
    page.click("#repair-next")
    yield "new password"
    page.fill("#password", PASSWORD)
    page.click("#repair-password-submit")
    yield "new password with problems"
    page.fill("#password", NEW_PASSWORD)
    page.click("#repair-password-submit")
    page.click("#repair-next")
    yield "new recovery code"
    page.click("#repair-code-submit")
    page.fill("#recovery-code-typed", page.inner_text("#recovery-code"))
    page.click("#recovery-code-submit")
    page.goto(f"{served}/repair/sharing")
    yield "nothing shared since"
    page.goto(f"{served}/repair/contact")
    yield "contact address"
    page.click("#repair-seen-submit")
    yield "nothing left to do"
    page.click("#repair-finish-submit")
    yield "open again"


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

    assert list(_walk(page, served, letters))[-1] == "open again"
