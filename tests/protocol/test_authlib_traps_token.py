"""What Authlib gets wrong at the back channel, each with the request that shows it, and input that nobody should send.

Others stand with what they are about: minting before redeeming in `test_token_code`, secrets and headers that are not
ASCII in `test_client_auth`, `auth_time` of refreshed ID tokens in `test_token_refresh`, ID tokens at introspection in
`test_introspection`, lifetimes in `tests/tokens/test_access`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.protocol.back_channel import SECRET, BackChannel, basic, error_of

FORM = "application/x-www-form-urlencoded"
INVALID = (400, "invalid_request")
ENDPOINTS = ["/token", "/revoke", "/introspect"]


def post(channel: BackChannel, path: str, body: bytes, content_type: str = FORM, **arguments: str) -> TestResponse:
    return channel.http.post(path, data=body, content_type=content_type, headers=basic("gateway"), **arguments)


def test_a_missing_grant_type_is_an_invalid_request(shared: BackChannel) -> None:
    """Authlib calls it unsupported (RFC 6749 §5.2)."""
    assert error_of(post(shared, "/token", b"scope=x")) == INVALID
    assert error_of(post(shared, "/token", b"grant_type=")) == INVALID


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:x", "é", '"', "\\", "x\r\nX: y"])
def test_an_unknown_grant_type_is_unsupported_and_not_repeated(shared: BackChannel, grant_type: str) -> None:
    """Authlib puts the value into its description."""
    answer = post(shared, "/token", urlencode({"grant_type": grant_type}).encode())

    assert error_of(answer) == (400, "unsupported_grant_type")
    assert grant_type not in answer.text.replace('"', "") or grant_type == '"'


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"grant_type=client_credentials&token=a&token=b",
        b"grant_type=client_credentials&x=1&x=2",
        b"grant_type=client_credentials&scope=&scope=reports:read",
        b"grant_type=client_credentials&token=\xff",
        b"grant_type=client_credentials&token=%ff",
        b"grant_type=client_credentials&token=%00",
        b"&".join(b"a%d=" % number for number in range(500)),
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_invalid(shared: BackChannel, path: str, body: bytes) -> None:
    assert error_of(post(shared, path, body)) == INVALID


@pytest.mark.parametrize("path", ENDPOINTS)
def test_parameters_in_the_query_are_refused(shared: BackChannel, path: str) -> None:
    """Authlib takes them from there."""
    in_query = f"{path}?" + urlencode({"grant_type": "client_credentials", "token": "x"})

    assert error_of(post(shared, in_query, b"")) == INVALID
    assert error_of(post(shared, path + "?client_id=gateway", b"grant_type=client_credentials&token=x")) == INVALID


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_anything_but_a_form_is_refused(shared: BackChannel, path: str, content_type: str) -> None:
    assert error_of(post(shared, path, b"grant_type=client_credentials&token=x", content_type)) == INVALID


@pytest.mark.parametrize("path", ENDPOINTS)
def test_an_oversized_request_is_refused(shared: BackChannel, path: str) -> None:
    assert error_of(post(shared, path, b"token=" + b"x" * 65536)) == (413, "invalid_request")
    assert error_of(post(shared, path + "?" + "x" * 65537, b"token=x")) == (413, "invalid_request")


@pytest.mark.parametrize("path", ENDPOINTS)
def test_other_methods_are_refused(shared: BackChannel, path: str) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert shared.http.open(path, method=method).status_code == 405


def test_plain_http_behind_a_proxy_is_answered(shared: BackChannel) -> None:
    """Authlib refuses it with 500 unless AUTHLIB_INSECURE_TRANSPORT is set."""
    assert "AUTHLIB_INSECURE_TRANSPORT" not in os.environ

    answer = shared.http.post(
        "/token",
        base_url="http://login.example",
        data={"grant_type": "client_credentials"},
        headers=basic("gateway"),
    )

    assert answer.status_code == 200


def test_nothing_here_uses_authlib_s_own_jose() -> None:
    check = "import sys, idp.app; sys.exit(any(name.startswith('authlib.jose') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_an_endpoint_never_authenticates_by_authlib_s_own_way(shared: BackChannel) -> None:
    back_channel = shared.app.extensions["proffer.protocol"].back_channel
    shared.exchange(shared.code())

    assert back_channel._client_auth is None


_text = st.text(max_size=40)
_values = st.one_of(
    _text,
    st.sampled_from(
        ["authorization_code", "refresh_token", "client_credentials", "gateway", "permits", "app", SECRET, "openid"]
    ),
)
_names = st.sampled_from(
    [
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "code",
        "code_verifier",
        "redirect_uri",
        "refresh_token",
        "scope",
        "token",
        "token_type_hint",
    ]
)
_settings = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@_settings
@given(
    st.sampled_from(ENDPOINTS),
    st.lists(st.tuples(_names, _values), max_size=8),
    st.sampled_from([{}, basic("gateway"), basic("permits"), basic("nobody")]),
)
def test_no_form_is_answered_with_500(
    shared: BackChannel, path: str, form: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    body = urlencode(form, errors="surrogatepass").encode()

    answer = shared.http.post(path, data=body, content_type=FORM, headers=headers)

    assert answer.headers["Cache-Control"] == "no-store"
    if answer.status_code != 200:
        status, error = error_of(answer)
        assert status in {400, 401, 403, 413}
        assert error.startswith(("invalid_", "un"))
        assert SECRET not in answer.text


@_settings
@given(st.sampled_from(ENDPOINTS), st.binary(max_size=200), st.binary(max_size=60))
def test_no_bytes_are_answered_with_500(shared: BackChannel, path: str, body: bytes, authorization: bytes) -> None:
    header = authorization.decode("latin-1").replace("\r", "").replace("\n", "")

    answer = shared.http.post(path, data=body, content_type=FORM, headers={"Authorization": header})

    assert answer.status_code in {400, 401, 413}


@_settings
@given(st.binary(max_size=80), st.sampled_from(["GET", "POST"]))
def test_no_presented_token_is_answered_with_500(shared: BackChannel, token: bytes, method: str) -> None:
    header = "Bearer " + token.decode("latin-1").replace("\r", "").replace("\n", "")

    answer = shared.http.open("/userinfo", method=method, headers={"Authorization": header})

    assert answer.status_code in {400, 401}
