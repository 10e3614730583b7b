"""What the benchmark needs in the database: one service, citizens who already chose, and tokens to use up."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import requests

from tests.benchmarks.wrk import BenchmarkError
from tests.journeys.plain_browser import PlainBrowser

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.provider import StartedProvider

SECRET = "bench-secret-0123456789-abcdefghij"
CALLBACK = "http://127.0.0.1:1/callback"
PASSWORD = "harbour-lantern-quietly-42"
#: wrk's threads, each with a citizen of its own, so that no two steps of one citizen run at the same time.
THREADS = 4


def accounts(number: int) -> dict[str, object]:
    """That many citizens, as `proffer accounts import` reads them."""
    return {
        "accounts": [
            {
                "login": f"bench-{each}",
                "password": PASSWORD,
                "details": {"given_name": "Amina", "family_name": "Haddad", "email": f"amina{each}@mail.example"},
            }
            for each in range(number)
        ]
    }


CLIENTS = {
    "organisations": {"bench": {"legal_name": "Benchmark"}},
    "clients": [
        {
            "client_id": "bench",
            "organisation": "bench",
            "name": "Benchmark",
            "secret": SECRET,
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "scope": "openid profile email offline_access api",
            "id_token_signed_response_alg": "ES256",
            "resource_server": True,
        }
    ],
}
AUTHORIZATION = "Basic " + base64.b64encode(f"bench:{SECRET}".encode()).decode()
_REQUEST = {
    "response_type": "code",
    "client_id": "bench",
    "redirect_uri": CALLBACK,
    "scope": "openid profile email",
    "state": "s" * 22,
    "nonce": "n" * 22,
}


def authorize_path(scope: str = _REQUEST["scope"]) -> str:
    """Path and query of the authorization request."""
    return "/authorize?" + urlencode({**_REQUEST, "scope": scope})


@dataclass(frozen=True, slots=True)
class Signed:
    """A citizen who has a session and a standing choice."""

    cookie: str
    access_token: str
    refresh_token: str


def sign_on(provider: StartedProvider, number: int) -> Signed:
    """Sign a citizen in and agree to everything, with a refresh token."""
    browser = PlainBrowser()
    browser.open(provider.issuer + authorize_path("openid profile email offline_access") + "&prompt=consent")
    browser.submit("login-submit", typed={"username": f"bench-{number}", "password": PASSWORD})
    browser.submit("consent-select-all")
    browser.submit("consent-allow")
    if not browser.url.startswith(CALLBACK):
        raise BenchmarkError(f"the sign-on stopped at {browser.path}: {browser.text[:2000]}")
    token = exchange(provider, browser.url.partition("code=")[2].partition("&")[0])
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return Signed(cookie=cookie, access_token=token["access_token"], refresh_token=token["refresh_token"])


def exchange(provider: StartedProvider, code: str) -> dict[str, str]:
    """Redeem a code."""
    answer = requests.post(
        f"{provider.issuer}/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
        headers={"Authorization": AUTHORIZATION},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def write_codes(provider: StartedProvider, signed: Signed, path: Path, *, number: int) -> None:
    """Have that many codes issued, as a returning citizen gets them."""
    session = requests.Session()
    with path.open("w") as file:
        for _ in range(number):
            answer = session.get(
                provider.issuer + authorize_path(),
                headers={"Cookie": signed.cookie},
                allow_redirects=False,
                timeout=10,
            )
            code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
            assert code, f"no code: {answer.status_code} {answer.headers.get('Location')}"
            file.write(code + "\n")
