"""The pages for a file from elsewhere: clear words for one that is not right, and a look before anything is kept."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.crypto.password_jwe import lock, unlock
from idp.services import Services
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import PASSWORD, Chooser
from tests.web.citizen.forms import forms, posting
from tests.web.citizen.visitor import Visitor

FILE_PASSWORD = "velvet anchor quarry nine"


@pytest.fixture
def file(citizen: Chooser, services: Services, clock: FrozenClock) -> bytes:
    """Everything of Amina, whose account here has ended since."""
    made = services.portability.downloads.download(citizen.session, password=FILE_PASSWORD, language="en")
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)
    while services.portability.purge(500):
        pass
    return made


@pytest.fixture
def newcomer(app: Flask, file: bytes) -> Visitor:
    """Somebody who has just made an account to bring the file into."""
    visitor = Visitor(app.test_client())
    visitor.open("/sign-up")
    link = 'href="/sign-up?next=/leaving/bring"'
    assert visitor.page is not None
    assert link in visitor.page.text
    visitor.open("/sign-up?next=/leaving/bring")
    from tests.web.citizen.visitor import recovery_code

    code = recovery_code(visitor.send("sign-up", username="amina-again", password=PASSWORD))
    answer = visitor.send("confirm-recovery-code", recovery_code=code)
    assert answer.location == "/leaving/bring"
    return visitor


def send(newcomer: Visitor, content: bytes, password: str = FILE_PASSWORD) -> TestResponse:
    form = posting(newcomer.open("/leaving/bring").text)
    fields: dict[str, Any] = {**dict(form.sent("bring-submit")), "file_password": password}
    fields["file"] = (io.BytesIO(content), "proffer.jwe")
    return newcomer.client.post("/leaving/bring", data=fields, content_type="multipart/form-data")


def press(newcomer: Visitor, button: str, *untick: str) -> TestResponse:
    page = newcomer.open("/leaving/bring/look")
    form = next(each for each in forms(page.text) if button in each.ids())
    for control in form.controls:
        control.checked = control.checked and control.value not in untick
    pairs = form.sent(button)
    fields = {name: [value for other, value in pairs if other == name] for name, _ in pairs}
    return newcomer.client.post("/leaving/bring/look", data=fields)


def test_a_file_is_looked_at_and_brought_in(newcomer: Visitor, file: bytes) -> None:
    assert send(newcomer, file).location == "/leaving/bring/look"
    page = newcomer.open("/leaving/bring/look").text
    for says in ("http://localhost:8000", "<bdi>amina</bdi>", "Given name", "Email address", "Parking permits"):
        assert says in page
    assert "amina@home.example" not in page
    assert "amina@home.example" not in newcomer.open("/details").text

    assert press(newcomer, "look-bring").location == "/details"

    details = newcomer.open("/details").text
    assert "What you picked is here now." in details
    assert "amina@home.example" in details
    assert "From another provider: confirm it at your next visit" in newcomer.open("/sharing").text
    activity = newcomer.open("/activity").text
    assert 'href="/activity/earlier"' in activity
    earlier = newcomer.open("/activity/earlier").text
    assert "You shared with <bdi>Parking permits</bdi>." in earlier
    assert "Kept by <bdi>http://localhost:8000</bdi>" in earlier
    assert newcomer.open("/activity/earlier?page=2").status_code == 404


def test_a_file_is_forgotten_when_asked(newcomer: Visitor, file: bytes) -> None:
    send(newcomer, file)

    assert press(newcomer, "look-discard").location == "/leaving"

    assert newcomer.open("/leaving/bring/look").location == "/leaving/bring"
    assert "amina@home.example" not in newcomer.open("/details").text


def test_nothing_ticked_is_told(newcomer: Visitor, file: bytes) -> None:
    send(newcomer, file)

    answer = press(newcomer, "look-bring", "details", "choices", "activity", "language")

    assert answer.status_code == 422
    assert "Tick what you want to bring in." in answer.text


def relocked(file: bytes, **change: Any) -> bytes:
    content = json.loads(unlock(file, password=FILE_PASSWORD.encode(), typ="proffer-export")) | change
    made = lock(
        json.dumps(content).encode(), password=FILE_PASSWORD.encode(), typ="proffer-export", cty="json", iterations=1000
    )
    return made.encode()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("empty", "Choose the file."),
        ("picture", "This is no file that was downloaded from Proffer."),
        ("cut", "The end of this file is missing."),
        ("tampered", "This file was changed or damaged after it was made."),
        ("wrong password", "This is not the password of this file."),
        ("no password", "Enter the password of the file."),
        ("newer", "This file was made by a newer Proffer than this one."),
        ("other inside", "The file opens, but what is inside cannot be read."),
        ("costly", "Opening this file takes more work than we do for one."),
    ],
)
def test_a_file_that_is_not_right_is_told_in_plain_words(newcomer: Visitor, file: bytes, what: str, says: str) -> None:
    head, key, nonce, text, tag = file.split(b".")
    costly = lock(b"{}", password=b"x", typ="proffer-export", cty="json", iterations=1)
    from idp.crypto.secrets import b64url, unb64url

    header = json.loads(unb64url(costly.split(".")[0])) | {"p2c": 2**31}
    sent: dict[str, tuple[bytes, str]] = {
        "empty": (b"", FILE_PASSWORD),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), FILE_PASSWORD),
        "cut": (file[:-200], FILE_PASSWORD),
        "tampered": (b".".join([head, key, nonce, text[:90] + b"AAAA" + text[94:], tag]), FILE_PASSWORD),
        "wrong password": (file, "velvet anchor quarry ten"),
        "no password": (file, ""),
        "newer": (relocked(file, version=2), FILE_PASSWORD),
        "other inside": (relocked(file, personas="none"), FILE_PASSWORD),
        "costly": ((b64url(json.dumps(header).encode()) + costly[costly.index(".") :]).encode(), FILE_PASSWORD),
    }

    answer = send(newcomer, *sent[what])

    assert answer.status_code == 422
    assert says in answer.text
    assert newcomer.open("/leaving/bring/look").location == "/leaving/bring"


def test_a_file_that_is_too_large_is_told_its_limit(newcomer: Visitor) -> None:
    answer = send(newcomer, bytes(17 * 1024 * 1024))

    assert answer.status_code == 413
    assert "We take files of 16 MB at most." in answer.text


def test_a_stranger_sends_no_more_than_elsewhere(app: Flask) -> None:
    answer = app.test_client().post(
        "/leaving/bring",
        data={"file": (io.BytesIO(bytes(100_000)), "large.jwe")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 413


def test_a_large_file_is_taken_where_the_deployment_takes_it(newcomer: Visitor, file: bytes) -> None:
    large = relocked(file, padding="x" * 1_000_000)

    assert send(newcomer, large).location == "/leaving/bring/look"


def test_an_account_with_details_says_what_to_do(citizen: Chooser) -> None:
    page = citizen.http.get("/leaving/bring")

    assert page.status_code == 200
    assert "This account holds details or shares with services already." in page.text
    assert 'type="file"' not in page.text


def test_an_account_without_a_confirmed_code_is_sent_there(visitor: Visitor) -> None:
    visitor.sign_up()

    assert 'href="/recovery-code?next=/leaving/bring"' in visitor.open("/leaving/bring").text


def test_identifiers_that_another_account_has_are_told(citizen: Chooser, app: Flask, services: Services) -> None:
    file = services.portability.downloads.download(citizen.session, password=FILE_PASSWORD, language="en")
    visitor = Visitor(app.test_client())
    code = visitor.sign_up("boris")
    visitor.send("confirm-recovery-code", recovery_code=code)
    send(visitor, file)

    answer = press(visitor, "look-bring")

    assert answer.status_code == 422
    assert "Another account here has the private IDs of this file." in answer.text
    assert press(visitor, "look-bring", "details", "choices").location == "/details"


def test_an_old_sign_in_is_not_enough(newcomer: Visitor, clock: FrozenClock) -> None:
    clock.advance(minutes=11)

    assert "again=yes" in newcomer.open("/leaving/bring").location


def test_the_limit_is_the_deployments_own(tmp_path: Any) -> None:
    settings = make_settings(tmp_path, leaving={"max_file_bytes": 65536})

    assert settings.leaving.max_file_bytes == 65536
