"""“I cannot sign in” by mail: begun by a stranger and cancelled by the owner, or gone through by the owner herself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from idp.services import Services
from tests.doubles import FrozenClock
from tests.mail import Post
from tests.web.citizen.letters.test_contact import follow, give
from tests.web.citizen.visitor import PASSWORD, Visitor, recovery_code

NEW_PASSWORD = "violet anchor teapot river"

#: Lets the waiting time pass; gives the link that sets a password.
Wait = Callable[[], str]


@pytest.fixture
def code(visitor: Visitor, post: Post) -> str:
    """An owner with a contact address and a detail; her recovery code."""
    made = visitor.sign_up()
    visitor.send("confirm-recovery-code", recovery_code=made)
    follow(visitor, give(visitor, post))
    return made


def begin(somebody: Visitor, post: Post) -> str:
    """Ask and begin; the link that cancels."""
    somebody.open("/recover/mail")
    assert somebody.send("recover-mail", username="amina").location == "/recover/sent"
    link = post.take_about("Get back into your account").link("/recover/mail/")
    assert "It takes 3 days" in somebody.open(link).text
    assert "The waiting time has begun" in somebody.send("recovery-begin").text
    return post.take_about("Somebody is getting into your account by mail").link("/recover/cancel/")


@pytest.fixture
def wait(post: Post, clock: FrozenClock, services: Services) -> Wait:
    def passed() -> str:
        clock.advance(hours=72)
        services.recovery.purge(100)
        return post.take_about("Set a new password").link("/recover/password/")

    return passed


def test_the_owner_cancels_from_the_letter_what_a_stranger_began(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str
) -> None:
    link = begin(other_browser, post)

    assert "Cancel getting back in by mail?" in visitor.open(link).text
    assert visitor.send("recovery-cancel-letter").location == "/recover/cancelled"
    assert "It is cancelled" in visitor.open("/recover/cancelled").text
    assert visitor.open(link).status_code == 410
    assert "stays as it is" in post.take_about("Getting back in by mail was cancelled").text


def test_the_owner_cancels_from_a_page_what_a_stranger_began(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str
) -> None:
    link = begin(other_browser, post)

    for path in ("/", "/security", "/details", "/activity", "/sharing", "/security/contact"):
        assert "Somebody is getting into your account by mail" in visitor.open(path).text
    assert "Somebody is getting into your account by mail" not in other_browser.open("/sign-in").text
    assert visitor.send("recovery-cancel").location == "/"
    assert "is cancelled" in visitor.open("/").text
    assert "Somebody is getting into your account by mail" not in visitor.open("/").text
    assert other_browser.open(link).status_code == 410


def test_the_owner_goes_through_and_opens_the_vault_by_the_recovery_code(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str, wait: Wait
) -> None:
    begin(other_browser, post)
    link = wait()

    assert "Your details stay locked" in other_browser.open(link).text
    assert other_browser.send("recovery-password", password="password12").status_code == 422
    assert other_browser.send("recovery-password", password=NEW_PASSWORD).location == "/vault"
    assert "Your vault is locked" in other_browser.open("/").text
    assert "Open your vault to see and change them." in other_browser.open("/details").text
    other_browser.open("/vault")
    assert other_browser.send("vault-reopen", recovery_code=code, password="x").status_code == 422
    assert other_browser.send("vault-reopen", recovery_code="nonsense", password=NEW_PASSWORD).status_code == 422
    assert other_browser.send("vault-reopen", recovery_code="", password="").status_code == 422
    assert other_browser.send("vault-reopen", recovery_code=code, password=NEW_PASSWORD).location == "/"
    assert "amina" in other_browser.open("/").text
    assert other_browser.open("/vault").status_code == 303
    assert other_browser.open("/vault/new").status_code == 303
    assert visitor.sign_in(password=PASSWORD).status_code == 422
    assert visitor.sign_in(password=NEW_PASSWORD).status_code == 303
    assert other_browser.open(link).status_code == 410


def test_the_owner_begins_a_new_vault(other_browser: Visitor, post: Post, code: str, wait: Wait) -> None:
    begin(other_browser, post)
    other_browser.open(wait())
    other_browser.send("recovery-password", password=NEW_PASSWORD)
    other_browser.open("/vault/new")

    unticked = other_browser.send("vault-begin-anew", username="amina", password=NEW_PASSWORD, action="")
    assert unticked.status_code == 422
    assert "Tick that you have understood" in unticked.text
    wrong = other_browser.send("vault-begin-anew", username="basil", password=NEW_PASSWORD, action="gone")
    assert wrong.status_code == 422
    made = recovery_code(other_browser.send("vault-begin-anew", username="amina", password=NEW_PASSWORD, action="gone"))
    assert other_browser.send("confirm-recovery-code", recovery_code=made).location == "/"
    assert other_browser.open("/details").status_code == 200
    assert "was given up" in post.take_about("A new, empty vault was begun").text


def test_the_answer_is_the_same_for_everybody(visitor: Visitor, other_browser: Visitor, code: str) -> None:
    pages = []
    for name in ("amina", "nobody-at-all", "x" * 5000):
        other_browser.open("/recover/mail")
        answer = other_browser.send("recover-mail", username=name)
        pages.append((answer.status_code, answer.location))

    assert len(set(pages)) == 1


def test_a_name_is_needed(visitor: Visitor) -> None:
    visitor.open("/recover/mail")

    assert visitor.send("recover-mail", username="  ").status_code == 422


def test_asking_is_bounded_for_one_address(visitor: Visitor) -> None:
    for _ in range(10):
        visitor.open("/recover/mail")
        visitor.send("recover-mail", username="amina")
    visitor.open("/recover/mail")

    assert visitor.send("recover-mail", username="amina").status_code == 429


@pytest.mark.parametrize("path", ["/recover/mail", "/recover/cancel", "/recover/password"])
def test_a_link_that_was_never_made_says_so(visitor: Visitor, path: str) -> None:
    for secret in ("A" * 43, "x", "A" * 400, "%00"):
        assert visitor.open(f"{path}/{secret}").status_code == 410


def test_a_link_used_twice_says_so(visitor: Visitor, other_browser: Visitor, post: Post, code: str) -> None:
    other_browser.open("/recover/mail")
    other_browser.send("recover-mail", username="amina")
    link = post.take_about("Get back into your account").link("/recover/mail/")
    other_browser.open(link)
    visitor.open(link)
    other_browser.send("recovery-begin")

    assert visitor.send("recovery-begin").status_code == 410


def test_without_anything_running_there_is_nothing_to_cancel(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str, services: Services
) -> None:
    begin(other_browser, post)
    visitor.open("/")
    account = services.accounts.find("amina")
    assert account is not None
    services.recovery.cancel(account.id)

    visitor.send("recovery-cancel")

    assert "There is nothing to cancel any more" in visitor.open("/").text
