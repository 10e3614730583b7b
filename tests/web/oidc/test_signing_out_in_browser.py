"""Signing out of services in a real browser: frames of other origins, and the page that notices a changed session.

OpenID Connect Front-Channel Logout 1.0, Session Management 1.0.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.clients.reading import parse
from idp.services import Services
from idp.settings import Settings
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.protocol.sign_on import FILE, SECRET, Browser, answer_of, page_of, register
from tests.web.axe import violations

pytestmark = pytest.mark.browser

#: A service's page that asks ours, in a frame, again and again (Session Management §3.2).
WATCHING = """<!doctype html><title>Service</title><p id="said">nothing</p>
<iframe id="op" src="{provider}/check-session"></iframe>
<script>
const state = new URLSearchParams(location.search).get("session_state");
addEventListener("message", (event) => {{
  if (event.origin === "{provider}") document.getElementById("said").textContent = event.data;
}});
const ask = () => document.getElementById("op").contentWindow.postMessage("{client_id} " + state, "{provider}");
document.getElementById("op").addEventListener("load", () => setInterval(ask, 100));
</script>"""


class Service:
    """A service that notes what it is asked, and answers late when told to."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.asked: list[str] = []
        self.cookies: list[str | None] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.provider = ""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(self.path)
                if self.path.startswith("/signed-out"):
                    service.may_answer.wait(20)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                page = WATCHING.format(provider=service.provider, client_id=service.client_id)
                self.wfile.write(page.encode() if self.path.startswith("/callback") else b"<!doctype html><p>Fine")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def callback(self) -> str:
        return f"{self.origin}/callback"

    def described(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "organisation": "northtown",
            "name": self.client_id.title(),
            "redirect_uris": [self.callback],
            "post_logout_redirect_uris": [f"{self.origin}/goodbye"],
            "frontchannel_logout_uri": f"{self.origin}/signed-out",
            "frontchannel_logout_session_required": True,
            "scope": "openid profile",
            "secret": SECRET,
        }

    def close(self) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    return make_settings(tmp_path, logout={"front_channel_seconds": getattr(request, "param", 10)})


@pytest.fixture
def council() -> Iterator[Service]:
    service = Service("council")
    yield service
    service.close()


@pytest.fixture
def shop() -> Iterator[Service]:
    service = Service("shop")
    yield service
    service.close()


@pytest.fixture
def citizen(app: Flask, services: Services, council: Service, shop: Service, served: str) -> Browser:
    """Signed in at both services."""
    register(services)
    services.clients.register(
        parse({"organisations": FILE["organisations"], "clients": [council.described(), shop.described()]})
    )
    browser = Browser(app)
    browser.sign_up()
    for service in (council, shop):
        service.provider = served
        page = page_of(browser.authorize("GET", client_id=service.client_id, redirect_uri=service.callback))
        browser.share(page, "given_name")
        answer_of(browser.come_back(page), at=service.callback)
    return browser


def opened(new_page: NewPage, citizen: Browser, served: str, **options: Any) -> Page:
    """A page of the browser in which the citizen is signed in."""
    page = new_page(**options)
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session or "", "url": served}])
    return page


def end_session(services: Services, citizen: Browser, council: Service, served: str) -> str:
    """Where the council sends the browser, with an ID token as we would have issued it."""
    session = citizen.signed_in()
    client = services.clients.get(council.client_id)
    assert client is not None
    now = int(services.clock.now().timestamp())
    hint = services.keys.signing("ES256").sign(
        {
            "iss": services.settings.issuer,
            "aud": council.client_id,
            "sub": services.logout.subject(client, session=session),
            "iat": now,
            "exp": now + 60,
        }
    )
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": f"{council.origin}/goodbye", "state": "a-state"}
    return f"{served}/end-session?{urlencode(asked)}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("settings", [1], indirect=True)
def test_both_services_are_loaded_before_the_browser_goes_on(
    *,
    new_page: NewPage,
    services: Services,
    citizen: Browser,
    council: Service,
    shop: Service,
    served: str,
    scripts: bool,
) -> None:
    page = opened(new_page, citizen, served, java_script_enabled=scripts)
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))

    page.goto(end_session(services, citizen, council, served))
    page.wait_for_url(f"{council.origin}/goodbye?state=a-state", timeout=10_000)

    assert [urlsplit(path).path for path in council.asked if "favicon" not in path] == ["/signed-out", "/goodbye"]
    (told,) = [path for path in shop.asked if "favicon" not in path]
    assert parse_qs(urlsplit(told).query).keys() == {"iss", "sid"}
    assert [line for line in reported if "Content Security Policy" in line] == []


@pytest.mark.parametrize("settings", [0.5], indirect=True)
def test_a_service_that_does_not_answer_holds_nobody_up(
    *, new_page: NewPage, services: Services, citizen: Browser, council: Service, shop: Service, served: str
) -> None:
    shop.may_answer.clear()
    page = opened(new_page, citizen, served)

    page.goto(end_session(services, citizen, council, served), wait_until="commit")
    page.wait_for_url(f"{council.origin}/goodbye?state=a-state", timeout=10_000)

    assert len(shop.asked) == 1


@pytest.mark.parametrize(
    "way",
    [{}, {"locale": "ar", "viewport": {"width": 320, "height": 640}}, {"color_scheme": "dark", "locale": "fr"}],
    ids=["light", "narrow Arabic", "dark French"],
)
def test_axe_finds_nothing_on_the_pages_of_signing_out(
    *,
    new_page: NewPage,
    services: Services,
    citizen: Browser,
    council: Service,
    shop: Service,
    served: str,
    way: dict[str, Any],
) -> None:
    shop.may_answer.clear()
    page = opened(new_page, citizen, served, **way)
    found: list[str] = []

    def look(place: str) -> None:
        found.extend(f"{place}: {violation}" for violation in violations(page))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    page.goto(f"{served}/end-session?client_id=council")
    look("asking")
    page.click("#logout-confirm", no_wait_after=True)
    page.wait_for_selector("#signing-out", state="attached")
    look("signing out")
    shop.may_answer.set()
    page.wait_for_url(f"{served}/end-session/done")
    look("signed out")
    page.goto(f"{served}/end-session?client_id=nobody")
    look("refused")

    assert found == []


def test_the_page_in_the_frame_notices_that_the_citizen_signed_out(
    new_page: NewPage, citizen: Browser, council: Service, served: str
) -> None:
    """Session Management §3.2."""
    page = opened(new_page, citizen, served)
    query = {
        "client_id": "council",
        "redirect_uri": council.callback,
        "response_type": "code",
        "scope": "openid",
        "claims": '{"userinfo":{"given_name":null,"email":null}}',
        "prompt": "none",
    }
    page.goto(f"{served}/authorize?{urlencode(query)}")
    said = page.locator("#said")
    said.filter(has_text="unchanged").wait_for(timeout=5_000)

    elsewhere = page.context.new_page()
    elsewhere.goto(f"{served}/sign-out")
    elsewhere.click("#logout-confirm")

    page.wait_for_function("document.getElementById('said').textContent === 'changed'", timeout=5_000)


def test_what_the_page_in_the_frame_cannot_read_is_an_error(
    new_page: NewPage, citizen: Browser, council: Service, served: str
) -> None:
    """Session Management §3.2: "error" for a message that is not as it should be."""
    page = opened(new_page, citizen, served)
    page.goto(f"{council.callback}?session_state=nonsense")

    page.wait_for_function("document.getElementById('said').textContent === 'error'", timeout=5_000)
