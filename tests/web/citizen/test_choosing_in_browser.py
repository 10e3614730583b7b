"""Choosing, details, sharing and activity in a real browser: by axe, narrow, dark, right to left, without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import chain
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.services import Services
from idp.vault.values import NewDetail
from tests.browser import NewPage
from tests.web.axe import violations
from tests.web.citizen.chooser import CHALLENGE, Chooser, register

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow French": {"locale": "fr", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}
OpenPage = Callable[..., Page]
Asking = Callable[..., str]


@pytest.fixture
def callback() -> Iterator[str]:
    """Where the services want the browser back: another origin, so that the form's policy is put to the test."""
    server = HTTPServer(("127.0.0.1", 0), _Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"back at the service")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def asking(served: str, callback: str) -> Asking:
    """Where a service sends the browser to ask for details."""

    def asking(*claims: str, client: str = "permits") -> str:
        query = {
            "client_id": client,
            "redirect_uri": callback,
            "response_type": "code",
            "scope": "openid",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "claims": json.dumps({"userinfo": dict.fromkeys(claims)}),
        }
        return f"{served}/authorize?{urlencode(query)}"

    return asking


@pytest.fixture
def open_page(app: Flask, services: Services, new_page: NewPage, served: str, callback: str) -> OpenPage:
    """Open pages in the browser of a citizen who is signed in."""
    register(services, callback=callback)
    citizen = Chooser(app, services)
    citizen.holds(
        ("given_name", "Amina"),
        ("email", "amina@home.example", "home"),
        ("email", "a.name.that.never.ends@a.department.of.a.large.company.example", "work"),
        ("nationalities", ["FR"]),
        ("family_name", "Haddad"),
    )
    key = citizen.session.vault_key
    assert key is not None
    for language, value in (("ar", "حداد"), ("ja-Kana-JP", "ハダド"), ("fr", "H" * 90)):
        new = NewDetail("family_name", value, language=language)
        services.vault.add(citizen.session.account_id, key, new)

    def open_page(**options: object) -> Page:
        page = new_page(**options)
        page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])
        return page

    return open_page


def _choosing(page: Page, asking: Asking) -> Iterator[str]:
    for client in ("shop", "long", "marked", "rtl"):
        page.goto(asking("given_name", "email", "picture", client=client))
        yield f"choosing for {client}"
    page.goto(asking("family_name#ar", "family_name#ja-kana-jp", "family_name#fr", client="shop"))
    yield "choosing with languages"
    page.goto(asking("given_name", "birthdate", "email", "nationalities", "phone_number", "address"))
    yield "choosing"
    page.click("#consent-select-all")
    yield "everything selected"
    page.click("#consent-allow")
    yield "choosing with problems"
    page.click("#preview summary")
    page.click("#consent-preview")
    yield "the preview"
    page.uncheck("#claim-phone_number")
    page.fill("[id='typed-birthdate.day']", "12")
    page.fill("[id='typed-birthdate.month']", "4")
    page.fill("[id='typed-birthdate.year']", "1990")
    page.click("#consent-allow")
    page.wait_for_url("**/callback?code=*")
    page.goto(asking("given_name", "email", "picture"))
    yield "only the difference"
    page.click("#consent-deny")
    page.wait_for_url("**/callback?error=access_denied*")


def _own_pages(page: Page, served: str) -> Iterator[str]:
    page.goto(f"{served}/details")
    yield "details"
    # One of each kind of form: one input, one with a word of one's own, a place, an address, a code.
    page.click("a[href='/details/add/family_name/language']")
    yield "adding a language"
    page.click("main button[type=submit]")
    yield "adding a language with problems"
    page.goto(f"{served}/details")
    for claim in ("nickname", "phone_number", "place_of_birth", "address", "zoneinfo"):
        page.click(f"a[href='/details/add/{claim}']")
        yield f"adding {claim}"
        page.click("main button[type=submit]")
        yield f"adding {claim} with problems"
        page.goto(f"{served}/details")
    for word in ("change", "remove"):
        page.locator(f"a[href$='/{word}']").first.click()
        yield word
        page.goto(f"{served}/details")
        page.locator(".held__row:has([lang=ar])").locator(f"a[href$='/{word}']").click()
        yield f"{word} a language"
        page.goto(f"{served}/details")
    page.goto(f"{served}/sharing")
    yield "sharing"
    page.click("main li a")
    yield "a service"
    page.click("#sharing-stop")
    yield "a stopped service"
    for path in ("/sharing", "/activity", "/activity?kind=refused", "/activity/check"):
        page.goto(served + path)
        yield path


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(open_page: OpenPage, asking: Asking, served: str, way: str) -> None:
    page = open_page(**WAYS[way])
    found = []
    for place in chain(_choosing(page, asking), _own_pages(page, served)):
        page.evaluate("document.querySelectorAll('.mask').forEach(mask => { mask.open = true })")
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


def test_all_of_it_works_without_scripts(open_page: OpenPage, asking: Asking, served: str) -> None:
    page = open_page(java_script_enabled=False)

    places = list(chain(_choosing(page, asking), _own_pages(page, served)))

    assert places[-1] == "/activity/check"


def test_a_browser_reports_no_violation_of_the_policy(open_page: OpenPage, asking: Asking) -> None:
    page = open_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    for _place in _choosing(page, asking):
        pass

    assert [line for line in reported if "Content Security Policy" in line] == []


def test_both_answers_are_of_one_size(open_page: OpenPage, asking: Asking) -> None:
    for width in (320, 1280):
        page = open_page(viewport={"width": width, "height": 800})
        page.goto(asking("given_name"))
        allow, deny = (page.locator(f"#consent-{answer}").bounding_box() for answer in ("allow", "deny"))

        assert allow is not None
        assert deny is not None
        assert (allow["width"], allow["height"]) == (deny["width"], deny["height"])


def test_the_enter_key_in_a_field_shares_nothing(open_page: OpenPage, asking: Asking) -> None:
    page = open_page()
    page.goto(asking("given_name", "phone_number"))
    page.fill("#typed-phone_number", "+44 20 7946 0018")
    page.press("#typed-phone_number", "Enter")
    page.wait_for_load_state()

    assert "/consent/" in page.url
    assert page.input_value("#typed-phone_number") == "+44 20 7946 0018"
