"""Sign-in and security: what a citizen changes about their ways in."""

from tests.doubles import FrozenClock
from tests.web.citizen.visitor import PASSWORD, Visitor, recovery_code

NEW_PASSWORD = "violet anchor teapot river"


def test_a_changed_password_replaces_the_old_one_and_ends_other_sessions(
    visitor: Visitor, other_browser: Visitor
) -> None:
    visitor.sign_up()
    other_browser.sign_in()
    visitor.open("/security/password")

    answer = visitor.send("change-password", current_password=PASSWORD, new_password=NEW_PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/security")
    assert visitor.open("/security").status_code == 200
    assert other_browser.open("/security").status_code == 303
    assert other_browser.sign_in(password=PASSWORD).status_code == 422
    assert other_browser.sign_in(password=NEW_PASSWORD).status_code == 303


def test_the_password_does_not_change_without_the_one_before(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.open("/security/password")

    answer = visitor.send("change-password", current_password="something else", new_password=NEW_PASSWORD)

    assert answer.status_code == 422
    assert "This is not your password" in answer.text


def test_an_easy_new_password_is_refused_with_advice(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.open("/security/password")

    answer = visitor.send("change-password", current_password=PASSWORD, new_password="password123456")

    assert answer.status_code == 422
    assert "How to choose a better password" in answer.text


def test_a_new_recovery_code_works_once_confirmed(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.open("/security/recovery-code")

    code = recovery_code(visitor.send("renew-recovery-code"))
    answer = visitor.send("confirm-recovery-code", recovery_code=code)

    assert answer.location == "/security"
    assert "Confirmed" in visitor.open("/security").text


def test_a_new_recovery_code_wants_a_fresh_sign_in(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    clock.advance(minutes=11)

    turned_away = visitor.open("/security/recovery-code")
    answer = visitor.sign_in(path=turned_away.location)

    assert turned_away.status_code == 303
    assert answer.location == "/security/recovery-code"
    assert visitor.open(answer.location).status_code == 200


def test_the_page_says_in_how_many_browsers_the_account_is_open(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()

    alone = visitor.open("/security").text
    other_browser.sign_in()
    together = visitor.open("/security").text

    assert "In this browser only" in alone
    assert "In this and 1 other browser" in together
