"""Headers of pages: what a browser may load, run, and send where."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.app import create_app
from idp.web.headers import form_source
from tests.conftest import make_settings
from tests.doubles import FrozenClock


@pytest.mark.parametrize(
    ("redirect_uri", "source"),
    [
        ("https://parking.example/callback", "https://parking.example"),
        ("https://parking.example:8443/callback?a=b", "https://parking.example:8443"),
        ("https://PARKING.example/callback", "https://parking.example"),
        ("http://127.0.0.1:51004/", "http://127.0.0.1:51004"),
        ("http://localhost/callback", "http://localhost"),
        ("org.example.app:/callback", "org.example.app:"),
        # CSP has no way to write an IPv6 address.
        ("http://[::1]:51004/", "http:"),
    ],
)
def test_a_form_may_end_at_the_origin_of_a_redirect_uri(redirect_uri: str, source: str) -> None:
    assert form_source(redirect_uri) == source


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://a b/",
        "https://a;script-src */",
        "https://a'unsafe-inline'/",
        "https://host:99999/",
    ],
)
def test_what_cannot_be_a_redirect_uri_adds_nothing_to_the_policy(uri: str) -> None:
    assert form_source(uri) is None


def test_a_page_runs_only_scripts_with_its_nonce_and_cannot_be_framed(client: FlaskClient) -> None:
    answer = client.get("/sign-up")

    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]{22})';", policy)
    assert nonce is not None
    assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce[1]}"') == 1
    assert "default-src 'none'" in policy
    assert "form-action 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_two_answers_never_share_a_nonce(client: FlaskClient) -> None:
    first, second = (client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(2))

    assert first != second


def test_an_error_page_has_the_same_headers(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.fixture
def secure_app(tmp_path: Path, clock: FrozenClock) -> Flask:
    return create_app(make_settings(tmp_path, issuer="https://id.example.org"), clock=clock)


def test_on_https_browsers_are_told_to_stay_there_and_cookies_to_stay_here(secure_app: Flask) -> None:
    answer = secure_app.test_client().get("/language/fr", base_url="https://id.example.org")

    cookie = answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert cookie.startswith("__Host-proffer_language=fr.")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
