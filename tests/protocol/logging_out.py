"""Two services that want to hear of the end of a session, and a browser that signs on to them and out of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from werkzeug.test import TestResponse

from idp.clients.reading import parse
from idp.crypto import jose
from idp.services import Services
from tests.outbound.servers import Behaviour, Server, saying, serving
from tests.protocol.sign_on import FILE, SECRET, Browser, answer_of, page_of

GOODBYE = "https://permits.example/goodbye"
GOODBYE_WITH_QUERY = "https://permits.example/goodbye?tenant=%7E1"
FRAME = "http://127.0.0.1:8001/signed-out"
SHOP_FRAME = "http://127.0.0.1:8002/signed-out?keep=1"
SHOP_CALLBACK = "http://127.0.0.1:8002/callback"
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


def register_with_logout(services: Services, *, port: int | None = None, frames: bool = False, **permits: Any) -> None:
    """Register the council and a shop; both are told at the port, and in frames where wanted."""
    council = next(client for client in FILE["clients"] if client["client_id"] == "permits")
    hears = {"backchannel_logout_uri": f"http://127.0.0.1:{port}/logout"} if port else {}
    framed = {"frontchannel_logout_uri": FRAME, "frontchannel_logout_session_required": True} if frames else {}
    shop = {
        "client_id": "shop",
        "organisation": "northtown",
        "name": "Corner <Shop>",
        "redirect_uris": [SHOP_CALLBACK],
        "scope": "openid profile",
        "secret": SECRET,
        **hears,
        **({"frontchannel_logout_uri": SHOP_FRAME} if frames else {}),
    }
    changed = {**council, "post_logout_redirect_uris": [GOODBYE, GOODBYE_WITH_QUERY], **hears, **framed, **permits}
    services.clients.register(parse({**FILE, "clients": [changed, shop]}))


@contextmanager
def receiving(behaviour: Behaviour | None = None) -> Iterator[Server]:
    """A service's back channel; takes every logout token unless told to behave otherwise."""
    with serving(behaviour or saying(TAKEN)) as server:
        yield server


def tokens_received(server: Server) -> list[dict[str, Any]]:
    """Header and claims of each logout token that a service was sent."""
    received = []
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /logout HTTP/1.1\r\n")
        (token,) = parse_qs(body.decode())["logout_token"]
        read = jose.unverified(token)
        received.append({"header": dict(read.header), "token": token, **read.claims})
    return received


def sign_on(browser: Browser, *, client_id: str = "permits", callback: str | None = None) -> dict[str, Any]:
    """Sign on with a standing choice; gives the ID token's claims, the token itself, and the answer."""
    wanted = {"client_id": client_id} | ({"redirect_uri": callback} if callback else {})
    if client_id == "shop":
        wanted |= {"redirect_uri": SHOP_CALLBACK}
    answer = answer_of(
        browser.authorize("GET", **wanted), at=wanted.get("redirect_uri", "http://127.0.0.1:8001/callback")
    )
    basic = base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": wanted.get("redirect_uri", "http://127.0.0.1:8001/callback"),
    }
    token = browser.app.test_client().post("/token", data=form, headers={"Authorization": f"Basic {basic}"}).get_json()
    return {**jose.unverified(token["id_token"]).claims, "id_token": token["id_token"], "answer": answer}


def agree_with_the_shop(browser: Browser) -> None:
    """Go through the shop's choosing page once."""
    page = page_of(browser.authorize("GET", client_id="shop", redirect_uri=SHOP_CALLBACK))
    browser.share(page, "given_name")
    answer_of(browser.come_back(page), at=SHOP_CALLBACK)


def end_session(browser: Browser, **parameters: str) -> TestResponse:
    """A service sends the browser to sign out."""
    return browser.http.get("/end-session", query_string=urlencode(parameters))


def is_signed_in(browser: Browser) -> bool:
    """Whether a silent request finds somebody (OIDC Core §3.1.2.6)."""
    answer = answer_of(browser.authorize("GET", prompt="none"))
    if "error" in answer:
        assert answer["error"] == "login_required"
    return "code" in answer


def sent_to(response: TestResponse) -> str:
    assert response.status_code == 303, response.text
    return str(response.headers["Location"])


def query_of(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


def unsigned(token: str) -> str:
    """The same ID token with `alg` none and no signature."""
    _, claims, _ = token.split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{claims}."
