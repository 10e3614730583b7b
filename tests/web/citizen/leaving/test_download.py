"""The page with the file: a password of its own, typed twice, by somebody who has just signed in."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import TestResponse

from idp.crypto.password_jwe import unlock
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import PASSWORD, Chooser
from tests.web.citizen.forms import posting

FILE_PASSWORD = "velvet anchor quarry nine"


def send(citizen: Chooser, password: str, again: str | None = None) -> TestResponse:
    form = posting(citizen.http.get("/leaving/download").text)
    form.type(file_password=password, file_password_again=password if again is None else again)
    return citizen.http.post("/leaving/download", data=dict(form.sent("download-submit")))


def test_the_file_comes_as_an_attachment_that_its_password_opens(citizen: Chooser) -> None:
    answer = send(citizen, FILE_PASSWORD)

    assert answer.status_code == 200
    assert answer.mimetype == "application/jose"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="proffer-2026-05-04.jwe"'
    assert answer.headers["Cache-Control"] == "no-store"
    read = json.loads(unlock(answer.data, password=FILE_PASSWORD.encode(), typ="proffer-export"))
    assert read["personas"][0]["details"][0]["value"] == "Amina"
    assert "You downloaded everything as one file." in citizen.http.get("/activity").text


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("", "", "Enter a password for the file."),
        (FILE_PASSWORD, "velvet anchor quarry ten", "Type the same password twice."),
        ("password1234", None, "This password is too easy to guess."),
        ("short", None, "Use a longer password."),
        (PASSWORD, None, "Use another password than the one you sign in with."),
    ],
)
def test_a_password_that_will_not_do_is_told(citizen: Chooser, password: str, again: str | None, says: str) -> None:
    answer = send(citizen, password, again)

    assert answer.status_code == 422
    assert says in answer.text
    assert password == "" or password not in answer.text


def test_an_old_sign_in_is_not_enough(citizen: Chooser, clock: FrozenClock) -> None:
    form = posting(citizen.http.get("/leaving/download").text)
    form.type(file_password=FILE_PASSWORD, file_password_again=FILE_PASSWORD)
    clock.advance(minutes=11)

    answer = citizen.http.post("/leaving/download", data=dict(form.sent("download-submit")))

    assert answer.status_code == 303
    assert "again=yes" in answer.location
    assert "again=yes" in citizen.http.get("/leaving/download").location


def test_guessing_the_sign_in_password_here_is_slowed_down(citizen: Chooser) -> None:
    answers = [send(citizen, f"velvet anchor quarry {number}").status_code for number in range(12)]

    assert answers[:10] == [200] * 10
    assert answers[-1] == 429


@pytest.mark.parametrize("page", ["/", "/security", "/activity"])
def test_the_way_here_is_on_every_page(citizen: Chooser, page: str) -> None:
    assert 'href="/leaving"' in citizen.http.get(page).text
