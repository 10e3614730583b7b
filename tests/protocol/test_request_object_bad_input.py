"""Whatever a client signs, and whatever looks like something signed: no 500, and no way to another address."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.protocol.request_objects import asked, register, sign
from tests.protocol.sign_on import CALLBACK, ISSUER, SECRET, Browser

#: One application serves every example: what one leaves behind must not help or harm the next.
many = hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
odd = st.sampled_from(
    [
        "openid email", "code", "id_token", "fragment", "none", "login", "\ud800", "a\0b", "https://evil.example/",
        {"userinfo": {"email": None}}, {"userinfo": {"email": {"values": [[]]}}}, {"id_token": {"sub": {"value": 1}}},
        {"id_token": {"acr": {"values": ["\ud800"]}}}, {"userinfo": {"email": {"value": "\ud800"}}}, 1e400, -1e400,
        10**40, "strict", ISSUER, [ISSUER], "s" * 3000,
    ]
)  # fmt: skip
values = (
    odd
    | scalars
    | st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner), max_leaves=6
    )
)
names = st.sampled_from(
    [
        "iss", "aud", "sub", "exp", "nbf", "iat", "jti", "client_id", "response_type", "response_mode", "redirect_uri",
        "scope", "state", "nonce", "prompt", "max_age", "claims", "acr_values", "ui_locales", "claims_locales",
        "display", "login_hint", "id_token_hint", "code_challenge", "code_challenge_method", "request", "request_uri",
        "registration", "resource", "authorization_details", "interaction",
    ]
) | st.text(max_size=6)  # fmt: skip


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, limits={"authorize": "off", "par": "off"})


@pytest.fixture(name="browser")
def _browser(new_browser: Callable[[], Browser], services: Services) -> Browser:
    browser = new_browser()
    register(services)
    return browser


def ends_where_it_may(response: TestResponse) -> bool:
    location = response.headers.get("Location", "")
    if response.status_code == 200:
        return f'action="{CALLBACK}' in response.text
    if response.status_code != 303:
        return response.status_code == 400
    ours = location.startswith(("/sign-in", "/sign-up", "/authorize?"))
    return ours or any(location.startswith(CALLBACK + path + by) for path in ("", "/other") for by in "?#")


def bring(browser: Browser, request: str, client_id: str, *, post: bool) -> TestResponse:
    sent = {"client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code", "request": request}
    http = browser.app.test_client()
    return http.post("/authorize", data=sent) if post else http.get("/authorize", query_string=sent)


@many
@given(
    changes=st.dictionaries(names, values, max_size=4),
    client_id=st.sampled_from(["signing", "strict"]),
    post=st.booleans(),
)
def test_any_members_of_a_good_object_end_where_they_may(
    browser: Browser, changes: dict[str, Any], client_id: str, post: bool
) -> None:
    signed = sign(json.dumps(asked(client_id) | changes))

    assert ends_where_it_may(bring(browser, signed, client_id, post=post))


@many
@given(changes=st.dictionaries(names, values, max_size=4), client_id=st.sampled_from(["signing", "strict"]))
def test_any_members_pushed_are_taken_or_refused(browser: Browser, changes: dict[str, Any], client_id: str) -> None:
    signed = sign(json.dumps(asked(client_id) | changes))
    response = browser.app.test_client().post("/par", data={"request": signed}, auth=(client_id, SECRET))

    assert response.status_code in (201, 400)
    assert response.is_json


@many
@given(payload=st.text(max_size=60) | st.binary(max_size=60))
def test_any_signed_bytes_are_refused(browser: Browser, payload: str | bytes) -> None:
    signed = sign(payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass"))

    response = bring(browser, signed, "signing", post=False)

    assert response.status_code == 303
    assert ends_where_it_may(response)


@many
@given(
    header=st.dictionaries(st.sampled_from(["typ", "kid", "cty", "x", "jwk", "zip", "enc"]), values, max_size=3),
)
def test_any_header_ends_where_it_may(browser: Browser, header: dict[str, Any]) -> None:
    assert ends_where_it_may(bring(browser, sign(asked(), **header), "signing", post=False))


@many
@given(
    token=st.text(max_size=40)
    | st.from_regex(r"\A[\w-]{0,20}\.[\w-]{0,20}\.[\w-]{0,20}(\.[\w-]{0,20}\.[\w-]{0,20})?\Z")
    | st.sampled_from(["A." * 4 + "A", "e30." * 4 + "e30", "." * 4, "e30.e30.e30", "A" * 60_000])
)
def test_anything_for_an_object_is_refused(browser: Browser, token: str) -> None:
    assert ends_where_it_may(bring(browser, token, "signing", post=True))


def test_nesting_and_size_have_an_end(browser: Browser) -> None:
    for depth in (50, 400, 900, 4000):
        nested = '{"claims":' + '{"a":' * depth + "1" + "}" * depth + "}"
        assert ends_where_it_may(bring(browser, sign(nested), "signing", post=False))
    for size in (10_000, 20_000, 60_000):
        signed = sign(asked(claims={"userinfo": {"x" * size: None}}))
        response = bring(browser, signed, "signing", post=True)
        assert response.status_code in (303, 400, 413)
