"""What comes in over HTTP for passkeys: challenges, answers of every kind, and whose they are."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.accounts.values import State
from idp.crypto.secrets import b64url
from idp.passkeys.values import Answer, Begun
from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.passkeys.device import Device
from tests.web.citizen.visitor import Visitor, _Forms

PRF = bytes(range(32))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


@pytest.fixture
def other_browser(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def challenged(visitor: Visitor, page: str, form: str, address: str) -> Begun:
    """Ask for a challenge as the script of a page does."""
    visitor.open(page)
    answer = visitor.client.post(address, data={"csrf_token": token_of(visitor, form)})
    assert answer.status_code == 200, answer.text
    said = answer.get_json()
    return Begun(said["ceremony"], json.dumps(said["options"]))


def token_of(visitor: Visitor, form: str) -> str:
    assert visitor.page is not None
    parser = _Forms()
    parser.feed(visitor.page.text)
    return next(each for each in parser.forms if each.id == form).fields["csrf_token"]


def send(visitor: Visitor, form: str, answer: Answer, **fields: str) -> TestResponse:
    return visitor.send(
        form, ceremony=answer.ceremony, credential=answer.unverified_credential, prf=answer.unverified_prf, **fields
    )


def added(visitor: Visitor, device: Device, **fields: str) -> TestResponse:
    begun = challenged(visitor, "/security/passkeys/add", "add-passkey", "/security/passkeys/options")
    return send(visitor, "add-passkey", device.make(begun), **fields)


def signed_in(visitor: Visitor, device: Device, page: str = "/sign-in") -> TestResponse:
    begun = challenged(visitor, page, "passkey", "/sign-in/passkey/options")
    return send(visitor, "passkey", device.sign(begun))


def test_a_passkey_is_added_and_signs_in(visitor: Visitor, other_browser: Visitor) -> None:
    device = Device(prf=PRF)
    visitor.sign_up()
    assert added(visitor, device, name="My key").location == "/security/passkeys"

    assert signed_in(other_browser, device, "/sign-in?next=/details").location == "/details"
    assert "My key" in other_browser.open("/security/passkeys").text


def test_the_page_says_which_name_does_not_do(visitor: Visitor) -> None:
    visitor.sign_up()

    refused = added(visitor, Device(), name="x" * 61)

    assert refused.status_code == 422
    assert "at most 60 characters" in refused.text


def test_adding_one_needs_a_fresh_sign_in(visitor: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    visitor.open("/security/passkeys/add")
    token = token_of(visitor, "add-passkey")
    clock.advance(minutes=11)

    assert visitor.client.post("/security/passkeys/options", data={"csrf_token": token}).status_code == 403
    assert "/sign-in" in str(visitor.client.post("/security/passkeys/add", data={"csrf_token": token}).location)
    assert "/sign-in" in str(visitor.open("/security/passkeys/add").location)


@pytest.mark.parametrize("address", ["/sign-in/passkey/options", "/sign-in/passkey"])
def test_no_other_site_sends_these_forms(client: FlaskClient, address: str) -> None:
    assert client.post(address, data={}).status_code == 403
    assert client.post(address, data={}, headers={"Origin": "https://elsewhere.example"}).status_code == 403


@pytest.mark.parametrize("credential", ["", "{", "[]", "null", "{}", "x" * 20_000, '{"id": 1}', "\x00"])
def test_nonsense_gets_a_page_with_words(visitor: Visitor, credential: str) -> None:
    begun = challenged(visitor, "/sign-in", "passkey", "/sign-in/passkey/options")

    refused = send(visitor, "passkey", Answer(begun.ceremony, credential, "?"))

    assert refused.status_code == 422
    assert 'id="error-summary"' in refused.text


def test_an_answer_that_is_sent_twice_is_refused_with_words(visitor: Visitor, other_browser: Visitor) -> None:
    device = Device()
    visitor.sign_up()
    added(visitor, device)
    begun = challenged(other_browser, "/sign-in", "passkey", "/sign-in/passkey/options")
    page, answer = other_browser.page, device.sign(begun)
    assert send(other_browser, "passkey", answer).status_code == 303
    other_browser.page = other_browser.open("/sign-in?again=yes")

    again = send(other_browser, "passkey", answer)

    assert page is not None
    assert again.status_code == 422
    assert "sent twice" in again.text


def test_an_answer_that_was_asked_for_in_another_browser_is_refused(visitor: Visitor, other_browser: Visitor) -> None:
    device = Device()
    visitor.sign_up()
    added(visitor, device)
    visitor.open("/sign-out")
    begun = challenged(visitor, "/sign-in?again=yes", "passkey", "/sign-in/passkey/options")
    other_browser.open("/sign-in")

    assert send(other_browser, "passkey", device.sign(begun)).status_code == 422


def test_a_suspended_citizen_is_told_no_more_than_a_stranger(
    visitor: Visitor, other_browser: Visitor, services: Services
) -> None:
    device = Device()
    visitor.sign_up()
    added(visitor, device)
    account = services.accounts.find("amina")
    assert account is not None
    services.accounts.set_state(account.id, State.SUSPENDED)

    known, unknown = signed_in(other_browser, device), signed_in(visitor, Device(user_handle=b"x"))

    assert (known.status_code, unknown.status_code) == (422, 422)
    for page in (known, unknown):
        assert "This passkey does not sign in here." in page.text


def test_the_browser_is_told_which_passkey_to_forget_and_nothing_that_is_no_id(visitor: Visitor) -> None:
    device = Device(user_handle=b"x")
    assert f'data-passkey-gone="{b64url(device.credential_id)}"' in signed_in(visitor, device).text
    begun = challenged(visitor, "/sign-in", "passkey", "/sign-in/passkey/options")
    assert "data-passkey-gone" not in send(visitor, "passkey", Answer(begun.ceremony, '{"id": "<b>"}')).text


def test_challenges_have_a_rate(app: Flask, services: Services) -> None:
    visitor = Visitor(app.test_client())
    visitor.open("/sign-in")
    token = token_of(visitor, "passkey")
    answers = [
        visitor.client.post("/sign-in/passkey/options", data={"csrf_token": token}).status_code for _ in range(121)
    ]

    assert answers[:120] == [200] * 120
    assert answers[120] == 429


def test_strangers_passkeys_are_not_found(visitor: Visitor, other_browser: Visitor, services: Services) -> None:
    visitor.sign_up()
    added(visitor, Device())
    account = services.accounts.find("amina")
    assert account is not None
    (passkey,) = services.passkeys.of(account.id)
    other_browser.sign_up("noor")

    for path in ("", "/remove"):
        assert other_browser.open(f"/security/passkeys/one/{passkey.id}{path}").status_code == 404


def test_the_last_passkey_cannot_go_where_it_is_needed(visitor: Visitor, services: Services) -> None:
    visitor.sign_up()
    added(visitor, Device(prf=PRF))
    account = services.accounts.find("amina")
    assert account is not None
    (passkey,) = services.passkeys.of(account.id)
    services.authentication._parts.store.forget_ways_in(account.id)

    page = visitor.open(f"/security/passkeys/one/{passkey.id}/remove")

    assert page.status_code == 409
    assert "locked out of your account" in page.text


def test_only_pages_with_passkeys_let_scripts_fetch(client: FlaskClient) -> None:
    assert "connect-src 'self'" in client.get("/sign-in").headers["Content-Security-Policy"]
    assert "connect-src" not in client.get("/sign-up").headers["Content-Security-Policy"]
