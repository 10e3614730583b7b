"""Proving more without losing the request (OIDC Core §3.1.2.1, §5.5.1.1), and being told to (RFC 9470)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp.app import create_app
from idp.services import Services
from idp.settings import Settings
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol.back_channel import BackChannel, basic
from tests.protocol.sign_on import Browser, answer_of, page_of, register
from tests.protocol.test_levels import PASSWORD, SECOND, essential, redeem


@pytest.fixture
def demanding(tmp_path: Path, clock: FrozenClock) -> Iterator[Flask]:
    """A deployment whose UserInfo takes a second factor of the last ten minutes."""
    app = create_app(settings(tmp_path), clock=clock)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        register(services)
        yield app
    services.close()


def settings(folder: Path) -> Settings:
    return make_settings(folder, userinfo={"minimum_acr": SECOND, "max_age_seconds": 600})


def userinfo(browser: Browser, tokens: dict[str, Any]) -> Any:
    return browser.http.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})


def test_stepping_up_goes_on_with_the_same_request(citizen: Browser, clock: FrozenClock) -> None:
    citizen.agree("given_name")
    citizen.set_up_app()
    citizen.recover(citizen.recovery_code)
    clock.advance(minutes=2)
    before = citizen.signed_in()
    page = page_of(citizen.authorize(claims=essential(SECOND), state="kept", nonce="kept too"))

    after = citizen.step_up()

    answer = answer_of(citizen.come_back(page))
    assert answer["state"] == "kept"
    assert after.auth_time > before.auth_time
    assert after.sid == before.sid
    tokens = redeem(citizen, answer["code"])
    assert "id_token" in tokens


def test_stepping_up_ends_the_session_secret_from_before(citizen: Browser, clock: FrozenClock) -> None:
    citizen.set_up_app()
    citizen.recover(citizen.recovery_code)
    clock.advance(minutes=2)
    stolen = citizen.session

    citizen.step_up()

    assert citizen.services.authentication.session(stolen) is None


def test_userinfo_says_which_level_and_age_it_wants_rfc_9470_3(demanding: Flask, clock: FrozenClock) -> None:
    citizen = Browser(demanding)
    citizen.sign_up()
    citizen.agree("given_name")
    weak = redeem(citizen, answer_of(citizen.authorize())["code"])

    answer = userinfo(citizen, weak)

    assert answer.status_code == 401
    assert answer.get_json()["error"] == "insufficient_user_authentication"
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert 'error="insufficient_user_authentication"' in challenge
    assert f'acr_values="{SECOND}"' in challenge
    assert "max_age" not in challenge

    clock.advance(minutes=9)
    fresh = redeem(citizen, answer_of(citizen.authorize())["code"])
    clock.advance(minutes=2)
    both = userinfo(citizen, fresh).headers["WWW-Authenticate"]
    assert f'acr_values="{SECOND}"' in both
    assert 'max_age="600"' in both


def test_a_service_that_follows_the_challenge_gets_its_answer_rfc_9470_4(demanding: Flask, clock: FrozenClock) -> None:
    citizen = Browser(demanding)
    citizen.sign_up()
    citizen.agree("given_name")
    citizen.set_up_app()
    citizen.recover(citizen.recovery_code)
    clock.advance(minutes=1)
    weak = redeem(citizen, answer_of(citizen.authorize(acr_values=PASSWORD))["code"])
    assert userinfo(citizen, weak).status_code == 401

    page = page_of(citizen.authorize(acr_values=SECOND, max_age="600"))
    assert page.path == "/step-up"
    citizen.step_up()
    strong = redeem(citizen, answer_of(citizen.come_back(page))["code"])

    assert userinfo(citizen, strong).get_json()["given_name"] == "Amina"
    # The token from before is as weak as it was.
    assert userinfo(citizen, weak).status_code == 401


def test_by_default_userinfo_asks_nothing_of_the_sign_on(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert userinfo(citizen, redeem(citizen, answer_of(citizen.authorize())["code"])).status_code == 200


def test_introspection_tells_how_and_when_the_citizen_signed_in_rfc_9470_6_2(shared: BackChannel) -> None:
    about = shared.introspect(shared.api_token())

    assert about["acr"] == PASSWORD
    assert about["auth_time"] == shared.seconds - 60


def test_introspection_of_a_clients_own_token_tells_of_no_sign_in(shared: BackChannel) -> None:
    form = {"grant_type": "client_credentials", "scope": "reports:read"}
    token = shared.post("/token", form, headers=basic("gateway")).get_json()["access_token"]

    assert not {"acr", "auth_time"} & shared.introspect(token).keys()
