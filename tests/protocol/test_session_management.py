"""OpenID Connect Session Management 1.0."""

from __future__ import annotations

import hashlib

import pytest

from idp.protocol.session_management import browser_state, session_state
from idp.services import Services
from idp.web import cookies
from tests.protocol.logging_out import end_session, register_with_logout, sign_on
from tests.protocol.sign_on import ISSUER, Browser, answer_of
from tests.web.citizen.visitor import PASSWORD, Visitor

ORIGIN = "http://127.0.0.1:8001"


def cookie(browser: Browser) -> str | None:
    found = browser.http.get_cookie(cookies.BROWSER_STATE, domain="localhost")
    return None if found is None else found.value


def is_unchanged(state: str, *, now: str | None, client_id: str = "permits", origin: str = ORIGIN) -> bool:
    """What the script of our page answers (§3.2)."""
    digest, salt = state.split(".")
    states = (now or "").split("~")
    return digest in {hashlib.sha256(f"{client_id} {origin} {one} {salt}".encode()).hexdigest() for one in states}


@pytest.mark.parametrize("changes", [{}, {"prompt": "none"}, {"response_type": "code", "nonce": "n"}])
def test_a_successful_answer_says_which_state_the_browser_is_in(citizen: Browser, changes: dict[str, str]) -> None:
    """§2: session_state holds no space."""
    citizen.agree("given_name")

    state = answer_of(citizen.authorize("GET", **changes))["session_state"]

    assert " " not in state
    assert is_unchanged(state, now=cookie(citizen))
    assert not is_unchanged(state, now=cookie(citizen), client_id="shop")
    assert not is_unchanged(state, now=cookie(citizen), origin="https://evil.example")


def test_the_state_is_salted_anew_each_time(citizen: Browser) -> None:
    citizen.agree("given_name")

    states = {answer_of(citizen.authorize())["session_state"] for _ in range(3)}

    assert len(states) == 3


def test_the_cookie_opens_nothing_and_tells_nothing(citizen: Browser) -> None:
    """It is readable by scripts, so it must be of no use to one."""
    citizen.agree("given_name")
    answer = citizen.authorize()

    assert cookie(citizen) == browser_state(citizen.signed_in().secret)
    assert len(cookie(citizen) or "") == 22
    assert answer.headers.getlist("Set-Cookie") == [], "set once, not with every answer"
    citizen.http.set_cookie("proffer_session", cookie(citizen) or "", domain="localhost")
    assert answer_of(citizen.authorize(prompt="none"))["error"] == "login_required"


def test_signing_out_and_signing_in_change_the_state(citizen: Browser, services: Services) -> None:
    register_with_logout(services)
    citizen.agree("given_name")
    first = sign_on(citizen)
    state = first["answer"]["session_state"]

    end_session(citizen, id_token_hint=first["id_token"])

    assert cookie(citizen) is None
    assert not is_unchanged(state, now=cookie(citizen))
    citizen.sign_in()
    again = answer_of(citizen.authorize())["session_state"]
    assert is_unchanged(again, now=cookie(citizen))
    assert not is_unchanged(state, now=cookie(citizen))


def test_our_own_pages_change_the_state_as_well(citizen: Browser) -> None:
    visitor = Visitor(citizen.app.test_client())
    visitor.open("/sign-up")
    visitor.send("sign-up", username="chidi", password=PASSWORD)
    signed_in = visitor.client.get_cookie(cookies.BROWSER_STATE)
    visitor.open("/sign-out")
    visitor.send("logout")

    assert signed_in is not None
    assert visitor.client.get_cookie(cookies.BROWSER_STATE) is None


def test_a_service_keeps_its_citizen_while_others_come_and_go(citizen: Browser, services: Services) -> None:
    """Several citizens in one browser: what changed is told to those whom it concerns."""
    citizen.agree("given_name")
    state = answer_of(citizen.authorize())["session_state"]
    visitor = Visitor(citizen.http)

    visitor.open("/sign-up?another=yes")
    visitor.send("sign-up", username="chidi", password=PASSWORD)
    assert is_unchanged(state, now=cookie(citizen))
    visitor.open("/sign-out")
    visitor.send("logout")

    assert is_unchanged(state, now=cookie(citizen)), "chidi left, amina stays"
    visitor.open("/sign-out")
    visitor.send("logout")
    assert not is_unchanged(state, now=cookie(citizen))


def test_a_session_that_ended_by_itself_is_noticed_at_the_next_request(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")
    services.authentication.sign_out(citizen.session)

    assert answer_of(citizen.authorize(prompt="none"))["error"] == "login_required"
    assert cookie(citizen) is None


def test_an_application_without_an_origin_gets_no_state() -> None:
    assert session_state(client_id="app", redirect_uri="com.example.app:/callback", session_secret="s") is None


def test_any_site_may_frame_the_page_and_it_is_the_same_for_everybody(citizen: Browser) -> None:
    """§3.3."""
    address = citizen.http.get("/.well-known/openid-configuration").get_json()["check_session_iframe"]
    page = citizen.http.get(address.removeprefix(ISSUER))
    stranger = citizen.app.test_client().get("/check-session")

    assert page.status_code == 200
    assert page.data == stranger.data
    assert "X-Frame-Options" not in page.headers
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert page.headers.getlist("Set-Cookie") == []
    assert 'data-cookie="proffer_state"' in page.text
