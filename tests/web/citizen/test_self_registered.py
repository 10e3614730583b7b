"""Pages about a service that registered itself: nobody has checked who runs it, and they say so."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.serving import make_server

from idp.clients.values import DEVICE_CODE
from tests.browser import NewPage
from tests.clients.test_logos import LOGO, picture
from tests.protocol.registering import CALLBACK, Registering, registering
from tests.protocol.sign_on import Browser, page_of
from tests.web.axe import violations
from tests.web.citizen.visitor import Visitor

PAGES = {
    "logo_uri": LOGO,
    "policy_uri": "https://self.example/policy",
    "policy_uri#fr": "https://self.example/politique",
    "tos_uri": "https://terms.example/",
}


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registering]:
    with registering(tmp_path, monkeypatch) as started:
        started.web.documents[LOGO] = picture()
        yield started


def test_the_way_in_and_the_choosing_page_say_that_nobody_has_checked_it(provider: Registering) -> None:
    """PRODUCT rules 5 and 11."""
    told = provider.registered(client_name="Northtown Council", **PAGES)
    citizen = Browser(provider.app)
    way_in = page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK))
    sign_in = citizen.http.get(way_in.path, query_string={"interaction": way_in.interaction}).text
    citizen.sign_up()
    page = page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK))

    choose = citizen.http.get(f"{page.path}/{page.interaction}").text

    for text in (sign_in, choose):
        assert re.search(
            rf'src="/services/{told["client_id"]}/logo\?v=[0-9a-f]+" alt="Logo of Northtown Council"', text
        )
        assert "self.example" in text
        assert LOGO not in text
    assert "It registered itself; nobody has checked who runs it." in sign_in
    assert "Nobody has checked who runs it." in choose
    assert "This service registered itself." in choose
    assert "This service is not in the register." in choose
    assert '<bdi lang="">Northtown Council</bdi>' in choose
    assert 'href="https://self.example/policy" rel="noopener noreferrer external"' in choose
    assert '<bdi class="muted">terms.example</bdi>' in choose


def test_everything_is_voluntary(provider: Registering) -> None:
    """PRODUCT rule 5: whatever the request calls essential."""
    told = provider.registered()
    citizen = Browser(provider.app)
    citizen.sign_up()
    page = page_of(
        citizen.authorize(
            client_id=told["client_id"],
            redirect_uri=CALLBACK,
            claims='{"userinfo":{"email":{"essential":true}}}',
        )
    )

    choose = citizen.http.get(f"{page.path}/{page.interaction}").text

    assert 'id="claim-email"' in choose
    assert "They need this" not in choose


def test_a_reader_gets_the_addresses_of_their_language(provider: Registering) -> None:
    """OIDC Registration §2.1."""
    told = provider.registered(client_name="A service", **{"client_name#fr": "Un service"}, **PAGES)
    citizen = Browser(provider.app)
    citizen.sign_up()
    page = page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK, ui_locales="fr"))

    choose = citizen.http.get(f"{page.path}/{page.interaction}").text

    assert '<bdi lang="fr">Un service</bdi>' in choose
    assert "https://self.example/politique" in choose
    assert "https://self.example/policy" not in choose


@pytest.mark.parametrize("uri", ["https://self.example/login", "https://self.example/login?tenant=1"])
def test_your_sharing_opens_a_service_that_takes_a_sign_on_from_us(provider: Registering, uri: str) -> None:
    """OIDC Core §4: iss, and nothing about the citizen."""
    told = provider.registered(initiate_login_uri=uri)
    citizen = Browser(provider.app)
    citizen.sign_up()
    citizen.share(page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK)), "given_name")

    listed = citizen.http.get("/sharing").text

    link = re.search(r'class="button button--secondary button--small" href="([^"]+)"', listed)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert address.startswith(uri)
    query = dict(parse_qsl(urlsplit(address).query))
    assert query.pop("iss") == "http://localhost:8000"
    assert query in ({}, {"tenant": "1"})


def test_a_service_that_takes_no_sign_on_from_us_has_no_link(provider: Registering) -> None:
    told = provider.registered()
    citizen = Browser(provider.app)
    citizen.sign_up()
    citizen.share(page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK)), "given_name")

    assert ">Open<" not in citizen.http.get("/sharing").text


def test_only_where_this_request_is_answered_is_named(provider: Registering) -> None:
    """RFC 7591 §5: somebody else's address among those registered lends a stranger no name."""
    council = "https://council.example/callback"
    told = provider.registered(client_name=None, redirect_uris=[council, CALLBACK], subject_type="public")
    citizen = Browser(provider.app)
    way_in = page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK))
    sign_in = citizen.http.get(way_in.path, query_string={"interaction": way_in.interaction}).text
    citizen.sign_up()
    page = page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK))

    choose = citizen.http.get(f"{page.path}/{page.interaction}").text

    for text in (sign_in, choose):
        assert "self.example" in text
        assert "council.example" not in text
        assert told["client_id"] in text


@pytest.mark.parametrize("name", ["Northtown Council", None])
def test_a_device_is_told_apart_from_the_addresses_of_its_service(provider: Registering, name: str | None) -> None:
    """RFC 8628 §5.4: the tokens go to whoever holds the device, whatever addresses its service registered."""
    told = provider.registered(
        client_name=name,
        redirect_uris=["https://council.example/callback"],
        grant_types=["authorization_code", DEVICE_CODE],
        token_endpoint_auth_method="none",
    )
    asked = {"client_id": told["client_id"], "scope": "openid email"}
    code = provider.http.post("/device_authorization", data=asked).get_json()["user_code"]
    citizen = Browser(provider.app)
    citizen.sign_up()
    visitor = Visitor(citizen.http)
    visitor.open("/device")

    confirm = visitor.send("device-code", user_code=code)
    away = visitor.send("device-confirm", action="continue")
    choose = citizen.http.get(citizen.http.get(away.headers["Location"]).headers["Location"]).text

    for text in (confirm.text, choose):
        assert (name or told["client_id"]) in text
        assert "council.example" not in text
        assert "obody has checked who runs it." in text
    assert "On the device whose code you typed" in choose


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_axe_finds_nothing_and_nothing_overflows(provider: Registering, new_page: NewPage, locale: str) -> None:
    long_name = {"client_name": "W" * 120, "initiate_login_uri": "https://self.example/login"}
    told = provider.registered(**long_name, **PAGES)
    citizen = Browser(provider.app)
    citizen.sign_up()
    asked = {"client_id": told["client_id"], "redirect_uri": CALLBACK}
    citizen.share(page_of(citizen.authorize(**asked)), "given_name")
    server = make_server("127.0.0.1", 0, provider.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served = f"http://127.0.0.1:{server.port}"
    page = new_page(locale=locale, viewport={"width": 320, "height": 640})
    request = f"/authorize?client_id={told['client_id']}&redirect_uri={CALLBACK}&response_type=code&scope=openid+email"
    found = []
    for path in (request, "/sharing", request + "&prompt=consent"):
        page.goto(served + path)
        found += [f"{path}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{path}: wider than the window")
        assert citizen.session is not None
        page.context.add_cookies([{"name": "proffer_session", "value": citizen.session, "url": served}])
    server.shutdown()

    assert found == []
