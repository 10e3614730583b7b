"""OpenID Connect Front-Channel Logout 1.0."""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from idp.services import Services
from tests.protocol.logging_out import (
    FRAME,
    GOODBYE,
    SHOP_FRAME,
    agree_with_the_shop,
    end_session,
    is_signed_in,
    query_of,
    register_with_logout,
    sent_to,
    sign_on,
)
from tests.protocol.sign_on import ISSUER, Browser
from tests.web.citizen.visitor import Visitor


@pytest.fixture
def signed_on(citizen: Browser, services: Services) -> Browser:
    """Signed in at the council, which wants iss and sid, and at the shop, which does not."""
    register_with_logout(services, frames=True)
    citizen.agree("given_name")
    agree_with_the_shop(citizen)
    return citizen


def frames(page: TestResponse) -> list[str]:
    assert page.status_code == 200, page.text
    return [unescape(address) for address in re.findall(r'<iframe src="([^"]*)"', page.text)]


def test_the_browser_loads_every_service_before_it_goes_on(signed_on: Browser) -> None:
    """§2: iss and sid come both, as in the ID token, for the service that requires them."""
    id_token = sign_on(signed_on)

    page = end_session(signed_on, id_token_hint=id_token["id_token"], post_logout_redirect_uri=GOODBYE, state="a-state")

    council, shop = sorted(frames(page))
    assert council.startswith(FRAME + "?")
    assert query_of(council) == {"iss": ISSUER, "sid": id_token["sid"]}
    assert shop == SHOP_FRAME
    assert not is_signed_in(signed_on)


def test_the_page_goes_on_with_and_without_scripts(signed_on: Browser) -> None:
    hint = sign_on(signed_on)["id_token"]

    page = end_session(signed_on, id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state="a-state")

    onward = f"{GOODBYE}?state=a-state"
    assert f'<meta http-equiv="refresh" content="4; url={onward}">' in page.text
    assert f'data-onward="{onward}" data-seconds="4.0"' in page.text
    assert f'href="{onward}"' in page.text


def test_only_the_services_origins_may_be_framed(signed_on: Browser) -> None:
    page = end_session(signed_on, id_token_hint=sign_on(signed_on)["id_token"])

    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith("; frame-src http://127.0.0.1:8001 http://127.0.0.1:8002")
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert "You are signed out" in signed_on.http.get("/end-session/done").text


def test_names_of_services_are_text(signed_on: Browser) -> None:
    page = end_session(signed_on, id_token_hint=sign_on(signed_on)["id_token"])

    assert "Corner &lt;Shop&gt;" in page.text
    assert "Corner <Shop>" not in page.text


def test_signing_out_on_our_own_page_does_the_same(signed_on: Browser) -> None:
    visitor = Visitor(signed_on.http)
    visitor.open("/sign-out")

    page = visitor.send("logout")

    assert len(frames(page)) == 2
    assert "Signing you out of 2 services" in page.text
    assert not is_signed_in(signed_on)


def test_without_such_services_there_is_no_page_in_between(citizen: Browser, services: Services) -> None:
    register_with_logout(services)
    citizen.agree("given_name")

    answer = end_session(citizen, id_token_hint=sign_on(citizen)["id_token"], post_logout_redirect_uri=GOODBYE)

    assert sent_to(answer) == GOODBYE


def test_discovery_says_so(signed_on: Browser) -> None:
    """§3."""
    document = signed_on.http.get("/.well-known/openid-configuration").get_json()

    assert document["frontchannel_logout_supported"] is True
    assert document["frontchannel_logout_session_supported"] is True
