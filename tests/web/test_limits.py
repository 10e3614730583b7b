"""How often one address may try."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.app import create_app
from idp.settings import LimitSettings
from idp.storage.db import Base
from idp.web.limits import Limits, prefix
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol.sign_on import Browser, register
from tests.web.citizen.visitor import Visitor


def test_an_address_beyond_its_rate_is_told_how_long_to_wait() -> None:
    limits = Limits(LimitSettings(sign_in="2/minute"))

    assert limits.hit("sign_in", "192.0.2.1") is None
    assert limits.hit("sign_in", "192.0.2.1") is None
    wait = limits.hit("sign_in", "192.0.2.1")
    assert wait is not None
    assert 1 <= wait <= 61


def test_another_address_is_not_held_up() -> None:
    limits = Limits(LimitSettings(sign_in="1/minute"))
    limits.hit("sign_in", "192.0.2.1")

    assert limits.hit("sign_in", "192.0.2.1") is not None
    assert limits.hit("sign_in", "192.0.2.2") is None


def test_a_limit_that_is_off_never_holds_up() -> None:
    limits = Limits(LimitSettings(introspection="off"))

    assert {limits.hit("introspection", "192.0.2.1") for _ in range(50)} == {None}


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), ("192.0.2.7", "::ffff:192.0.2.7"), (None, "garbage")],
)
def test_addresses_of_one_customer_count_together(one: str | None, other: str) -> None:
    assert prefix(one) == prefix(other)


def test_addresses_of_different_customers_do_not() -> None:
    assert prefix("2001:db8:1:2::1") != prefix("2001:db8:1:3::1")
    assert prefix("192.0.2.1") != prefix("192.0.2.2")


@pytest.fixture
def strict_app(tmp_path: Path, clock: FrozenClock) -> Flask:
    settings = make_settings(tmp_path, limits={"sign_in": "1/hour"}, server={"trusted_proxies": 1})
    return create_app(settings, clock=clock)


def test_a_page_beyond_the_rate_says_so_and_names_the_wait(strict_app: Flask) -> None:
    browser = strict_app.test_client()
    token = {"csrf_token": _token(browser)}
    browser.post("/sign-in", data=token)

    answer = browser.post("/sign-in", data=token)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
    assert "Please wait a moment" in answer.text


def test_an_address_is_the_one_that_the_trusted_proxy_vouches_for(strict_app: Flask) -> None:
    browser = strict_app.test_client()
    token = {"csrf_token": _token(browser)}

    statuses = [
        browser.post("/sign-in", data=token, headers={"X-Forwarded-For": f"203.0.113.9, 192.0.2.{n}"}).status_code
        for n in (1, 2, 2)
    ]

    assert statuses == [422, 422, 429]


def _token(browser: FlaskClient) -> str:
    return browser.get("/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_people_behind_one_address_may_all_confirm_their_recovery_codes(tmp_path: Path, clock: FrozenClock) -> None:
    app = create_app(make_settings(tmp_path, limits={"sign_up": "off", "recovery": "1/hour"}), clock=clock)
    with app.app_context():
        Base.metadata.create_all(app.extensions["proffer"].db.engine)
    answers = []

    for login in ("amina", "bashir", "chidi"):
        visitor = Visitor(app.test_client())
        answers.append(visitor.send("confirm-recovery-code", recovery_code=visitor.sign_up(login)).location)

    assert answers == ["/", "/", "/"]


def test_only_requests_that_have_to_be_stored_count(tmp_path: Path, clock: FrozenClock) -> None:
    app = create_app(make_settings(tmp_path, limits={"authorize": "2/hour"}), clock=clock)
    with app.app_context():
        services = app.extensions["proffer"]
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        register(services)
        browser = Browser(app)

    silent = [browser.authorize(prompt="none").status_code for _ in range(5)]
    stored = [browser.authorize().status_code for _ in range(3)]

    assert silent == [303] * 5
    assert stored == [303, 303, 429]
