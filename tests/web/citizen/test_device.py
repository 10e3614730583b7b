"""The pages on which a device's code is typed, seen and settled. RFC 8628 §3.3, §5.1, §5.4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.clients.reading import parse
from idp.services import Services
from idp.storage.db import Base
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.web.axe import violations
from tests.web.citizen.visitor import Visitor

FILE: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council"}},
    "clients": [
        {
            "client_id": "tv",
            "organisation": "northtown",
            "name": {"en": "Town television", "ar": "تلفاز المدينة"},
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": [],
            "scope": "openid profile",
            "token_endpoint_auth_method": "none",
        }
    ],
}
NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}


@pytest.fixture
def code(app: Flask) -> str:
    """What the device shows."""
    return _begin(app)


def _begin(app: Flask) -> str:
    services: Services = app.extensions["proffer"]
    with app.app_context():
        services.clients.register(parse(FILE))
        return services.devices.begin("tv", {"scope": "openid profile"}).user_code


def test_a_code_may_be_typed_small_and_without_its_dash(visitor: Visitor, code: str) -> None:
    visitor.open("/device")

    page = visitor.send("device-code", user_code=code.lower().replace("-", " "))

    assert page.status_code == 200
    assert "Town television" in page.text
    assert "Northtown Council" in page.text
    assert "It began less than a minute ago." in page.text


def test_a_code_that_comes_along_is_filled_in_and_has_to_be_confirmed(visitor: Visitor, code: str) -> None:
    page = visitor.open(f"/device?user_code={code}")

    assert f'value="{code}"' in page.text
    assert "Town television" not in page.text


@pytest.mark.parametrize("typed", ["BBBB-BBBB", "x", "é" * 8, "AEIO-AEIO", "<script>", "B" * 5000])
def test_a_code_that_nobody_waits_with_shows_the_page_again(visitor: Visitor, typed: str) -> None:
    visitor.open("/device")

    page = visitor.send("device-code", user_code=typed)

    assert page.status_code == 422
    assert "No device waits with this code." in page.text
    assert "<script>" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_who_typed_nothing_is_told_to_type_the_code(visitor: Visitor) -> None:
    visitor.open("/device")

    page = visitor.send("device-code", user_code=" ")

    assert page.status_code == 422
    assert "Enter the code that the device shows." in page.text


def test_what_comes_along_is_shown_only_when_it_can_be_a_code(visitor: Visitor) -> None:
    page = visitor.open("/device?user_code=bogus<b>").text

    assert "bogus" not in page.partition("<main")[2].partition("</main>")[0]


def _settle(visitor: Visitor, code: str, action: str) -> TestResponse:
    """Press one of the two buttons of the open page."""
    assert visitor.page is not None
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.page.text)
    assert token is not None
    form = {"csrf_token": token[1], "user_code": code, "action": action}
    return visitor.client.post("/device/confirm", data=form)


def test_refusing_says_that_nothing_was_shared(visitor: Visitor, code: str) -> None:
    visitor.open("/device")
    visitor.send("device-code", user_code=code)

    answer = _settle(visitor, code, "deny")

    assert answer.headers["Location"] == "/device/denied"
    assert "The device was not signed in" in visitor.open("/device/denied").text


def test_going_on_leads_to_the_sign_on_of_the_service(visitor: Visitor, code: str) -> None:
    visitor.open("/device")
    visitor.send("device-code", user_code=code)

    answer = _settle(visitor, code, "continue")

    assert answer.headers["Location"].startswith("/authorize?interaction=")
    assert visitor.client.get_cookie("proffer_flow", domain="localhost") is not None


def test_trying_codes_is_limited_for_an_address(tmp_path: Any) -> None:
    app = create_app(make_settings(tmp_path, limits={"user_code": "3/minute"}))
    with app.app_context():
        Base.metadata.create_all(app.extensions["proffer"].db.engine)
        app.extensions["proffer"].keys.ensure()
    visitor = Visitor(app.test_client())

    statuses = []
    for _ in range(4):
        visitor.open("/device")
        statuses.append(visitor.send("device-code", user_code="BBBB-BBBB").status_code)

    assert statuses == [422, 422, 422, 429]


def test_devices_that_begin_are_limited_for_an_address(tmp_path: Any) -> None:
    app = create_app(make_settings(tmp_path, limits={"device": "2/minute"}))
    _prepare(app)
    form = {"client_id": "tv", "scope": "openid"}

    answers = [app.test_client().post("/device_authorization", data=form) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def _prepare(app: Flask) -> None:
    with app.app_context():
        Base.metadata.create_all(app.extensions["proffer"].db.engine)
        app.extensions["proffer"].keys.ensure()
    _begin(app)


def _walk(page: Page, served: str, code: str) -> Iterator[str]:
    page.goto(f"{served}/device")
    yield "the code"
    page.fill("#user-code", "BBBB-BBBB")
    page.click("#device-look")
    yield "a wrong code"
    page.fill("#user-code", code)
    page.click("#device-look")
    yield "is it yours"
    page.click("#device-deny")
    yield "refused"
    page.goto(f"{served}/device/approved")
    yield "approved"


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(app: Flask, new_page: NewPage, served: str, way: str) -> None:
    page, found = new_page(**WAYS[way]), []
    for place in _walk(page, served, _begin(app)):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []
