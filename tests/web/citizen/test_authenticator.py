"""The authenticator app on our pages: set up, asked for at sign-in, removed."""

import re

import pytest

from tests.authenticator import shown, typed_in
from tests.doubles import FrozenClock
from tests.web.citizen.visitor import PASSWORD, Visitor, recovery_code


class Telephone:
    """What a citizen's authenticator app shows."""

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock
        self._secret = b""

    def scan(self, page: str) -> None:
        found = re.search(r'id="authenticator-key"[^>]*>([^<]+)<', page)
        assert found is not None
        self._secret = typed_in(found[1])

    def code(self) -> str:
        return shown(self._secret, self._clock.now())

    def next_code(self) -> str:
        """Wait until another code is shown."""
        self._clock.advance(seconds=30)
        return self.code()


@pytest.fixture
def telephone(clock: FrozenClock) -> Telephone:
    return Telephone(clock)


def set_up(visitor: Visitor, telephone: Telephone, path: str = "/security/authenticator") -> str:
    """Go through setting an app up; gives where that leads."""
    visitor.open(path)
    visitor.open(str(visitor.send("begin-authenticator").location))
    assert visitor.page is not None
    telephone.scan(visitor.page.text)
    return str(visitor.send("confirm-authenticator", code=telephone.code()).location)


def test_an_app_is_set_up_with_a_picture_a_link_or_a_key(visitor: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    visitor.open("/security/authenticator")
    page = visitor.open(str(visitor.send("begin-authenticator").location)).text

    assert '<svg class="qr"' in page
    assert 'href="otpauth://totp/localhost%3A8000:amina?secret=' in page
    telephone.scan(page)
    assert visitor.send("confirm-authenticator", code=telephone.code()).location == "/security"
    assert "Your authenticator app is set up" in visitor.open("/security").text


def test_a_wrong_first_code_turns_nothing_on(visitor: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    visitor.open("/security/authenticator")
    visitor.open(str(visitor.send("begin-authenticator").location))

    answer = visitor.send("confirm-authenticator", code="000000")

    assert answer.status_code == 422
    assert "not the code of this moment" in answer.text
    assert "Not set up" in visitor.open("/security").text


def test_signing_in_then_asks_for_a_code_and_gives_no_session_before_it(
    visitor: Visitor, other_browser: Visitor, telephone: Telephone
) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)

    answer = other_browser.sign_in(path="/sign-in?next=/security")

    assert answer.location == "/sign-in/code?next=/security"
    assert other_browser.client.get_cookie("proffer_session") is None
    assert other_browser.client.get("/security").status_code == 303
    other_browser.open(str(answer.location))
    assert other_browser.send("sign-in-code", code="").status_code == 422
    assert other_browser.send("sign-in-code", code="000000").status_code == 422
    signed_in = other_browser.send("sign-in-code", code=telephone.next_code())
    assert (signed_in.status_code, signed_in.location) == (303, "/security")
    assert other_browser.open("/security").status_code == 200
    assert other_browser.client.get_cookie("proffer_half") is None


def test_a_session_from_before_ends_when_another_begins_with_a_code(visitor: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)
    before = visitor.client.get_cookie("proffer_session")
    assert before is not None

    visitor.open(str(visitor.sign_in(path="/sign-in?again=yes").location))
    visitor.send("sign-in-code", code=telephone.next_code())
    after = visitor.client.get_cookie("proffer_session")

    assert after is not None
    assert after.value != before.value
    visitor.client.set_cookie("proffer_session", before.value)
    assert visitor.open("/security").status_code == 303


def test_the_code_page_without_a_password_before_it_starts_again(other_browser: Visitor) -> None:
    assert str(other_browser.open("/sign-in/code?next=/security").location).startswith("/sign-in?")


def test_a_code_after_five_minutes_starts_again(
    visitor: Visitor, other_browser: Visitor, telephone: Telephone, clock: FrozenClock
) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)
    other_browser.open(str(other_browser.sign_in().location))
    clock.advance(minutes=6)

    answer = other_browser.send("sign-in-code", code=telephone.code())

    assert str(answer.location).startswith("/sign-in?")
    assert "Enter your password again" in other_browser.open(str(answer.location)).text


def test_a_half_finished_sign_in_belongs_to_its_browser(
    visitor: Visitor, other_browser: Visitor, telephone: Telephone
) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)
    other_browser.open(str(other_browser.sign_in().location))
    other_browser.client.delete_cookie("proffer_half")

    answer = other_browser.send("sign-in-code", code=telephone.next_code())

    assert str(answer.location).startswith("/sign-in?")


def test_what_is_set_up_is_not_shown_again(visitor: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)

    page = visitor.open("/security/authenticator").text

    assert "authenticator-key" not in page
    assert "otpauth" not in page


def test_setting_up_wants_a_fresh_sign_in(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    clock.advance(minutes=11)

    answer = visitor.open("/security/authenticator")

    assert answer.location == "/sign-in?next=/security/authenticator&again=yes"


def test_removing_it_takes_the_password(visitor: Visitor, other_browser: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)
    visitor.open("/security/authenticator/remove")

    assert visitor.send("remove-authenticator", password="not the password").status_code == 422
    assert visitor.send("remove-authenticator", password=PASSWORD).location == "/security"
    assert other_browser.sign_in().location == "/"


def test_the_recovery_code_lets_a_citizen_in_who_lost_the_app_and_says_that_it_stays(
    visitor: Visitor, other_browser: Visitor, telephone: Telephone
) -> None:
    code = visitor.sign_up()
    set_up(visitor, telephone)
    other_browser.open(str(other_browser.sign_in().location))
    assert 'href="/recover"' in (other_browser.page.text if other_browser.page else "")

    other_browser.open("/recover")
    shown_page = other_browser.send(
        "recover", username="amina", recovery_code=code, password="violet anchor teapot river"
    )

    assert recovery_code(shown_page)
    assert 'id="app-stays"' in shown_page.text
    assert other_browser.open("/security/authenticator/remove").status_code == 200


def test_its_rows_are_in_the_citizens_ledger(visitor: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    set_up(visitor, telephone)

    assert "You set up an authenticator app" in visitor.open("/activity").text
