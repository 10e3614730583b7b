"""The contact address: offered, given, confirmed from the letter, changed and removed."""

from __future__ import annotations

import pytest

from idp.services import Services
from tests.doubles import FrozenClock
from tests.mail import Post
from tests.web.citizen.visitor import Visitor

ADDRESS = "amina.writes@letters.example"


def give(visitor: Visitor, post: Post, address: str = ADDRESS) -> str:
    """Give an address and open its letter; gives the path of its link."""
    visitor.open("/security/contact")
    answer = visitor.send("contact-ask", email=address)
    assert answer.status_code == 303, answer.text
    return post.take_to(address).link("/contact/")


def follow(visitor: Visitor, path: str) -> str:
    """Open a link and confirm; gives where that leads."""
    visitor.open(path)
    return str(visitor.send("contact-confirm").location)


def test_an_address_is_given_and_confirmed_from_its_letter(visitor: Visitor, post: Post) -> None:
    visitor.sign_up()
    path = give(visitor, post)

    assert "Not confirmed" in visitor.open("/security/contact").text
    assert follow(visitor, path) == "/contact"
    assert visitor.open("/contact").status_code == 200
    page = visitor.open("/security/contact").text
    assert ADDRESS in page
    assert "Not confirmed" not in page


def test_looking_at_the_link_confirms_nothing(visitor: Visitor, other_browser: Visitor, post: Post) -> None:
    visitor.sign_up()
    path = give(visitor, post)

    page = other_browser.open(path)

    assert page.status_code == 200
    assert ADDRESS not in page.text
    assert "Not confirmed" in visitor.open("/security/contact").text


def test_the_link_works_in_a_browser_that_is_not_signed_in_and_once(
    visitor: Visitor, other_browser: Visitor, post: Post
) -> None:
    visitor.sign_up()
    path = give(visitor, post)

    assert follow(other_browser, path) == "/contact"
    again = other_browser.open(path)
    assert again.status_code == 410
    assert "works no more" in again.text


@pytest.mark.parametrize("secret", ["A" * 43, "x", "%00", "A" * 500])
def test_a_link_that_was_never_made(visitor: Visitor, secret: str) -> None:
    assert visitor.open(f"/contact/{secret}").status_code == 410


@pytest.mark.parametrize("typed", ["", "amina", "amina@@x", "a b@x.example", "@", "a" * 400 + "@x.example"])
def test_what_is_no_address_is_said_to_be_none(visitor: Visitor, typed: str) -> None:
    visitor.sign_up()
    visitor.open("/security/contact")

    answer = visitor.send("contact-ask", email=typed)

    assert answer.status_code == 422
    assert "email address" in answer.text


def test_the_front_page_asks_for_an_address_until_there_is_one(visitor: Visitor, post: Post) -> None:
    visitor.sign_up()

    assert "Tell us where to reach you" in visitor.open("/").text
    follow(visitor, give(visitor, post))
    assert "Tell us where to reach you" not in visitor.open("/").text


def test_a_new_citizen_is_asked_after_the_recovery_code(visitor: Visitor) -> None:
    code = visitor.sign_up()

    answer = visitor.send("confirm-recovery-code", recovery_code=code)

    assert answer.location == "/security/contact?first=yes"
    assert "Not now" in visitor.open(answer.location).text


def test_an_address_is_removed(visitor: Visitor, post: Post) -> None:
    visitor.sign_up()
    follow(visitor, give(visitor, post))
    post.take_to(ADDRESS)
    visitor.open("/security/contact/remove")

    answer = visitor.send("contact-remove")

    assert answer.location == "/security/contact"
    assert post.take_to(ADDRESS).subject == "Your contact address was removed"
    assert ADDRESS not in visitor.open("/security/contact").text
    assert visitor.open("/security/contact/remove").status_code == 303


def test_the_address_wants_a_fresh_sign_in(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    visitor.open("/security/contact")
    clock.advance(minutes=11)

    assert visitor.send("contact-ask", email=ADDRESS).location.startswith("/sign-in")
    assert visitor.open("/security/contact").location.startswith("/sign-in")
    assert visitor.open("/security/contact/remove").location.startswith("/sign-in")


def test_letters_cannot_be_asked_for_without_end(visitor: Visitor, post: Post) -> None:
    visitor.sign_up()
    for number in range(20):
        visitor.open("/security/contact")
        assert visitor.send("contact-ask", email=f"victim{number}@letters.example").status_code == 303
    visitor.open("/security/contact")

    assert visitor.send("contact-ask", email="victim@letters.example").status_code == 429


def test_an_address_is_shown_as_text(visitor: Visitor, post: Post, services: Services) -> None:
    visitor.sign_up()
    visitor.open("/security/contact")

    answer = visitor.send("contact-ask", email='"<script>"@x.example')

    assert answer.status_code == 422
    assert "<script>&#34;" not in answer.text
    assert '"<script>"@' not in answer.text
