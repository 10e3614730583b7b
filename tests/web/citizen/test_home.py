"""The front page."""

from flask import Flask
from flask.testing import FlaskClient

from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import Browser, register
from tests.web.citizen.visitor import Visitor


def test_a_stranger_reads_what_this_is(client: FlaskClient) -> None:
    page = client.get("/").text

    assert page.count("<h1") == 1
    assert 'href="/sign-in"' in page
    assert 'href="/sign-up"' in page


def test_a_citizen_without_a_confirmed_code_is_told_what_to_do(visitor: Visitor) -> None:
    visitor.sign_up()

    assert 'href="/recovery-code"' in visitor.open("/").text


def test_a_citizen_with_one_is_left_in_peace(visitor: Visitor) -> None:
    code = visitor.sign_up()
    visitor.send("confirm-recovery-code", recovery_code=code)

    page = visitor.open("/").text

    assert "Nothing needs you at the moment" in page
    assert 'id="in-company"' not in page


def test_sharing_that_is_soon_asked_again_is_listed(app: Flask, services: Services, clock: FrozenClock) -> None:
    register(services)
    browser = Browser(app)
    browser.sign_up()
    browser.agree("given_name")
    before = browser.http.get("/").text
    clock.advance(days=340)
    browser.sign_in()

    after = browser.http.get("/").text

    assert "Nothing needs you at the moment" in before
    assert "Sharing that ends soon" in after
    assert "Parking permits" in after
    assert "Nothing needs you at the moment" not in after
