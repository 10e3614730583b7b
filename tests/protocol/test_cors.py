"""Pages of other origins at the protocol's endpoints. Fetch §3.2, RFC 9700 §2.6."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from idp.clients.reading import parse
from tests.protocol.back_channel import SECRET, BackChannel, basic

HOME = "https://spa.example"
CALLED = ["/token", "/userinfo", "/revoke", "/par", "/device_authorization"]

FILE = {
    "organisations": {"northtown": {"legal_name": "Northtown Council"}},
    "clients": [
        {
            "client_id": "spa",
            "organisation": "northtown",
            "name": "A page",
            "redirect_uris": [f"{HOME}/callback"],
            "token_endpoint_auth_method": "none",
        },
        {
            "client_id": "portal",
            "organisation": "northtown",
            "name": "A service with a page",
            "redirect_uris": ["https://portal.example/callback"],
            "web_origins": ["https://pages.example:8443"],
            "secret": SECRET,
        },
    ],
}


@pytest.fixture
def pages(channel: BackChannel) -> BackChannel:
    channel.services.clients.register(parse(FILE))
    return channel


def preflight(pages: BackChannel, path: str, origin: str = HOME) -> TestResponse:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "dpop"}
    return pages.http.options(path, headers=asked)


@pytest.mark.parametrize("path", CALLED)
def test_a_preflight_from_a_registered_origin_may_go_on(pages: BackChannel, path: str) -> None:
    answer = preflight(pages, path)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, DPoP"
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://stranger.example", "null", "https://portal.example", "http://spa.example", "https://é", ""]
)
def test_a_preflight_from_elsewhere_may_not(pages: BackChannel, origin: str) -> None:
    answer = preflight(pages, "/token", origin)

    assert answer.status_code == 204
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Vary"] == "Origin"


def test_a_suspended_services_origin_is_let_through_no_longer(pages: BackChannel) -> None:
    assert "Access-Control-Allow-Origin" in preflight(pages, "/token").headers

    pages.services.clients.suspend("spa")

    assert "Access-Control-Allow-Origin" not in preflight(pages, "/token").headers


def test_an_answer_is_readable_at_the_origins_of_the_service_that_asked(pages: BackChannel) -> None:
    def at(origin: str) -> TestResponse:
        return pages.post("/revoke", {"token": "x", "client_id": "spa"}, headers={"Origin": origin})

    assert at(HOME).headers["Access-Control-Allow-Origin"] == HOME
    assert at(HOME).headers["Access-Control-Expose-Headers"] == "WWW-Authenticate"
    assert at(HOME).headers["Vary"] == "Origin"
    # Another service's origin passes a preflight, and still may not read what is this service's.
    assert "Access-Control-Allow-Origin" not in at("https://pages.example:8443").headers


def test_a_confidential_service_has_the_origins_that_it_registered_and_not_its_redirect_uris(
    pages: BackChannel,
) -> None:
    def at(origin: str) -> TestResponse:
        return pages.post("/revoke", {"token": "x"}, headers={"Origin": origin, **basic("portal")})

    assert at("https://pages.example:8443").headers["Access-Control-Allow-Origin"] == "https://pages.example:8443"
    assert "Access-Control-Allow-Origin" not in at("https://portal.example").headers


@pytest.mark.parametrize("path", CALLED[:4])
def test_a_page_can_read_what_went_wrong(pages: BackChannel, path: str) -> None:
    answer = pages.post(path, {"token": "x", "client_id": "nobody"}, headers={"Origin": HOME})

    assert answer.status_code in {400, 401}
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    assert answer.headers["Access-Control-Expose-Headers"] == "WWW-Authenticate"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_userinfo_is_readable_at_the_origins_of_the_tokens_service(pages: BackChannel) -> None:
    token = pages.tokens("permits")["access_token"]

    answer = pages.http.get("/userinfo", headers={"Authorization": f"Bearer {token}", "Origin": HOME})

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_an_origin_no_header_speaks_of_one(pages: BackChannel) -> None:
    answer = pages.post("/revoke", {"token": "x", "client_id": "spa"})

    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
    assert "Vary" not in answer.headers


def test_introspection_is_for_servers(pages: BackChannel) -> None:
    answer = pages.http.options("/introspect", headers={"Origin": HOME, "Access-Control-Request-Method": "POST"})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    ["https://pages.example/", "https://pages.example/a", "HTTPS://pages.example", "https://pages.example:443"],
)
def test_an_origin_is_registered_as_browsers_send_it(pages: BackChannel, origin: str) -> None:
    with pytest.raises(Exception, match="fault"):
        pages.services.clients.register(parse({**FILE, "clients": [{**FILE["clients"][1], "web_origins": [origin]}]}))
