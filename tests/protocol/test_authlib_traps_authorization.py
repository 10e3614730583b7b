"""What Authlib gets wrong at the authorization endpoint (docs/decisions/0003), held against ours."""

from html.parser import HTMLParser

import pytest

from tests.doubles import FrozenClock
from tests.protocol.sign_on import CALLBACK, CHALLENGE, ISSUER, Browser, answer_of, page_of

APP_CALLBACK = "http://127.0.0.1:50123/callback"


class Form(HTMLParser):
    """The fields of a page's form, as a browser would submit them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action = ""
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = attributes["action"]
        if tag == "script":
            self.scripts += 1
        if tag == "input":
            self.fields[attributes["name"]] = attributes["value"]


@pytest.mark.parametrize("piece", ['"', "\\", "é", "中", "\u202e", "\x7f", "\r\n", "%00", "'"])
def test_a_strange_redirect_uri_is_a_page_and_not_a_500(browser: Browser, piece: str) -> None:
    response = browser.authorize(redirect_uri=CALLBACK + piece)

    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize("piece", ['"', "\\", "é", "中", "\u202e", "'", "code  code", "code code", " "])
def test_a_strange_response_type_is_answered_and_not_a_500(browser: Browser, piece: str) -> None:
    answer = answer_of(browser.authorize(response_type=piece))

    assert answer["error"] == "unsupported_response_type"
    assert piece.strip() == "" or piece not in answer["error_description"]


def test_plain_pkce_is_refused_named_or_left_to_the_default(browser: Browser) -> None:
    assert (
        answer_of(browser.authorize(code_challenge=CHALLENGE, code_challenge_method="plain"))["error"]
        == "invalid_request"
    )
    assert answer_of(browser.authorize(code_challenge=CHALLENGE))["error"] == "invalid_request"


def test_a_public_client_without_a_challenge_gets_no_code(browser: Browser) -> None:
    answer = answer_of(browser.authorize(client_id="app", redirect_uri=APP_CALLBACK), at=APP_CALLBACK)

    assert answer["error"] == "invalid_request"


def test_prompt_login_is_enforced_and_not_only_noted(citizen: Browser, clock: FrozenClock) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=60)

    page = page_of(citizen.authorize(prompt="login"))

    for _ in range(3):
        clock.advance(seconds=1)
        assert page_of(citizen.come_back(page)).path == "/sign-in"


@pytest.mark.parametrize(
    "changes", [{"prompt": "none"}, {"scope": "email"}, {"response_type": "none"}, {"prompt": "none login"}]
)
def test_every_error_has_the_issuer_and_the_state(browser: Browser, changes: dict[str, str]) -> None:
    answer = answer_of(browser.authorize(**changes))

    assert "error" in answer
    assert (answer["iss"], answer["state"]) == (ISSUER, "a-state")


def test_a_denial_keeps_the_state(citizen: Browser) -> None:
    page = page_of(citizen.authorize(state="s p+a&c=e"))
    citizen.refuse(page)

    answer = answer_of(citizen.come_back(page))

    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "s p+a&c=e", ISSUER)


@pytest.mark.parametrize("state", ["a b", "ä中", 'x"><script>alert(1)</script>', "a&amp;b", "100%25", "'`${x}"])
def test_a_form_carries_values_as_they_are_and_as_text(citizen: Browser, state: str) -> None:
    citizen.agree("given_name")

    response = citizen.authorize(response_mode="form_post", state=state)

    form = Form(response.text)
    assert form.fields.keys() == {"code", "state", "iss", "session_state"}
    assert form.fields["state"] == state
    assert form.action == CALLBACK
    assert form.scripts == 1


@pytest.mark.parametrize("name", ["state", "nonce", "scope", "prompt", "code_challenge", "claims", "x"])
def test_every_repeated_parameter_is_refused(browser: Browser, name: str) -> None:
    good = {"client_id": "permits", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
    good.pop(name, None)

    response = browser.http.get("/authorize", query_string=[*good.items(), (name, "openid"), (name, "openid")])

    assert answer_of(response)["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_address_is_a_page(browser: Browser, name: str) -> None:
    good = {"client_id": "permits", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}

    response = browser.http.get("/authorize", query_string=[*good.items(), (name, good[name])])

    assert response.status_code == 400


def test_a_parameter_in_query_and_body_is_repeated(browser: Browser) -> None:
    response = browser.http.post(
        "/authorize", query_string={"client_id": "permits"}, data={"client_id": "app", "redirect_uri": CALLBACK}
    )

    assert response.status_code == 400
    assert "Location" not in response.headers


def test_unsigned_and_unregistered_request_objects_are_refused_and_never_ignored(browser: Browser) -> None:
    unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."

    assert answer_of(browser.authorize(request=unsigned))["error"] == "invalid_request_object"
    by_reference = answer_of(browser.authorize(request_uri="https://permits.example/request.jwt"))
    assert by_reference["error"] == "invalid_request_uri"
    assert answer_of(browser.authorize(registration="{}"))["error"] == "registration_not_supported"
