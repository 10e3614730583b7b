"""Whatever arrives at `/authorize` and `/par`: no 500, and no way to another address."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from idp.settings import Settings
from tests.conftest import make_settings
from tests.protocol.sign_on import CALLBACK, CALLBACK_WITH_QUERY, CHALLENGE, SECRET, Browser

REGISTERED = (CALLBACK, CALLBACK_WITH_QUERY)


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, limits={"authorize": "off"})


values = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "permits", "pushing", "code", "openid", "openid email", "none", "login", "consent", "create", "0",
            "form_post", "query", "S256", "plain", CHALLENGE, "https://evil.example/", "//evil.example",
            "javascript:alert(1)", "{}", '{"userinfo":{"email":null}}',
            '{"id_token":{"sub":{"value":"x"}}}', "[" * 500, "e30.e30.e30",
            "urn:ietf:params:oauth:request_uri:x", "s" * 3000,
        ]
    ),
)  # fmt: skip
others = st.sampled_from(
    [
        "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age", "acr_values", "ui_locales",
        "display", "claims", "login_hint", "id_token_hint", "code_challenge", "code_challenge_method", "request",
        "request_uri", "registration", "interaction", "client_id", "redirect_uri",
    ]
) | st.text(max_size=6)  # fmt: skip
near_good = {"client_id": "permits", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}

#: One application serves every example: what one leaves behind must not help or harm the next.
many = hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(browser: Browser, query: str, *, post: bool = False) -> None:
    if post:
        response = browser.app.test_client().post(
            "/authorize", data=query, content_type="application/x-www-form-urlencoded"
        )
    else:
        response = browser.app.test_client().get("/authorize?" + query)
    assert response.status_code in (200, 303, 400, 410, 413), response.status_code
    location = response.headers.get("Location", "")
    assert (
        not location
        or location.startswith(("/sign-in", "/sign-up", "/authorize?"))
        or any(location.startswith((uri + "?", uri + "&")) for uri in REGISTERED)
    ), location
    if response.status_code == 200:
        assert any(f'action="{uri}"' in response.text for uri in REGISTERED)


@many
@given(changes=st.dictionaries(others, values, max_size=5), post=st.booleans())
def test_a_request_with_anything_in_it_ends_where_it_may(browser: Browser, changes: dict[str, str], post: bool) -> None:
    check(browser, urlencode(near_good | changes), post=post)


@many
@given(st.lists(st.tuples(others, values), max_size=8))
def test_any_parameters_end_where_they_may(browser: Browser, pairs: list[tuple[str, str]]) -> None:
    check(browser, urlencode(pairs))


@many
@given(st.binary(max_size=200))
def test_any_bytes_end_where_they_may(browser: Browser, raw: bytes) -> None:
    check(browser, quote(raw, safe="&=+%"))
    check(browser, raw.decode("latin-1"), post=True)


@many
@given(st.text(max_size=30), st.text(max_size=10), st.sampled_from(REGISTERED))
def test_no_redirect_uri_but_a_registered_one_is_followed(browser: Browser, before: str, after: str, uri: str) -> None:
    check(browser, urlencode(near_good | {"redirect_uri": before + uri + after}))


@many
@given(st.dictionaries(others, values, max_size=5))
def test_anything_pushed_is_taken_or_refused(browser: Browser, changes: dict[str, str]) -> None:
    response = browser.app.test_client().post("/par", data=near_good | changes, auth=("permits", SECRET))

    assert response.status_code in (201, 400)
    assert response.is_json


@pytest.mark.parametrize(
    "query",
    [
        "client_id=%ff&redirect_uri=%fe",
        "client_id=permits%00",
        "client_id=%",
        "&&&=&=",
        "client_id=" + "a" * 70000,
        "&".join(f"a{n}=1" for n in range(500)),
    ],
)
def test_what_cannot_be_read_is_a_page(browser: Browser, query: str) -> None:
    response = browser.http.get("/authorize?" + query)

    assert response.status_code in (400, 413)
    assert "<h1" in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_pages_about_wrong_requests_repeat_nothing_of_them(browser: Browser) -> None:
    response = browser.authorize(redirect_uri="https://evil.example/SECRET-PIECE")

    assert response.status_code == 400
    # The language switch links back to this very address; nothing else may.
    assert '<a href="https://evil' not in response.text
    assert "evil.example/SECRET-PIECE" not in response.text.replace("%2F", "/").split("<footer")[0]


def test_other_methods_are_refused(new_browser: Callable[[], Browser]) -> None:
    assert new_browser().http.put("/authorize").status_code == 405
