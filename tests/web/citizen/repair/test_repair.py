"""A letter about a new device, “this was not me”, the lock, and the way back; a stranger with the password outside."""

from __future__ import annotations

import pytest

from idp.services import Services
from tests.doubles import FrozenClock
from tests.mail import Post
from tests.web.citizen.letters.test_contact import ADDRESS, follow, give
from tests.web.citizen.visitor import PASSWORD, Visitor, recovery_code

NEW_PASSWORD = "violet anchor teapot river"


@pytest.fixture
def code(visitor: Visitor, post: Post, clock: FrozenClock) -> str:
    """An owner with a contact address, a while ago; her recovery code."""
    made = visitor.sign_up()
    visitor.send("confirm-recovery-code", recovery_code=made)
    follow(visitor, give(visitor, post))
    clock.advance(minutes=5)
    return made


def not_me(stranger: Visitor, post: Post) -> str:
    """A stranger signs in; the link of the letter that the owner gets."""
    assert stranger.sign_in().status_code == 303
    return post.take_about("A sign-in on a new device").link("/not-me/")


def lock(owner: Visitor, link: str) -> None:
    """Follow the link and lock."""
    owner.open(link)
    assert owner.send("not-me").location == "/not-me/locked"
    assert "Your account is locked" in owner.open("/not-me/locked").text


def test_the_owner_locks_from_the_letter_and_puts_the_account_right(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str
) -> None:
    link = not_me(other_browser, post)
    lock(visitor, link)

    assert other_browser.open("/security").location.startswith("/sign-in")
    assert visitor.sign_in(path="/sign-in?next=/repair").location == "/repair"
    assert "Put your account right" in visitor.open("/repair").text
    visitor.open("/repair/ways")
    assert visitor.send("repair-seen").location == "/repair"
    visitor.open("/repair/password")
    assert "This is the password that you have" in visitor.send("repair-password", password=PASSWORD).text
    assert visitor.send("repair-password", password=NEW_PASSWORD).location == "/repair"
    visitor.open("/repair/recovery-code")
    made = recovery_code(visitor.send("repair-code"))
    assert visitor.send("confirm-recovery-code", recovery_code=made).location == "/repair"
    visitor.open("/repair/contact")
    assert ADDRESS in visitor.page.text
    visitor.send("repair-seen")
    visitor.open("/repair")
    assert visitor.send("repair-finish").location == "/"

    assert "Your account is open again" in visitor.open("/").text
    assert visitor.open("/security").status_code == 200
    assert post.take_about("Your account is open again").recipient == ADDRESS
    assert other_browser.sign_in().status_code == 422
    assert other_browser.sign_in(password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/", "/security", "/details", "/sharing", "/activity", "/security/contact", "/security/password", "/repair/ways"],
)
def test_whoever_has_the_password_alone_gets_no_page_but_the_question(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str, path: str
) -> None:
    lock(visitor, not_me(other_browser, post))
    other_browser.sign_in()

    answer = other_browser.open(path)

    assert (answer.status_code, answer.location) == (303, "/repair")
    page = other_browser.open("/repair").text
    assert "Show that it is you" in page
    assert ADDRESS not in page


@pytest.fixture
def locked(visitor: Visitor, other_browser: Visitor, post: Post, code: str) -> Visitor:
    """The owner's browser, who has locked the account that somebody else signed in to."""
    lock(visitor, not_me(other_browser, post))
    return visitor


@pytest.mark.parametrize(
    "path",
    [
        "/repair/password",
        "/repair/recovery-code",
        "/repair/seen/ways",
        "/repair/finish",
        "/repair/contact",
        "/repair/sharing/stop",
        "/repair/ways/remove",
    ],
)
def test_no_form_of_the_steps_takes_anything_from_them(
    locked: Visitor, other_browser: Visitor, path: str, services: Services
) -> None:
    other_browser.sign_in()
    other_browser.open("/repair")
    token = other_browser.page.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = other_browser.client.post(path, data={"csrf_token": token, "password": NEW_PASSWORD, "action": "remove"})

    assert (answer.status_code, answer.location) == (303, "/repair")
    assert locked.sign_in(password=PASSWORD).status_code == 303
    assert services.letters.contacts.address(_account(services)) == ADDRESS


def test_the_recovery_code_shows_who_it_is(visitor: Visitor, other_browser: Visitor, post: Post, code: str) -> None:
    lock(visitor, not_me(other_browser, post))
    other_browser.sign_in()
    other_browser.open("/repair")

    assert other_browser.send("repair-prove", recovery_code="nonsense").status_code == 422
    wrong = other_browser.send("repair-prove", recovery_code="0000-0000-0000-0000-0000-0000-0000")
    assert wrong.status_code == 422
    assert other_browser.send("repair-prove", recovery_code=code).location == "/repair"
    assert "Look at the ways in" in other_browser.open("/repair").text


def test_getting_in_by_the_recovery_code_page_shows_it_as_well(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str
) -> None:
    lock(visitor, not_me(other_browser, post))
    other_browser.open("/recover")
    made = recovery_code(other_browser.send("recover", username="amina", recovery_code=code, password=NEW_PASSWORD))
    other_browser.send("confirm-recovery-code", recovery_code=made)

    page = other_browser.open("/repair").text

    assert "Put your account right" in page
    # Password and recovery code are new already, and nothing was shared since.
    assert page.count("tag--good") == 3


def test_a_letter_asked_for_opens_the_way_in_that_browser(
    visitor: Visitor, other_browser: Visitor, post: Post, code: str
) -> None:
    lock(visitor, not_me(other_browser, post))
    other_browser.sign_in()
    other_browser.open("/repair")
    other_browser.send("repair-send")
    link = post.take_about("Go on putting your account right").link("/repair/letter/")

    other_browser.open(link)
    assert other_browser.send("repair-letter").location == "/repair"
    assert "Look at the ways in" in other_browser.open("/repair").text
    assert other_browser.open(link).status_code == 410


def test_a_row_of_the_record_locks_as_well(visitor: Visitor, post: Post, code: str) -> None:
    page = visitor.open("/not-me?row=1")
    assert "You made your account" in page.text

    answer = visitor.send("not-me")

    assert answer.location == "/not-me/locked"
    assert visitor.open("/security").location.startswith("/sign-in")
    assert post.take_about("Your account is locked").recipient == ADDRESS


def test_a_sign_in_of_a_while_ago_has_to_be_renewed_before_a_row_locks(
    visitor: Visitor, code: str, clock: FrozenClock
) -> None:
    visitor.open("/not-me?row=1")
    clock.advance(minutes=20)

    assert "/sign-in" in visitor.send("not-me").location
    assert "/sign-in" in visitor.open("/not-me?row=1").location
    assert visitor.open("/security").status_code == 200


@pytest.mark.parametrize("row", ["", "0", "x", "999", "-1", "9" * 30, "1.5", "%00"])
def test_a_row_that_is_not_there_is_not_found(visitor: Visitor, row: str) -> None:
    visitor.sign_up()

    assert visitor.open(f"/not-me?row={row}").status_code == 404


@pytest.mark.parametrize("path", ["/not-me", "/repair/letter"])
def test_a_link_that_was_never_made_says_so(visitor: Visitor, path: str) -> None:
    for secret in ("A" * 43, "x", "A" * 400, "%00"):
        assert visitor.open(f"{path}/{secret}").status_code == 410


def test_an_account_that_is_not_locked_has_nothing_to_put_right(visitor: Visitor) -> None:
    visitor.sign_up()

    assert visitor.open("/repair").location == "/"
    assert visitor.open("/repair/password").location == "/repair"


def _account(services: Services) -> str:
    account = services.accounts.find("amina")
    assert account is not None
    return account.id
