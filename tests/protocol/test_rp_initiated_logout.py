"""OpenID Connect RP-Initiated Logout 1.0."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from idp.crypto import jose
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.logging_out import (
    GOODBYE,
    GOODBYE_WITH_QUERY,
    end_session,
    is_signed_in,
    query_of,
    register_with_logout,
    sent_to,
    sign_on,
    unsigned,
)
from tests.protocol.sign_on import ISSUER, Browser
from tests.web.citizen.forms import posting
from tests.web.citizen.visitor import Visitor


@pytest.fixture
def signed_on(citizen: Browser, services: Services) -> tuple[Browser, str]:
    """A citizen who is signed in at the council, and the ID token that the council holds."""
    register_with_logout(services)
    citizen.agree("given_name")
    return citizen, sign_on(citizen)["id_token"]


def asked(response: TestResponse) -> bool:
    return response.status_code == 200 and 'id="logout-confirm"' in response.text


def press(browser: Browser, page: TestResponse, button: str = "logout-confirm") -> TestResponse:
    """Answer the page that asks."""
    form = posting(page.text)
    assert form.action is not None
    return browser.http.post(form.action, data=MultiDict(form.sent(button)))


def test_a_service_with_its_id_token_signs_out_and_gets_the_citizen_back_with_its_state(
    signed_on: tuple[Browser, str],
) -> None:
    """§2, §3: nothing but `state` is added to the address."""
    browser, hint = signed_on
    state = "s" * 128

    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state=state)

    assert sent_to(answer) == f"{GOODBYE}?state={state}"
    assert not is_signed_in(browser)


def test_without_state_the_address_is_the_registered_one(signed_on: tuple[Browser, str]) -> None:
    browser, hint = signed_on

    assert sent_to(end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE)) == GOODBYE


def test_a_registered_query_stays_as_it_is(signed_on: tuple[Browser, str]) -> None:
    browser, hint = signed_on

    answer = end_session(
        browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE_WITH_QUERY, state="a b&c", client_id="permits"
    )

    assert sent_to(answer) == f"{GOODBYE_WITH_QUERY}&state=a+b%26c"


def test_without_an_address_the_citizen_is_told_that_they_are_signed_out(signed_on: tuple[Browser, str]) -> None:
    browser, hint = signed_on

    location = sent_to(end_session(browser, id_token_hint=hint, state="a-state"))
    page = browser.http.get(location)

    assert location == "/end-session/done"
    assert "You are signed out" in page.text
    assert not is_signed_in(browser)


def test_a_post_from_another_site_is_carried_on_without_its_id_token(signed_on: tuple[Browser, str]) -> None:
    """§2 requires POST; browsers send none of our cookies along with one from elsewhere."""
    browser, hint = signed_on
    posted = Browser(browser.app).http.post(
        "/end-session", data={"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE, "state": "a-state"}
    )

    location = sent_to(posted)
    assert hint not in location
    assert "a-state" not in location
    assert sent_to(browser.http.get(location)) == f"{GOODBYE}?state=a-state"
    assert not is_signed_in(browser)


def test_an_expired_id_token_is_as_good(signed_on: tuple[Browser, str], clock: FrozenClock) -> None:
    """§2: "even when the ID Token's exp time has passed"."""
    browser, hint = signed_on
    clock.advance(hours=2)
    browser.sign_in()

    assert sent_to(end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE)) == GOODBYE
    assert not is_signed_in(browser)


def test_an_id_token_signed_by_a_key_that_has_retired_is_as_good(
    signed_on: tuple[Browser, str], services: Services
) -> None:
    browser, hint = signed_on
    services.keys.rotate()

    assert sent_to(end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE)) == GOODBYE


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"state": "a-state"},
        {"post_logout_redirect_uri": GOODBYE, "state": "a-state"},
        {"client_id": "permits"},
        {"client_id": "permits", "post_logout_redirect_uri": GOODBYE, "state": "a-state"},
        {"logout_hint": "amina"},
    ],
    ids=lambda sent: "+".join(sent) or "nothing",
)
def test_without_an_id_token_the_citizen_is_asked_and_stays_here(
    signed_on: tuple[Browser, str], parameters: dict[str, str]
) -> None:
    """§2, §3: nobody else could say that the request is a legitimate one."""
    browser, _ = signed_on

    page = end_session(browser, **parameters)

    assert asked(page)
    assert is_signed_in(browser)
    assert sent_to(press(browser, page)) == "/end-session/done"
    assert "You are signed out" in browser.http.get("/end-session/done").text
    assert not is_signed_in(browser)


def test_an_id_token_that_does_not_verify_counts_as_none(signed_on: tuple[Browser, str]) -> None:
    """§2, §4: `alg` none, a stranger's signature, garbage."""
    browser, hint = signed_on
    claims = dict(jose.unverified(hint).claims)
    forged = jose.generate("RS256").sign(claims)

    for bad in (unsigned(hint), forged, hint[:-6] + "AAAAAA", "no token", "a" * 20_000, "é"):
        page = end_session(browser, id_token_hint=bad, post_logout_redirect_uri=GOODBYE, state="a-state")
        assert asked(page)
        assert is_signed_in(browser)
    assert sent_to(press(browser, page)) == "/end-session/done"


def test_other_tokens_that_we_sign_are_no_id_tokens(signed_on: tuple[Browser, str], services: Services) -> None:
    """RFC 8725 §3.11: a logout token, an answer of UserInfo and the like prove no sign-on."""
    browser, hint = signed_on
    claims = dict(jose.unverified(hint).claims)
    key = services.keys.signing("ES256")
    endless = {name: value for name, value in claims.items() if name != "exp"}

    for other in (
        key.sign(claims, typ="logout+jwt"),
        key.sign(endless),
        key.sign(claims | {"iss": "https://x.example"}),
    ):
        assert asked(end_session(browser, id_token_hint=other, post_logout_redirect_uri=GOODBYE))


@pytest.mark.parametrize(
    "address",
    [
        "https://permits.example/other",
        GOODBYE + "?more=1",
        GOODBYE + "/",
        GOODBYE.upper(),
        "http://127.0.0.1:8001/callback",
        "https://evil.example/",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_registered_is_never_gone_to(signed_on: tuple[Browser, str], address: str) -> None:
    """§3: exact match; the session stays, because something is wrong."""
    browser, hint = signed_on

    for hints in ({"id_token_hint": hint}, {"client_id": "permits"}):
        page = end_session(browser, post_logout_redirect_uri=address, state="a-state", **hints)
        assert page.status_code == 400
        assert "not registered" in page.text
    assert is_signed_in(browser)


def test_the_named_service_must_be_the_one_that_the_id_token_is_for(signed_on: tuple[Browser, str]) -> None:
    """§2: client_id."""
    browser, hint = signed_on

    assert end_session(browser, id_token_hint=hint, client_id="shop").status_code == 400
    assert end_session(browser, client_id="nobody").status_code == 400
    assert end_session(browser, client_id="é" * 300).status_code == 400
    assert is_signed_in(browser)


def test_an_id_token_of_another_citizen_than_the_one_at_the_browser_asks(
    signed_on: tuple[Browser, str], new_browser: Callable[[], Browser], services: Services
) -> None:
    """§2, §4: signing somebody else out is theirs to decide."""
    _, hint = signed_on
    bram = new_browser()
    register_with_logout(services)
    bram.sign_up("bram")
    bram.agree("given_name")

    page = end_session(bram, id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state="a-state")

    assert asked(page)
    assert "Parking permits" in page.text
    assert "form-action 'self' https:;" in page.headers["Content-Security-Policy"]
    assert is_signed_in(bram)
    assert sent_to(press(bram, page)) == f"{GOODBYE}?state=a-state"
    assert not is_signed_in(bram)


def test_whoever_stays_signed_in_stays_signed_in(signed_on: tuple[Browser, str]) -> None:
    browser, _ = signed_on

    page = end_session(browser)

    assert sent_to(press(browser, page, "logout-cancel")) == "/"
    assert is_signed_in(browser)


def test_among_several_citizens_the_one_that_the_id_token_is_about_is_signed_out(
    signed_on: tuple[Browser, str],
) -> None:
    """The `sub` of the hint picks; the others stay."""
    browser, hint = signed_on
    visitor = Visitor(browser.http)
    visitor.open("/sign-up?another=yes")
    visitor.send("sign-up", username="chidi", password="plum orbit canvas ladder")

    assert sent_to(end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE)) == GOODBYE

    assert browser.services.authentication.session(browser.session) is None, "amina is signed out"
    assert browser.http.get("/details").status_code == 200, "chidi is not"


@pytest.mark.parametrize(("button", "stays"), [("logout-confirm", True), ("logout-all", False)])
def test_a_citizen_who_is_asked_signs_out_alone_or_with_everybody(
    signed_on: tuple[Browser, str], *, button: str, stays: bool
) -> None:
    browser, _ = signed_on
    visitor = Visitor(browser.http)
    visitor.open("/sign-up?another=yes")
    visitor.send("sign-up", username="chidi", password="plum orbit canvas ladder")

    press(browser, end_session(browser), button)

    assert (browser.services.authentication.session(browser.session) is not None) is stays


def test_a_browser_that_nobody_is_signed_in_to_goes_on_at_once(
    signed_on: tuple[Browser, str], new_browser: Callable[[], Browser], services: Services
) -> None:
    _, hint = signed_on
    stranger = new_browser()
    register_with_logout(services)

    back = end_session(stranger, id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state="a-state")
    assert sent_to(back) == f"{GOODBYE}?state=a-state"
    assert sent_to(end_session(stranger)) == "/end-session/done"
    assert sent_to(end_session(stranger, post_logout_redirect_uri=GOODBYE)) == "/end-session/done"


def test_a_suspended_service_gets_nobody_sent(signed_on: tuple[Browser, str], services: Services) -> None:
    browser, hint = signed_on
    services.clients.suspend("permits")

    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE)

    assert sent_to(answer) == "/end-session/done"


def test_what_can_be_read_in_two_ways_is_not_acted_on(signed_on: tuple[Browser, str]) -> None:
    browser, hint = signed_on
    twice = [("id_token_hint", hint), ("post_logout_redirect_uri", GOODBYE), ("post_logout_redirect_uri", GOODBYE)]

    assert browser.http.get("/end-session", query_string=twice).status_code == 400
    assert browser.http.get(f"/end-session?id_token_hint={hint}&id_token_hint={hint}").status_code == 400
    assert is_signed_in(browser)


def test_no_request_makes_the_provider_fail(signed_on: tuple[Browser, str]) -> None:
    browser, hint = signed_on

    for query in ("%FF", "state=%00", "a=" + "b" * 70_000, "&".join(f"p{n}=1" for n in range(200)), "request=x.y.z"):
        assert browser.http.get("/end-session?" + query).status_code in {200, 400, 413}
        assert browser.http.post("/end-session", data=query).status_code in {303, 400, 413}
    too_long = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state="s" * 2049)
    assert too_long.status_code == 400
    for method in ("PUT", "DELETE", "PATCH"):
        assert browser.http.open("/end-session", method=method).status_code == 405
    assert is_signed_in(browser)


def test_what_is_carried_cannot_be_changed(signed_on: tuple[Browser, str]) -> None:
    browser, hint = signed_on
    posted = browser.http.post("/end-session", data={"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE})
    carried = query_of(sent_to(posted))["request"]

    page = end_session(browser, request=carried[:-2] + ("AA" if carried[-2:] != "AA" else "BB"))

    assert asked(page)
    assert is_signed_in(browser)


def test_a_form_of_another_site_cannot_answer_for_the_citizen(signed_on: tuple[Browser, str]) -> None:
    browser, _ = signed_on

    forged = browser.http.post("/end-session/confirm", data={"answer": "sign-out", "request": ""})

    assert forged.status_code == 403
    assert is_signed_in(browser)


def test_pages_speak_the_language_that_the_service_asks_for(signed_on: tuple[Browser, str]) -> None:
    """§2: ui_locales."""
    browser, _ = signed_on

    assert 'lang="fr"' in end_session(browser, ui_locales="fr-CA en").text


def test_discovery_names_the_endpoint(signed_on: tuple[Browser, str]) -> None:
    """§2.1."""
    browser, _ = signed_on

    document = browser.http.get("/.well-known/openid-configuration").get_json()

    assert document["end_session_endpoint"] == f"{ISSUER}/end-session"
