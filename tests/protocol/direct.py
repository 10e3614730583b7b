"""Services that are answered straight from the authorization endpoint, and what their libraries do with the answer.

Tokens are checked by jwcrypto, which shares no code with what makes them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser
from typing import Any

from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS
from werkzeug.test import TestResponse

from idp.clients.reading import parse
from idp.crypto import jose
from idp.protocol.response_types import ResponseType
from tests.protocol.sign_on import CALLBACK, CALLBACK_WITH_QUERY, CHALLENGE, SECRET, Browser, fragment_of, page_of

ALL = [str(each) for each in ResponseType]
IMPLICIT = ["id_token", "id_token token"]
HYBRID = ["code id_token", "code token", "code id_token token"]
WITH_ID_TOKEN = ["id_token", "id_token token", "code id_token", "code id_token token"]
WITH_TOKEN = ["id_token token", "code token", "code id_token token"]

APP_CALLBACK = "com.example.app:/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

_TEXT = {"en": "Because we need it"}
_PORTAL: dict[str, Any] = {
    "client_id": "portal",
    "organisation": "northtown",
    "name": "The portal",
    "redirect_uris": [CALLBACK, CALLBACK_WITH_QUERY],
    "response_types": ALL,
    "grant_types": ["authorization_code", "implicit", "refresh_token"],
    "scope": "openid profile email offline_access",
    "secret": SECRET,
}
#: The portal once more for each algorithm of ID tokens.
SIGNED = {f"portal-{alg}": alg for alg in jose.ALGORITHMS}
FILE: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council", "public_body": True}},
    "clients": [
        _PORTAL,
        *(_PORTAL | {"client_id": name, "id_token_signed_response_alg": alg} for name, alg in SIGNED.items()),
        _PORTAL
        | {
            "client_id": "script",
            "name": "A page of scripts",
            "response_types": IMPLICIT,
            "grant_types": ["implicit"],
            "token_endpoint_auth_method": "none",
            "secret": None,
        },
        _PORTAL
        | {
            "client_id": "phone",
            "name": "The app",
            "application_type": "native",
            "redirect_uris": [APP_CALLBACK, "http://127.0.0.1/callback"],
            "token_endpoint_auth_method": "none",
            "secret": None,
        },
    ],
    "uses": [
        {
            "client": client_id,
            "key": "portal",
            "state": "approved",
            "lawful_basis": "public_task",
            "purpose": _TEXT,
            "without_it": _TEXT,
            "details": [
                {"claim": claim, "reason": _TEXT, "retention": _TEXT}
                for claim in ("given_name", "email", "phone_number")
            ],
        }
        for client_id in ("portal", "script", *SIGNED)
    ],
}


def register(browser: Browser) -> None:
    """Register these services beside those of `tests.protocol.sign_on`."""
    browser.services.clients.register(parse(FILE))


def ask(browser: Browser, response_type: str, /, *, method: str = "GET", **changes: str | None) -> TestResponse:
    """Come with a good request of the portal's."""
    request: dict[str, str | None] = {
        "client_id": "portal",
        "response_type": response_type,
        "scope": "openid email",
        "nonce": "n-0S6_WzA2Mj",
        "claims": None,
    }
    return browser.authorize(method, **(request | changes))


def agree(browser: Browser, response_type: str, *claims: str, **changes: str | None) -> TestResponse:
    """Come, choose what to share, also where that was done before, and give what the service gets."""
    page = page_of(ask(browser, response_type, method="GET", **({"prompt": "consent"} | changes)))
    assert page.path == "/consent"
    browser.share(page, *claims)
    return browser.come_back(page)


def answered(browser: Browser, response_type: str, *claims: str, **changes: str | None) -> dict[str, str]:
    """The same, in the fragment."""
    return fragment_of(agree(browser, response_type, *claims, **changes), at=changes.get("redirect_uri") or CALLBACK)


def claims_of(browser: Browser, id_token: str, algorithm: str = "RS256") -> dict[str, Any]:
    """What an ID token says, once its signature is checked against the published keys."""
    keys = JWKSet.from_json(browser.http.get("/jwks.json").text)
    token = JWS()
    token.allowed_algs = [algorithm]
    token.deserialize(id_token)
    assert token.jose_header["alg"] == algorithm
    token.verify(keys.get_key(token.jose_header["kid"]))
    claims: dict[str, Any] = json.loads(token.payload)
    return claims


def half_hash(value: str, algorithm: str = "RS256") -> str:
    """The left half of a hash (OIDC Core §3.3.2.11)."""
    digest = hashlib.new("sha512" if algorithm == "EdDSA" else "sha256", value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def exchange(browser: Browser, code: str, **changes: str) -> TestResponse:
    """Redeem a code of the portal's."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return browser.app.test_client().post("/token", data=form | changes, auth=("portal", SECRET))


def userinfo(browser: Browser, access_token: str) -> TestResponse:
    """Ask UserInfo."""
    return browser.app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {access_token}"})


class Form(HTMLParser):
    """The form of a page that carries an answer."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        assert response.status_code == 200, response.headers
        self.action = ""
        self.method = ""
        self.fields: dict[str, str] = {}
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert not self.action, "one form only"
            self.action, self.method = attributes["action"], attributes["method"]
        elif tag == "input":
            assert attributes["name"] not in self.fields, "one value for each name"
            self.fields[attributes["name"]] = attributes["value"]
