"""How answers reach a service in a real browser: by fragment and by form, under the policies that pages have.

OAuth 2.0 Form Post Response Mode; CSP Level 3 §6.4.1, which Chromium applies to redirects after a submission too.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.clients.reading import parse
from idp.services import Services
from tests.browser import NewPage
from tests.protocol import direct
from tests.web.axe import violations
from tests.web.citizen.chooser import Chooser

pytestmark = pytest.mark.browser


class Service:
    """A service that notes what arrives and sends the browser on to its home page, at another origin.

    Where it has to stay to read a fragment, it stays.
    """

    def __init__(self) -> None:
        self.posted: list[dict[str, list[str]]] = []
        self.origins: list[str | None] = []
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(self.path)
                if "code=" in self.path:
                    self.send_response(303)
                    self.send_header("Location", f"{service.elsewhere}/home")
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!DOCTYPE html><title>Home</title><p>At the service")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                service.posted.append(parse_qs(body, strict_parsing=True))
                service.origins.append(self.headers["Origin"])
                self.send_response(303)
                self.send_header("Location", f"{service.elsewhere}/home")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        #: Another origin to a browser.
        self.elsewhere = f"http://localhost:{self._server.server_port}"
        self.callback = f"{self.origin}/callback?tenant=1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


class Visit:
    """A signed-in citizen's browser, on its way from the service."""

    def __init__(self, page: Page, served: str, service: Service) -> None:
        self.page = page
        self.reported: list[str] = []
        page.on("console", lambda message: self.reported.append(message.text))
        self.served = served
        self._service = service

    def begin(self, response_type: str, **more: str) -> None:
        query = {
            "client_id": "portal",
            "redirect_uri": self._service.callback,
            "response_type": response_type,
            "scope": "openid email",
            "state": "a state",
            "nonce": "n",
        }
        self.page.goto(f"{self.served}/authorize?{urlencode(query | more)}")

    @property
    def complaints(self) -> list[str]:
        """What the browser says about the policies."""
        return [line for line in self.reported if "Content Security Policy" in line]


@pytest.fixture
def visit(app: Flask, services: Services, new_page: NewPage, served: str, service: Service) -> Any:
    """Open the citizen's browser; takes the options of a Playwright context."""
    described = {
        **direct.FILE,
        "clients": [{**direct.FILE["clients"][0], "redirect_uris": [service.callback]}],
        "uses": [use for use in direct.FILE["uses"] if use["client"] == "portal"],
    }
    services.clients.register(parse(described))
    citizen = Chooser(app, services)
    citizen.holds(("email", "amina@home.example"))

    def visit(**options: Any) -> Visit:
        page = new_page(**options)
        page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])
        return Visit(page, served, service)

    return visit


def answer_in(page: Page) -> dict[str, str]:
    """What a script of the service reads from its address."""
    read: dict[str, str] = page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")
    return read


@pytest.mark.parametrize("scripts", [True, False])
def test_a_service_may_send_the_browser_on_to_another_origin(visit: Any, service: Service, scripts: bool) -> None:
    # As every broker does: its callback is not where the citizen wanted to go.
    way = visit(java_script_enabled=scripts)
    way.begin("code")
    way.page.locator("#claim-email").check()
    way.page.locator("#consent-allow").click()
    way.page.wait_for_url(f"{service.elsewhere}/home")

    way.begin("code", prompt="consent")
    way.page.locator("#consent-deny").click()
    way.page.wait_for_url(f"{service.callback}&error=access_denied*")

    assert way.complaints == []


@pytest.mark.parametrize("response_type", ["id_token", "code id_token token"])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_fragment_reaches_the_service_from_the_choosing_page_and_at_once_the_next_time(
    visit: Any, service: Service, response_type: str, scripts: bool
) -> None:
    way = visit(java_script_enabled=scripts)
    way.begin(response_type)
    way.page.locator("#claim-email").check()
    way.page.locator("#consent-allow").click()
    way.page.wait_for_url(f"{service.callback}#*")
    assert "id_token=" in urlsplit(way.page.url).fragment

    way.begin(response_type, prompt="none")

    assert way.page.url.startswith(f"{service.callback}#")
    # The service's server sees its own query and nothing of the answer.
    assert set(service.asked) - {"/favicon.ico"} == {"/callback?tenant=1"}
    assert way.complaints == []
    if scripts:
        assert answer_in(way.page)["state"] == "a state"


@pytest.mark.parametrize("response_type", direct.ALL)
def test_a_form_reaches_the_service_by_itself_and_may_go_on_to_another_origin(
    visit: Any, service: Service, response_type: str
) -> None:
    way = visit()
    way.begin(response_type, response_mode="form_post")
    way.page.locator("#claim-email").check()
    way.page.locator("#consent-allow").click()
    way.page.wait_for_url(f"{service.elsewhere}/home")

    way.begin(response_type, response_mode="form_post", prompt="none")
    way.page.wait_for_url(f"{service.elsewhere}/home")

    assert len(service.posted) == 2
    for posted in service.posted:
        assert all(len(values) == 1 for values in posted.values())
        assert posted["state"] == ["a state"]
        assert {"code", "id_token"} & posted.keys()
    # A service that checks where a form came from must see us, and not an origin that is hidden.
    assert "null" not in service.origins
    assert way.complaints == []


@pytest.mark.parametrize("response_type", ["code", "id_token token"])
def test_a_form_reaches_the_service_by_its_button_where_scripts_are_off(
    visit: Any, service: Service, response_type: str
) -> None:
    way = visit(java_script_enabled=False)
    way.begin(response_type, response_mode="form_post")
    way.page.locator("#claim-email").check()
    way.page.locator("#consent-allow").click()
    assert service.posted == []
    way.page.locator("button").click()
    way.page.wait_for_url(f"{service.elsewhere}/home")

    assert service.posted[0].keys() >= {"state", "iss"}


def test_a_refusal_reaches_the_service_by_form_and_by_fragment(visit: Any, service: Service) -> None:
    way = visit()
    way.begin("code id_token", response_mode="form_post")
    way.page.locator("#consent-deny").click()
    way.page.wait_for_url(f"{service.elsewhere}/home")
    way.begin("code id_token")
    way.page.locator("#consent-deny").click()
    way.page.wait_for_url(f"{service.callback}#*")

    assert service.posted[0]["error"] == ["access_denied"]
    assert answer_in(way.page)["error"] == "access_denied"
    assert way.complaints == []


def test_a_window_of_the_services_own_stays_tied_to_it(visit: Any, service: Service) -> None:
    # OIDC Core §3.1.2.1, `display=popup`.
    way = visit()
    way.page.goto(f"{service.elsewhere}/home")
    with way.page.expect_popup() as opened:
        way.page.evaluate("window.open('about:blank')")
    popup = Visit(opened.value, way.served, service)
    popup.begin("code id_token", response_mode="form_post", display="popup")
    popup.page.locator("#consent-allow").click()
    popup.page.wait_for_url(f"{service.elsewhere}/home")

    assert popup.page.evaluate("window.opener !== null")


@pytest.mark.parametrize(
    "way_of_looking",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
        {"locale": "ar", "viewport": {"width": 320, "height": 640}},
    ],
)
def test_the_page_that_carries_a_form_is_accessible(visit: Any, way_of_looking: dict[str, Any]) -> None:
    # Stopped before it goes on by itself.
    way = visit(**way_of_looking)
    way.page.add_init_script("HTMLFormElement.prototype.submit = () => {}")
    way.begin("code", response_mode="form_post", prompt="none")

    assert violations(way.page) == []
    assert not way.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
