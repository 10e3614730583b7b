"""Signing in and out with the forms that the pages hold."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.citizen.visitor import PASSWORD, Visitor


def test_the_page_has_the_ids_that_others_rely_on(client: FlaskClient) -> None:
    page = client.get("/sign-in").text

    assert re.search(r'<input[^>]*id="username"[^>]*name="username"', page)
    assert re.search(r'<input[^>]*id="password"[^>]*name="password"[^>]*type="password"', page)
    assert re.search(r'<button[^>]*id="login-submit"', page.replace("\n", " "))
    assert 'autocomplete="username webauthn"' in page
    assert 'autocomplete="current-password"' in page
    assert page.count("<h1") == 1


def test_the_right_password_signs_in_and_goes_home(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()

    answer = other_browser.sign_in()

    assert (answer.status_code, answer.location) == (303, "/")
    assert other_browser.open("/security").status_code == 200


def test_after_signing_in_the_page_that_was_asked_for_opens(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()

    turned_away = other_browser.open("/security?from=mail")
    answer = other_browser.sign_in(path=turned_away.location)

    assert turned_away.location == "/sign-in?next=/security?from%3Dmail"
    assert answer.location == "/security?from=mail"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(visitor: Visitor, other_browser: Visitor, target: str) -> None:
    visitor.sign_up()

    assert other_browser.sign_in(path=f"/sign-in?next={target}").location == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up("amina")

    wrong = other_browser.sign_in("amina", "not the password")
    unknown = other_browser.sign_in("nobody", "not the password")

    assert wrong.status_code == unknown.status_code == 422
    assert _comparable(wrong.text, "amina") == _comparable(unknown.text, "nobody")
    assert "not the password" not in wrong.text


def test_each_sign_in_is_a_new_session(visitor: Visitor) -> None:
    visitor.sign_up()
    first = visitor.client.get_cookie("proffer_session")
    visitor.sign_in(path="/sign-in?again=yes")
    second = visitor.client.get_cookie("proffer_session")

    assert first is not None
    assert second is not None
    assert first.value != second.value


def test_tries_are_slowed_with_a_page_that_names_the_wait(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()

    answers = [other_browser.sign_in(password="not the password") for _ in range(3)]
    while answers[-1].status_code == 422 and len(answers) < 12:
        answers.append(other_browser.sign_in(password="not the password"))

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "yours is not locked" in answers[-1].text


def test_a_strangers_tries_do_not_lock_the_owner_out(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    for _ in range(8):
        other_browser.sign_in(password="not the password")

    assert visitor.sign_in(path="/sign-in?again=yes").status_code == 303


def test_a_form_without_this_browsers_token_is_refused(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.open("/sign-in")

    answer = visitor.client.post("/sign-in", data={"username": "amina", "password": PASSWORD})

    assert answer.status_code == 403
    assert "Reload it" in answer.text


def test_another_browsers_token_is_refused(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.open("/sign-in")
    other_browser.open("/sign-in")
    other_browser.page = visitor.page

    assert other_browser.send("login", username="amina", password=PASSWORD).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_sent_from_another_site_is_refused_even_with_a_token(visitor: Visitor, headers: dict[str, str]) -> None:
    page = visitor.open("/sign-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = visitor.client.post("/sign-in", data={"csrf_token": token}, headers=headers)

    assert answer.status_code == 403


def test_signing_out_ends_the_session_on_the_server(visitor: Visitor) -> None:
    visitor.sign_up()
    cookie = visitor.client.get_cookie("proffer_session")
    assert cookie is not None
    visitor.open("/sign-out")

    answer = visitor.send("logout")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "You are signed out" in visitor.open("/").text
    visitor.client.set_cookie("proffer_session", cookie.value)
    assert visitor.open("/security").status_code == 303


def test_opening_the_sign_out_page_signs_nobody_out(visitor: Visitor) -> None:
    visitor.sign_up()

    assert 'id="logout-confirm"' in visitor.open("/sign-out").text
    assert visitor.open("/security").status_code == 200


def _comparable(page: str, login: str) -> str:
    without_nonces = re.sub(r'(nonce|value)="[^"]*"', "", page)
    return without_nonces.replace(login, "")
