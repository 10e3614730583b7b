"""What a response type stands for, and by which way answers travel.

OAuth 2.0 Multiple Response Types, RFC 6749 §3.1.1, §4.1.2.1, §4.2.2.1, RFC 9207, OIDC Core §3.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from authlib.oauth2 import OAuth2Error
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from idp.app import create_app
from idp.clients.values import ApplicationType
from idp.protocol.responder import ResponseMode
from idp.protocol.response_types import ResponseType, mode_of_answer, opens_userinfo, read_response_type
from idp.protocol.validation import Offer
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol import sign_on
from tests.protocol.direct import ALL, APP_CALLBACK, HYBRID, PKCE, WITH_ID_TOKEN, Form, ask, register
from tests.protocol.requests import CALLBACK as HTTPS_CALLBACK
from tests.protocol.requests import COUNCIL, OFFER, changed, understand
from tests.protocol.sign_on import (
    CALLBACK,
    CALLBACK_WITH_QUERY,
    ISSUER,
    SECRET,
    Browser,
    answer_of,
    fragment_of,
    page_of,
)

PORTAL = changed(
    COUNCIL,
    response_types=tuple(ALL),
    grant_types=("authorization_code", "implicit", "refresh_token"),
    redirect_uris=(HTTPS_CALLBACK, "http://127.0.0.1:8001/callback"),
)


@pytest.fixture(name="browser", scope="module")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser in which nobody is signed in, for all of these tests: none of them changes anything."""
    with served(tmp_path_factory.mktemp("response-types"), limits={"authorize": "off"}) as app:
        yield Browser(app)


@contextmanager
def served(folder: Path, **settings: object) -> Iterator[Flask]:
    """A provider with these settings, and the services of `tests.protocol.direct`."""
    app = create_app(make_settings(folder, **settings), clock=FrozenClock())
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        browser = Browser(app)
        sign_on.register(services)
        register(browser)
        yield app
    services.close()


def refused(response_type: str, offer: Offer = OFFER, client: object = PORTAL, **changes: str | None) -> str:
    with pytest.raises(OAuth2Error) as error:
        understand(client, offer, response_type=response_type, **changes)  # type: ignore[arg-type]
    return str(error.value.error)


# The table


@pytest.mark.parametrize(
    ("response_type", "gives", "mode"),
    [
        ("code", {"code"}, ResponseMode.QUERY),
        ("id_token", {"id_token"}, ResponseMode.FRAGMENT),
        ("id_token token", {"id_token", "token"}, ResponseMode.FRAGMENT),
        ("code id_token", {"code", "id_token"}, ResponseMode.FRAGMENT),
        ("code token", {"code", "token"}, ResponseMode.FRAGMENT),
        ("code id_token token", {"code", "id_token", "token"}, ResponseMode.FRAGMENT),
    ],
)
def test_each_response_type_gives_what_its_words_say_in_the_fragment_unless_it_is_only_a_code(
    response_type: str, gives: set[str], mode: ResponseMode
) -> None:
    known = ResponseType(response_type)
    given_by_it = {
        "code": known.gives_code,
        "id_token": known.gives_id_token,
        "token": known.gives_access_token,
    }

    assert {word for word, is_given in given_by_it.items() if is_given} == gives
    assert known.default_mode is mode


@pytest.mark.parametrize("response_type", ALL)
def test_the_order_of_the_words_does_not_matter(response_type: str) -> None:
    for words in itertools.permutations(response_type.split()):
        assert read_response_type(" ".join(words)) is ResponseType(response_type)


@pytest.mark.parametrize(
    "value",
    ["", " ", "token", "none", "code none", "code code", "code  token", " code", "code\ttoken", "CODE", "code+token"],
)
def test_nothing_else_is_a_response_type(value: str) -> None:
    assert read_response_type(value) is None


def test_the_grant_types_are_those_that_registration_ties_to_each_response_type() -> None:
    assert {str(each): each.grants for each in ResponseType} == {
        "code": {"authorization_code"},
        "id_token": {"implicit"},
        "id_token token": {"implicit"},
        "code id_token": {"authorization_code", "implicit"},
        "code token": {"authorization_code", "implicit"},
        "code id_token token": {"authorization_code", "implicit"},
    }


def test_only_an_id_token_by_itself_opens_no_userinfo() -> None:
    assert [each for each in (*ALL, None) if not opens_userinfo(each)] == ["id_token"]


# Which way an answer goes before anybody knows whether the request is acceptable


@pytest.mark.parametrize(
    ("response_type", "response_mode", "expected"),
    [
        # What the service asked for, where that is possible.
        ("code", None, "query"),
        ("code", "query", "query"),
        ("code", "fragment", "fragment"),
        ("code", "form_post", "form_post"),
        ("code id_token", None, "fragment"),
        ("code id_token", "fragment", "fragment"),
        ("code id_token", "form_post", "form_post"),
        ("token id_token", None, "fragment"),
        # Never in the query, not even the error that says so.
        ("id_token", "query", "fragment"),
        ("code token", "query", "fragment"),
        # A mode that nobody knows is as good as none.
        ("code", "web_message", "query"),
        ("id_token", "web_message", "fragment"),
        ("code", "FRAGMENT", "query"),
        # RFC 6749 §3.1.1: missing or not understood is the error of the code flow; the mode is still the service's.
        (None, None, "query"),
        (None, "fragment", "fragment"),
        (None, "form_post", "form_post"),
        ("dance", None, "query"),
        ("dance", "fragment", "fragment"),
        ("none", None, "query"),
        # Known to OAuth and not offered here: RFC 6749 §4.2.2.1 has its errors in the fragment.
        ("token", None, "fragment"),
        ("token", "query", "fragment"),
        ("code dance token", None, "fragment"),
    ],
)
def test_an_answer_goes_by_the_mode_that_the_request_would_have_had(
    response_type: str | None, response_mode: str | None, expected: str
) -> None:
    mode = mode_of_answer(response_type=response_type, response_mode=response_mode, redirect_uri=CALLBACK)

    assert mode == expected


@pytest.mark.parametrize(("response_type", "expected"), [("code", "query"), ("code id_token", "fragment")])
def test_a_form_never_goes_to_an_applications_own_scheme(response_type: str, expected: str) -> None:
    mode = mode_of_answer(response_type=response_type, response_mode="form_post", redirect_uri=APP_CALLBACK)

    assert mode == expected


words = st.lists(st.sampled_from(["code", "token", "id_token", "none", "dance", ""]), max_size=5).map(" ".join)
modes = st.none() | st.sampled_from(["query", "fragment", "form_post", "jwt", ""])


@given(words, modes, st.sampled_from([CALLBACK, APP_CALLBACK]))
def test_whatever_is_asked_for_what_could_hold_a_token_never_goes_into_a_query(
    response_type: str, response_mode: str | None, redirect_uri: str
) -> None:
    mode = mode_of_answer(response_type=response_type, response_mode=response_mode, redirect_uri=redirect_uri)

    if {"token", "id_token"} & set(response_type.split()):
        assert mode is not ResponseMode.QUERY


# Who may ask for which


@pytest.mark.parametrize("response_type", ALL)
def test_a_registered_response_type_is_understood_with_its_words_in_any_order(response_type: str) -> None:
    for order in itertools.permutations(response_type.split()):
        assert understand(PORTAL, response_type=" ".join(order)).response_type == response_type


@pytest.mark.parametrize("response_type", ALL)
def test_only_what_the_client_registered_is_given(response_type: str) -> None:
    others = changed(PORTAL, response_types=tuple(each for each in ALL if each != response_type))

    assert refused(response_type, client=others) == "unauthorized_client"


@pytest.mark.parametrize("response_type", ALL)
def test_a_client_without_the_grant_types_gets_nothing(response_type: str) -> None:
    for grant in ResponseType(response_type).grants:
        without = changed(PORTAL, grant_types=tuple(each for each in PORTAL.grant_types if each != grant))

        assert refused(response_type, client=without) == "unauthorized_client"


@pytest.mark.parametrize("response_type", [each for each in ALL if each != "code"])
def test_tokens_in_a_query_are_refused(response_type: str) -> None:
    assert refused(response_type, response_mode="query") == "invalid_request"


@pytest.mark.parametrize("response_type", ALL)
def test_a_nonce_is_required_wherever_an_id_token_comes_from_the_authorization_endpoint(response_type: str) -> None:
    # OIDC Core §3.2.2.1, §3.3.2.11; §3.1.2.1 leaves it open for codes.
    if response_type in WITH_ID_TOKEN:
        assert refused(response_type, nonce=None) == "invalid_request"
    else:
        assert understand(PORTAL, response_type=response_type, nonce=None).nonce is None


@pytest.mark.parametrize("response_type", ALL)
def test_offline_access_is_ignored_where_there_is_no_code(response_type: str) -> None:
    # OIDC Core §11.
    request = understand(PORTAL, response_type=response_type, scope="openid offline_access")

    assert ("offline_access" in request.scopes) == ("code" in response_type)


@pytest.mark.parametrize("response_type", ALL)
def test_a_public_client_needs_pkce_wherever_there_is_a_code(response_type: str) -> None:
    # RFC 9700 §2.1.1.
    public = changed(PORTAL, require_pkce=True)

    if "code" in response_type:
        assert refused(response_type, client=public) == "invalid_request"
        assert understand(public, OFFER, response_type=response_type, **PKCE).code_challenge == PKCE["code_challenge"]
    else:
        assert understand(public, response_type=response_type).code_challenge is None
        assert understand(public, OFFER, response_type=response_type, **PKCE).code_challenge is None


@pytest.mark.parametrize("response_type", ALL)
def test_tokens_go_to_plain_http_in_development_only(response_type: str) -> None:
    # OIDC Registration §2: web applications that are answered directly use https.
    loopback = "http://127.0.0.1:8001/callback"
    developing = replace(OFFER, development=True)

    assert understand(PORTAL, developing, response_type=response_type, redirect_uri=loopback).response_type
    if response_type != "code":
        assert refused(response_type, redirect_uri=loopback) == "invalid_request"
    native = changed(PORTAL, application_type=ApplicationType.NATIVE)
    assert understand(native, response_type=response_type, redirect_uri=loopback).response_type


# Over HTTP


@pytest.mark.parametrize("response_type", ALL)
@pytest.mark.parametrize("response_mode", [None, "query", "fragment", "form_post", "web_message"])
@pytest.mark.parametrize("fault", [{"prompt": "none"}, {"scope": "email"}, {"prompt": "none login"}])
def test_every_error_is_where_the_service_looks_for_it_with_issuer_and_state(
    browser: Browser, response_type: str, response_mode: str | None, fault: dict[str, str]
) -> None:
    response = ask(browser, response_type, response_mode=response_mode, **fault)

    if response_mode == "form_post":
        answer = Form(response).fields
    elif response_type != "code" or response_mode == "fragment":
        answer = fragment_of(response)
    else:
        answer = answer_of(response)
    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a-state", ISSUER)


@pytest.mark.parametrize(
    ("response_type", "error"),
    [(None, "invalid_request"), ("dance", "unsupported_response_type"), ("none", "unsupported_response_type")],
)
def test_a_missing_or_unknown_response_type_is_answered_by_the_mode_that_was_asked_for(
    browser: Browser, response_type: str | None, error: str
) -> None:
    def asked(response_mode: str | None) -> dict[str, str | None]:
        return {"response_type": response_type, "response_mode": response_mode}

    assert answer_of(browser.authorize(**asked(None)))["error"] == error
    assert answer_of(browser.authorize(**asked("query")))["error"] == error
    assert fragment_of(browser.authorize(**asked("fragment")))["error"] == error
    assert Form(browser.authorize(**asked("form_post"))).fields["error"] == error


def test_a_token_alone_is_not_offered_and_the_error_is_where_tokens_would_be(browser: Browser) -> None:
    assert fragment_of(ask(browser, "token"))["error"] == "unsupported_response_type"
    assert fragment_of(ask(browser, "token", response_mode="query"))["error"] == "unsupported_response_type"


def test_a_response_type_that_is_sent_twice_is_none_at_all(browser: Browser) -> None:
    pairs = "client_id=portal&scope=openid&state=a-state&response_type=code&response_type=id_token"
    response = browser.http.get(f"/authorize?{pairs}&redirect_uri={CALLBACK}")

    assert answer_of(response)["error"] == "invalid_request"


@pytest.mark.parametrize("response_type", ALL)
def test_the_redirect_uris_own_query_stays_byte_for_byte_before_the_fragment(
    browser: Browser, response_type: str
) -> None:
    response = ask(browser, response_type, response_mode="fragment", prompt="none", redirect_uri=CALLBACK_WITH_QUERY)

    assert fragment_of(response, at=CALLBACK_WITH_QUERY)["error"] == "login_required"


@pytest.mark.parametrize("response_type", HYBRID)
@pytest.mark.parametrize("redirect_uri", [APP_CALLBACK, "http://127.0.0.1:51004/callback"])
def test_an_installed_application_gets_fragments_at_its_scheme_and_at_any_loopback_port(
    browser: Browser, response_type: str, redirect_uri: str
) -> None:
    # RFC 8252 §7.1, §7.3.
    response = ask(browser, response_type, client_id="phone", redirect_uri=redirect_uri, prompt="none", **PKCE)

    assert fragment_of(response, at=redirect_uri)["error"] == "login_required"


@pytest.mark.parametrize("response_mode", ["form_post", "query"])
def test_an_installed_application_that_asks_for_what_it_cannot_get_learns_so_in_the_fragment(
    browser: Browser, response_mode: str
) -> None:
    response = ask(
        browser,
        "code id_token",
        client_id="phone",
        redirect_uri=APP_CALLBACK,
        response_mode=response_mode,
        **PKCE,
    )

    assert fragment_of(response, at=APP_CALLBACK)["error"] == "invalid_request"


@pytest.mark.parametrize("response_type", ALL)
def test_a_pushed_request_is_checked_like_any_other(browser: Browser, response_type: str) -> None:
    # RFC 9126 §2.1.
    form = {"redirect_uri": CALLBACK, "response_type": response_type, "scope": "openid", "nonce": "n", "state": "s"}
    push = browser.app.test_client().post

    accepted = push("/par", data=form, auth=("portal", SECRET))
    assert accepted.status_code == 201
    request_uri = accepted.get_json()["request_uri"]
    page = page_of(browser.http.get("/authorize", query_string={"client_id": "portal", "request_uri": request_uri}))
    assert page.path == "/sign-in"
    if response_type != "code":
        queried = push("/par", data=form | {"response_mode": "query"}, auth=("portal", SECRET))
        assert (queried.status_code, queried.get_json()["error"]) == (400, "invalid_request")


# A deployment that offers codes only


def test_the_setting_leaves_codes_only_and_discovery_says_so(tmp_path: Path) -> None:
    with served(tmp_path, protocol={"implicit_and_hybrid": False}) as app:
        browser = Browser(app)
        document = browser.http.get("/.well-known/openid-configuration").get_json()

        assert document["response_types_supported"] == ["code"]
        assert document["response_modes_supported"] == ["query", "fragment", "form_post"]
        assert "implicit" not in document["grant_types_supported"]
        for response_type in (each for each in ALL if each != "code"):
            assert fragment_of(ask(browser, response_type))["error"] == "unsupported_response_type"
        assert page_of(ask(browser, "code")).path == "/sign-in"
