"""A citizen who shares with services, in a browser and without one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.services import Services
from tests.browser import NewPage
from tests.web.citizen.chooser import CHALLENGE, Chooser, register

Asking = Callable[..., str]
OpenPage = Callable[..., Page]


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
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    return holding(Chooser(app, services))


@pytest.fixture
def at_browser(app: Flask, services: Services, callback: str) -> Chooser:
    register(services, callback=callback)
    return holding(Chooser(app, services))


@pytest.fixture
def open_page(at_browser: Chooser, new_page: NewPage, served: str) -> OpenPage:
    def open_page(**options: object) -> Page:
        page = new_page(**options)
        page.context.add_cookies([{"name": "proffer_session", "value": at_browser.session.secret, "url": served}])
        return page

    return open_page


def holding(citizen: Chooser) -> Chooser:
    citizen.holds(
        ("given_name", "Amina"),
        ("birthdate", "1990-04-12"),
        ("email", "amina@home.example", "home"),
        ("email", "a.name.that.never.ends@a.department.of.a.large.company.example", "work"),
        ("nationalities", "FR"),
    )
    return citizen
