"""Answers by form, for every response type. OAuth 2.0 Form Post Response Mode 1.0."""

import re
from collections.abc import Iterator

import pytest

from idp.app import create_app
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol import sign_on
from tests.protocol.direct import (
    ALL,
    Form,
    agree,
    ask,
    claims_of,
    exchange,
    half_hash,
    register,
    userinfo,
)
from tests.protocol.sign_on import CALLBACK, CALLBACK_WITH_QUERY, ISSUER, Browser, fragment_of, page_of

MEMBERS = {
    "code": {"code"},
    "id_token": {"id_token"},
    "id_token token": {"id_token", "access_token", "token_type", "expires_in", "scope"},
    "code id_token": {"code", "id_token"},
    "code token": {"code", "access_token", "token_type", "expires_in", "scope"},
    "code id_token token": {"code", "id_token", "access_token", "token_type", "expires_in", "scope"},
}


@pytest.fixture(name="citizen", scope="module")
def _citizen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One citizen for all of these tests, who is asked again in each."""
    app = create_app(
        make_settings(tmp_path_factory.mktemp("form-post"), limits={"authorize": "off"}), clock=FrozenClock()
    )
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        sign_on.register(services)
        browser = Browser(app)
        register(browser)
        browser.sign_up()
        yield browser
    services.close()


@pytest.mark.parametrize("response_type", ALL)
def test_the_answer_is_a_form_that_is_posted_to_the_registered_address(citizen: Browser, response_type: str) -> None:
    form = Form(agree(citizen, response_type, "email", response_mode="form_post", redirect_uri=CALLBACK_WITH_QUERY))

    assert (form.action, form.method) == (CALLBACK_WITH_QUERY, "post")
    assert form.fields.keys() == MEMBERS[response_type] | {"state", "iss", "session_state"}
    assert (form.fields["state"], form.fields["iss"]) == ("a-state", ISSUER)


@pytest.mark.parametrize("response_type", ALL)
def test_what_it_carries_is_what_a_fragment_would(citizen: Browser, response_type: str) -> None:
    fields = Form(agree(citizen, response_type, "email", response_mode="form_post")).fields

    if "id_token" in fields:
        claims = claims_of(citizen, fields["id_token"])
        assert claims["s_hash"] == half_hash("a-state")
        assert claims.get("c_hash") == (half_hash(fields["code"]) if "code" in fields else None)
        assert claims.get("at_hash") == (half_hash(fields["access_token"]) if "access_token" in fields else None)
    if "access_token" in fields:
        assert userinfo(citizen, fields["access_token"]).get_json()["email"] == "amina@citizen.example"
    if "code" in fields:
        assert exchange(citizen, fields["code"]).status_code == 200


@pytest.mark.parametrize("response_type", ALL)
def test_nothing_of_the_answer_is_in_an_address(citizen: Browser, response_type: str) -> None:
    page = page_of(ask(citizen, response_type, response_mode="form_post", prompt="consent"))
    citizen.share(page, "email")
    response = citizen.come_back(page)

    assert "Location" not in response.headers
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', response.text)
    for value in Form(response).fields.values():
        assert all(value not in address for address in addresses)
    assert 'http-equiv="refresh"' not in response.text


@pytest.mark.parametrize("response_type", ALL)
def test_the_page_submits_itself_or_by_its_button_under_the_strict_policy(citizen: Browser, response_type: str) -> None:
    response = agree(citizen, response_type, "email", response_mode="form_post")

    policy = response.headers["Content-Security-Policy"]
    nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
    assert re.findall(r"<script[^>]*>", response.text) == [f'<script nonce="{nonce}">']
    assert "unsafe" not in policy
    # Whatever the service does with the POST, and wherever it sends the browser then, is not stopped.
    assert "form-action" not in policy
    assert response.text.index("<noscript>") < response.text.index("<button")
    assert " on" not in "".join(re.findall(r"<body[^>]*>|<form[^>]*>", response.text))


@pytest.mark.parametrize("response_type", ALL)
def test_the_page_is_kept_by_no_cache_and_stays_tied_to_the_window_that_opened_it(
    citizen: Browser, response_type: str
) -> None:
    response = agree(citizen, response_type, "email", response_mode="form_post", display="popup")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("response_type", ALL)
def test_a_returning_citizen_is_answered_by_form_at_once(citizen: Browser, response_type: str) -> None:
    agree(citizen, response_type, "email", response_mode="form_post")

    form = Form(ask(citizen, response_type, response_mode="form_post", prompt="none"))

    assert form.fields.keys() == MEMBERS[response_type] | {"state", "iss", "session_state"}


@pytest.mark.parametrize("response_type", ALL)
def test_a_refusal_is_told_by_form(citizen: Browser, response_type: str) -> None:
    page = page_of(ask(citizen, response_type, response_mode="form_post", prompt="consent"))
    citizen.refuse(page)

    fields = Form(citizen.come_back(page)).fields

    assert fields.keys() == {"error", "error_description", "state", "iss"}
    assert (fields["error"], fields["state"], fields["iss"]) == ("access_denied", "a-state", ISSUER)


@pytest.mark.parametrize("response_type", ALL)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"scope": "email"}, "invalid_scope"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
    ],
)
def test_errors_are_told_by_form(citizen: Browser, response_type: str, fault: dict[str, str], error: str) -> None:
    stranger = Browser(citizen.app)

    fields = Form(ask(stranger, response_type, response_mode="form_post", **fault)).fields

    assert fields.keys() == {"error", "error_description", "state", "iss"}
    assert fields["error"] == error


@pytest.mark.parametrize("response_type", [each for each in ALL if "id_token" in each])
def test_a_missing_nonce_is_told_by_form(citizen: Browser, response_type: str) -> None:
    form = Form(ask(citizen, response_type, response_mode="form_post", nonce=None))

    assert form.fields["error"] == "invalid_request"


@pytest.mark.parametrize(
    "state", ["a b", "ä中", 'x"><script>alert(1)</script>', "a&amp;b", "100%25", "'`${x}", "a\r\nb"]
)
def test_values_are_carried_as_they_are_and_as_text(citizen: Browser, state: str) -> None:
    fields = Form(agree(citizen, "code id_token", "email", response_mode="form_post", state=state)).fields

    assert fields["state"] == state
    assert claims_of(citizen, fields["id_token"])["s_hash"] == half_hash(state)


def test_without_a_state_the_form_has_none(citizen: Browser) -> None:
    fields = Form(agree(citizen, "id_token", "email", response_mode="form_post", state=None)).fields

    assert fields.keys() == {"id_token", "iss", "session_state"}


def test_a_request_that_another_site_posts_is_answered_by_form_too(citizen: Browser) -> None:
    agree(citizen, "code id_token", "email", response_mode="form_post")
    posted = ask(Browser(citizen.app), "code id_token", method="POST", response_mode="form_post", prompt="none")
    assert posted.status_code == 303

    assert Form(citizen.http.get(posted.headers["Location"])).fields.keys() >= {"code", "id_token"}


def test_one_request_in_another_mode_leaves_the_choice_standing(citizen: Browser) -> None:
    agree(citizen, "code id_token", "email", response_mode="form_post")

    assert "code" in fragment_of(ask(citizen, "code id_token", prompt="none"), at=CALLBACK)
