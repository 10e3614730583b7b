"""Creating an account, and the recovery code that comes with it."""

import pytest

from idp.services import Services
from tests.web.citizen.visitor import PASSWORD, Visitor


def test_a_new_citizen_is_shown_a_recovery_code_and_is_signed_in(visitor: Visitor) -> None:
    code = visitor.sign_up()

    assert len(code.replace("-", "")) == 28
    assert visitor.open("/security").status_code == 200


def test_the_code_is_in_that_one_answer_only(visitor: Visitor) -> None:
    code = visitor.sign_up()

    assert code not in visitor.open("/recovery-code").text
    assert code not in str(visitor.client._cookies)


def test_the_vault_is_ready_once_the_code_was_typed_back(visitor: Visitor, services: Services) -> None:
    code = visitor.sign_up()
    account = services.accounts.find("amina")
    assert account is not None
    before = services.vault.ready(account.id)

    answer = visitor.send("confirm-recovery-code", recovery_code=code.lower().replace("-", " "))

    assert (before, services.vault.ready(account.id)) == (False, True)
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("typed", ["", "7K2M-9QXT-4HRW-ZB6D-E1NP-V8CJ-3F", "not a code", "\x00"])
def test_a_code_that_was_not_shown_is_not_taken(visitor: Visitor, typed: str) -> None:
    visitor.sign_up()

    answer = visitor.send("confirm-recovery-code", recovery_code=typed)

    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text


def test_a_name_that_is_taken_is_refused_without_signing_in(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up("amina")
    other_browser.open("/sign-up")

    answer = other_browser.send("sign-up", username="AMINA", password="quartz ferry mitten oak")

    assert answer.status_code == 422
    assert other_browser.open("/security").status_code == 303


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        ("", PASSWORD, "Enter a sign-in name"),
        ("ab", PASSWORD, "at least 3 characters"),
        ("a b c", PASSWORD, "Use only letters"),
        ("amina", "", "Enter a password"),
        ("amina", "short", "Use a longer password"),
        ("amina", "password123456", "too easy to guess"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(visitor: Visitor, login: str, password: str, said: str) -> None:
    visitor.open("/sign-up")

    answer = visitor.send("sign-up", username=login, password=password)

    assert answer.status_code == 422
    assert "<title>Error: Create an account – Proffer</title>" in answer.text
    assert said in answer.text
    assert not password or password not in answer.text


def test_an_easy_password_is_answered_with_advice(visitor: Visitor) -> None:
    visitor.open("/sign-up")

    answer = visitor.send("sign-up", username="amina", password="password123456")

    assert "How to choose a better password" in answer.text
