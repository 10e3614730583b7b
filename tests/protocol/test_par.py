"""Pushed authorization requests. RFC 9126."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.doubles import FrozenClock
from tests.protocol.sign_on import CALLBACK, ISSUER, SECRET, Browser, answer_of, page_of

REQUEST = {
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": "pushed-state",
    "claims": '{"userinfo":{"given_name":null}}',
}


def push(browser: Browser, proving: str = "permits", /, **changes: str | None) -> TestResponse:
    form = {name: value for name, value in (REQUEST | changes).items() if value is not None}
    return browser.app.test_client().post("/par", data=form, auth=(proving, SECRET))


def pushed(browser: Browser, proving: str = "permits", **changes: str | None) -> str:
    response = push(browser, proving, **changes)
    assert response.status_code == 201, response.text
    return str(body_of(response)["request_uri"])


def body_of(response: TestResponse) -> dict[str, Any]:
    body = response.get_json()
    assert isinstance(body, dict)
    return body


def bring(browser: Browser, request_uri: str, client_id: str = "permits", **more: str) -> TestResponse:
    return browser.http.get("/authorize", query_string={"client_id": client_id, "request_uri": request_uri, **more})


def test_a_pushed_request_is_answered_with_a_reference_and_its_life(browser: Browser) -> None:
    response = push(browser)

    assert response.status_code == 201
    assert body_of(response).keys() == {"request_uri", "expires_in"}
    assert body_of(response)["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert body_of(response)["expires_in"] == 60
    assert response.headers["Cache-Control"] == "no-store"


def test_a_settled_citizen_is_answered_at_once(citizen: Browser) -> None:
    citizen.agree("given_name", claims=REQUEST["claims"])

    answer = answer_of(bring(citizen, pushed(citizen)))

    assert answer.keys() == {"code", "state", "iss", "session_state"}
    assert (answer["state"], answer["iss"]) == ("pushed-state", ISSUER)


def test_what_stands_beside_the_reference_is_ignored(citizen: Browser) -> None:
    citizen.agree("given_name", claims=REQUEST["claims"])

    answer = answer_of(bring(citizen, pushed(citizen), state="front", prompt="login", scope="profile"))

    assert answer["state"] == "pushed-state"


def test_a_reference_serves_one_answer(citizen: Browser) -> None:
    citizen.agree("given_name", claims=REQUEST["claims"])
    request_uri = pushed(citizen)
    assert "code" in answer_of(bring(citizen, request_uri))

    assert bring(citizen, request_uri).status_code == 410


def test_a_reference_may_be_visited_again_before_it_has_its_answer(citizen: Browser) -> None:
    request_uri = pushed(citizen)
    first = page_of(bring(citizen, request_uri))
    second = page_of(bring(citizen, request_uri))

    citizen.share(second, "given_name")

    assert "code" in answer_of(citizen.come_back(second))
    assert citizen.come_back(first).status_code == 410
    assert bring(citizen, request_uri).status_code == 410


def test_a_page_taken_up_in_time_may_take_its_time(citizen: Browser, clock: FrozenClock) -> None:
    page = page_of(bring(citizen, pushed(citizen)))
    clock.advance(seconds=600)
    citizen.sign_in()
    citizen.share(page, "given_name")

    assert "code" in answer_of(citizen.come_back(page))


def test_prompt_login_is_kept_to_for_a_pushed_request(citizen: Browser, clock: FrozenClock) -> None:
    citizen.agree("given_name", claims=REQUEST["claims"])
    clock.advance(seconds=5)
    page = page_of(bring(citizen, pushed(citizen, prompt="login")))
    assert page.path == "/sign-in"

    clock.advance(seconds=5)
    assert page_of(citizen.come_back(page)).path == "/sign-in"
    citizen.sign_in()
    assert "code" in answer_of(citizen.come_back(page))


def test_a_reference_expires(citizen: Browser, clock: FrozenClock) -> None:
    request_uri = pushed(citizen)

    clock.advance(seconds=61)

    assert bring(citizen, request_uri).status_code == 410


def test_a_reference_belongs_to_the_client_that_pushed_it(citizen: Browser) -> None:
    assert bring(citizen, pushed(citizen), client_id="pushing").status_code == 410


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "é", "' OR 1=1 --"])
def test_a_reference_that_nobody_made_is_a_page(citizen: Browser, secret: str) -> None:
    response = bring(citizen, "urn:ietf:params:oauth:request_uri:" + secret)

    assert response.status_code == 410
    assert "Location" not in response.headers


def test_a_page_that_another_browser_took_up_is_not_shared(
    citizen: Browser, new_browser: Callable[[], Browser]
) -> None:
    request_uri = pushed(citizen)
    page_of(bring(citizen, request_uri))

    assert bring(Browser(citizen.app), request_uri).status_code == 410


def test_a_client_that_has_to_push_is_refused_without_and_served_with(citizen: Browser) -> None:
    assert answer_of(citizen.authorize(client_id="pushing"))["error"] == "invalid_request"

    assert page_of(bring(citizen, pushed(citizen, "pushing"), "pushing")).path == "/consent"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"code_challenge": "x"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "e30.e30.e30"}, "invalid_request_object"),
        ({"claims": "{"}, "invalid_request"),
        ({"state": "s" * 2049}, "invalid_request"),
        ({"client_id": "app"}, "invalid_request"),
    ],
)
def test_a_request_that_is_wrong_is_refused_when_it_is_pushed(
    browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    response = push(browser, "permits", **changes)

    assert response.status_code == 400
    assert body_of(response)["error"] == error
    assert response.headers["Cache-Control"] == "no-store"


def test_a_client_that_does_not_prove_itself_is_refused(browser: Browser) -> None:
    http = browser.app.test_client()

    assert http.post("/par", data=REQUEST, auth=("permits", "wrong")).status_code == 401
    assert http.post("/par", data=REQUEST | {"client_id": "permits"}).status_code == 401
    assert body_of(http.post("/par", data=REQUEST))["error"] == "invalid_client"


def test_the_secret_may_be_in_the_body_only_for_clients_that_registered_so(browser: Browser) -> None:
    body = REQUEST | {"client_id": "permits", "client_secret": SECRET}

    assert browser.app.test_client().post("/par", data=body).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(browser: Browser, method: str) -> None:
    response = browser.app.test_client().open("/par", method=method)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert body_of(response)["error"] == "invalid_request"


def test_a_repeated_parameter_is_refused(browser: Browser) -> None:
    body = "redirect_uri=a&scope=openid&scope=email"
    response = browser.app.test_client().post(
        "/par", data=body, auth=("permits", SECRET), content_type="application/x-www-form-urlencoded"
    )

    assert (response.status_code, body_of(response)["error"]) == (400, "invalid_request")


def test_parameters_in_the_query_are_refused(browser: Browser) -> None:
    response = browser.app.test_client().post("/par?scope=openid", data=REQUEST, auth=("permits", SECRET))

    assert (response.status_code, body_of(response)["error"]) == (400, "invalid_request")
