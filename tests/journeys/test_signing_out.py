"""Signing out of two of the demo's services at once: through the browser at one, from our server at the other."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page
from werkzeug.serving import BaseWSGIServer, make_server

from idp.demo.service.app import create_service
from idp.demo.service.descriptions import BOOKSHOP, COUNCIL, Ask, Description
from tests.journeys import services
from tests.journeys.provider import StartedProvider, free_port

pytestmark = pytest.mark.browser

ASK = Ask("apply", "Sign in here", "openid", {"given_name": None})
PORTS = {"council": free_port(), "bookshop": free_port()}
HOMES = {key: f"http://127.0.0.1:{port}" for key, port in PORTS.items()}


def _described() -> dict[str, Any]:
    client = {"organisation": "northtown", "scope": "openid profile", "secret": services.COUNCIL_SECRET}
    return {
        "organisations": {"northtown": {"legal_name": "Northtown Council", "public_body": True}},
        "clients": [
            {
                **client,
                "client_id": key,
                "name": key.title(),
                "redirect_uris": [f"{home}/callback"],
                "post_logout_redirect_uris": [f"{home}/"],
                "backchannel_logout_uri": f"{home}/signed-out-elsewhere",
                "backchannel_logout_session_required": True,
            }
            for key, home in HOMES.items()
        ],
    }


def _serve(description: Description, issuer: str) -> BaseWSGIServer:
    app = create_service(
        replace(description, asks=(ASK,)),
        issuer=issuer,
        client_id=description.key,
        client_secret=services.COUNCIL_SECRET,
        secret_key=secrets.token_hex(16),
    )
    server = make_server("127.0.0.1", PORTS[description.key], app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedProvider]:
    """A started provider, and the two services beside it."""
    started = StartedProvider(tmp_path_factory.mktemp("signing-out"), PROFFER_OUTBOUND__ALLOWED_HOSTS="127.0.0.1")
    started.command("migrate")
    started.import_clients(_described())
    started.start()
    servers = [_serve(description, started.issuer) for description in (COUNCIL, BOOKSHOP)]
    try:
        yield started
    finally:
        for server in servers:
            server.shutdown()
        assert started.stop() == 0, "the server ends cleanly, whatever its threads still tell"


def test_signing_out_at_one_service_signs_out_everywhere(page: Page, provider: StartedProvider) -> None:
    login = f"amina-{secrets.token_hex(4)}@journeys.example"
    details = {"given_name": "Amina"}
    provider.import_accounts({"accounts": [{"login": login, "password": services.PASSWORD, "details": details}]})
    for home in HOMES.values():
        page.goto(f"{home}/sign-in/apply")
        if page.locator("#username").count():
            page.locator("#username").fill(login)
            page.locator("#password").fill(services.PASSWORD)
            page.locator("#login-submit").click()
        page.locator("#consent-allow").click()
        page.wait_for_url(f"{home}/")
        assert page.locator("h1").inner_text() == "You are signed in"

    page.goto(HOMES["council"])
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{HOMES['council']}/?state=*")

    assert page.locator("h1").inner_text() != "You are signed in"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and " waiting " in provider.command("notices", "list"):
        time.sleep(0.1)
    listed = provider.command("notices", "list", "--state", "told").splitlines()
    assert len(listed) == 2, provider.command("notices", "list")
    page.goto(HOMES["bookshop"])
    assert page.locator("h1").inner_text() != "You are signed in"
    page.goto(f"{provider.issuer}/details")
    assert page.locator("#login-submit").is_visible(), "nobody is signed in at the provider"
