"""After passkeys were added and used, neither database nor logs hold a name, a PRF output, or what opens anything."""

import base64
import json
import logging
from pathlib import Path

import pytest
from flask import Flask

from idp.crypto.secrets import b64url
from idp.passkeys.policy import relying_party
from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.journeys.leaks import leaks
from tests.passkeys.device import Device
from tests.web.citizen.passkeys.test_pages import added, signed_in
from tests.web.citizen.visitor import Visitor

PRF = bytes.fromhex("5eb1c7d2a9f04e8896b3d1c2e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d")
NAME = "Zerlindés Quibblephone"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


def test_nothing_of_a_passkey_that_is_its_owners_is_kept_in_clear(
    app: Flask, services: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor, other = Visitor(app.test_client()), Visitor(app.test_client())
    visitor.sign_up("zerlinde-quibble")
    device = Device(prf=PRF)
    added(visitor, device, name=NAME)
    signed_in(other, device)
    signed_in(other, Device(prf=PRF, user_handle=b"x"), "/sign-in?again=yes")
    cookies = [other.client.get_cookie(name) for name in ("proffer_session", "proffer_ceremony")]
    secrets = {
        "name": NAME,
        "login": "zerlinde-quibble",
        "prf": b64url(PRF),
        "prf, hex": PRF.hex(),
        "prf, base64": base64.b64encode(PRF).decode(),
        **{cookie.key: cookie.value for cookie in cookies if cookie is not None},
    }
    log = tmp_path / "log.txt"
    log.write_text(caplog.text)

    assert len(secrets) == 7
    assert leaks(secrets, services.settings.database.url, log) == []
    assert PRF not in (tmp_path / "test.sqlite").read_bytes()


def test_an_authenticator_learns_the_name_and_nothing_else_of_its_owner(app: Flask, services: Services) -> None:
    visitor = Visitor(app.test_client())
    visitor.sign_up("zerlinde-quibble")
    session = services.authentication.session(visitor.client.get_cookie("proffer_session").value)
    assert session is not None

    asked = json.loads(services.passkeys.begin_registration(session).options)

    assert session.account_id not in json.dumps(asked)
    assert asked["user"]["name"] == "zerlinde-quibble"
    assert asked["rp"]["id"] == relying_party(services.settings.issuer).id
