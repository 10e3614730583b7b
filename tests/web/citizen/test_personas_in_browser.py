"""Personas in a real browser: made, chosen at two services, changed, one time only; by axe, narrow, without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.consent.values import Grant
from idp.services import Services
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
LONG = "W" * 40
Asking = Callable[..., str]


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"back at the service")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def callback() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


@pytest.fixture
def asking(served: str, callback: str) -> Asking:
    """Where a service sends the browser to ask for details."""

    def asking(*claims: str, client: str = "permits", **more: str) -> str:
        query = {
            "client_id": client,
            "redirect_uri": callback,
            "response_type": "code",
            "scope": "openid",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "claims": json.dumps({"userinfo": dict.fromkeys(claims)}),
        }
        return f"{served}/authorize?{urlencode(query | more)}"

    return asking


@pytest.fixture
def citizen(app: Flask, services: Services, callback: str) -> Chooser:
    register(services, callback=callback)
    citizen = Chooser(app, services)
    citizen.holds(
        ("given_name", "Amina"),
        ("nickname", "Mina"),
        ("birthdate", "1990-04-12"),
        ("email", "amina@home.example", "home"),
        ("email", "a.name.that.never.ends@a.department.of.a.large.company.example", "work"),
    )
    return citizen


@pytest.fixture
def open_page(citizen: Chooser, new_page: NewPage, served: str) -> Callable[..., Page]:
    def open_page(**options: object) -> Page:
        page = new_page(**options)
        page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])
        return page

    return open_page


def _make(page: Page, served: str, name: str, colour: str) -> str:
    page.goto(f"{served}/personas/new")
    page.fill("#name", name)
    page.check(f"#colour-{colour}")
    page.click("#persona-save")
    page.wait_for_url("**/details")
    return page.url.split("/")[-2]


def _walk(page: Page, served: str, asking: Asking) -> Iterator[str]:
    """Go through every page and state of personas, stopping at each."""
    yield from _making(page, served)
    yield from _known(page, served, asking)


def _making(page: Page, served: str) -> Iterator[str]:
    page.goto(f"{served}/personas")
    yield "no persona"
    page.goto(f"{served}/personas/new")
    yield "new"
    page.click("#persona-save")
    yield "new with problems"
    work = _make(page, served, "Work", "plum")
    yield "what it has"
    page.check("input[name=detail] >> nth=0")
    page.click("#persona-details-save")
    page.wait_for_url(f"**/personas/{work}")
    yield "a persona"
    page.click("a[href$='/own/email']")
    page.click("#persona-own-save")
    yield "its own with problems"
    page.fill("#value", "desk@work.example")
    page.click("#persona-own-save")
    page.wait_for_url(f"**/personas/{work}#*")
    page.click("a[href*='/change/'] >> nth=0")
    yield "changing what it follows"
    page.goto(f"{served}/personas/{work}")
    page.click("a[href*='/without/'] >> nth=-1")
    yield "taking its own away"
    page.goto(f"{served}/personas/{work}")
    page.click("a[href*='/without/'] >> nth=0")
    yield "taking away what it follows"
    page.goto(f"{served}/personas/{work}/name")
    yield "its name"
    _make(page, served, LONG, "rose")
    page.goto(f"{served}/personas")
    yield "personas"


def _known(page: Page, served: str, asking: Asking) -> Iterator[str]:
    page.goto(f"{served}/personas")
    work = str(page.get_attribute("main h2 a:has-text('Work')", "href")).rsplit("/", 1)[-1]
    page.goto(asking("given_name", "email"))
    yield "choosing"
    page.check(f"#known-as-{work}")
    page.click("#consent-allow")
    yield "choosing unseen"
    page.click("#consent-allow")
    page.wait_for_url("**/callback?code=*")
    page.goto(asking("given_name", "email", prompt="consent"))
    page.check("#known-as-once")
    page.click("#consent-identity")
    yield "choosing one time"
    page.goto(f"{served}/sharing")
    yield "sharing"
    page.click("main li a")
    yield "a service"
    page.click("a[href*='/known-as/']")
    yield "known as"
    page.goto(f"{served}/personas/{work}")
    yield "a persona that is known"
    page.goto(f"{served}/personas/{work}/remove")
    yield "removing"
    page.goto(f"{served}/activity")
    yield "activity"


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(
    open_page: Callable[..., Page], asking: Asking, served: str, way: str
) -> None:
    page = open_page(**WAYS[way])
    found = []
    for place in _walk(page, served, asking):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


@pytest.mark.parametrize("scripts", [True, False])
def test_two_services_know_two_personas_and_then_one_of_them_another(
    citizen: Chooser, open_page: Callable[..., Page], asking: Asking, served: str, *, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    work, club = _make(page, served, "Work", "plum"), _make(page, served, "Book club", "moss")
    for persona, detail in ((work, "haddad@work.example"), (club, "mina@club.example")):
        page.goto(f"{served}/personas/{persona}/own/email")
        page.fill("#value", detail)
        page.click("#persona-own-save")

    for client, persona in (("shop", work), ("rtl", club)):
        page.goto(asking("email", client=client))
        page.check("#claim-email")
        page.check(f"#known-as-{persona}")
        page.click("#consent-identity")
        assert page.is_checked("#claim-email"), "ticks are kept"
        page.click("#consent-allow")
        page.wait_for_url("**/callback?code=*")

    at_shop, at_library = _grant(citizen, "shop"), _grant(citizen, "rtl")
    assert (at_shop.persona, at_library.persona) == (work, club)
    assert len({at_shop.sub, at_library.sub}) == 2

    # Later sign-ons use it without a page.
    page.goto(asking("email", client="shop"))
    assert "/callback?code=" in page.url

    page.goto(f"{served}/personas/known-as/{at_shop.id}")
    page.check(f"#known-as-{club}")
    page.click("#known-as-save")
    page.wait_for_url("**/sharing")
    assert "new person" in page.inner_text("main")
    page.goto(asking("email", client="shop"))
    assert page.is_checked(f"#known-as-{club}")
    page.check("#claim-email")
    page.click("#consent-allow")
    page.wait_for_url("**/callback?code=*")
    changed = _grant(citizen, "shop")
    assert changed.persona == club
    assert changed.sub not in {at_shop.sub, at_library.sub}


def _grant(citizen: Chooser, client: str) -> Grant:
    return citizen.grant(client)


@pytest.mark.parametrize("scripts", [True, False])
def test_one_time_only_asks_again_at_the_next_visit(
    citizen: Chooser, open_page: Callable[..., Page], asking: Asking, *, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)

    for _visit in range(2):
        page.goto(asking("given_name", client="shop"))
        page.check("#claim-given_name")
        page.check("#known-as-once")
        page.click("#consent-allow")
        page.wait_for_url("**/callback?code=*")

    assert citizen.services.consent.standing(citizen.session.account_id, "shop") is None
    subs = {grant.sub for grant in citizen.services.consent.shared_with(citizen.session.account_id)}
    assert len(subs) == 2
