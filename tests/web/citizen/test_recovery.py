"""I cannot sign in: back with the recovery code."""

import pytest

from idp.crypto import secrets
from tests.web.citizen.visitor import Visitor, recovery_code

NEW_PASSWORD = "violet anchor teapot river"


def test_the_code_sets_a_new_password_and_gives_a_new_code(visitor: Visitor, other_browser: Visitor) -> None:
    code = visitor.sign_up()
    other_browser.open("/recover")

    shown = other_browser.send("recover", username="amina", recovery_code=code, password=NEW_PASSWORD)

    assert shown.status_code == 200
    assert recovery_code(shown) != code
    assert visitor.open("/security").status_code == 303
    assert visitor.sign_in(password=NEW_PASSWORD).status_code == 303


def test_a_wrong_code_and_an_unknown_name_get_the_same_answer(visitor: Visitor, other_browser: Visitor) -> None:
    code = visitor.sign_up()
    said = []
    for login, typed in (("amina", secrets.recovery_code()), ("nobody", code)):
        other_browser.open("/recover")
        answer = other_browser.send("recover", username=login, recovery_code=typed, password=NEW_PASSWORD)
        said.append((answer.status_code, "or the recovery code is not right" in answer.text))

    assert said == [(422, True), (422, True)]


@pytest.mark.parametrize(
    ("typed", "password", "said"),
    [
        ("", NEW_PASSWORD, "Enter your recovery code"),
        ("123", NEW_PASSWORD, "not a whole recovery code"),
        ("Z596-FND5-J910-Q2ZY-9EG3-5VRZ-MDCS", "short", "longer password"),
    ],
)
def test_what_cannot_be_used_is_said(visitor: Visitor, typed: str, password: str, said: str) -> None:
    visitor.open("/recover")

    answer = visitor.send("recover", username="amina", recovery_code=typed, password=password)

    assert answer.status_code == 422
    assert said in answer.text
