"""Who is asking, when a proxy that we trust stands in between."""

from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from idp.app import create_app
from idp.web.access import public
from tests.conftest import make_settings
from tests.doubles import FrozenClock


@pytest.fixture
def behind_a_proxy(tmp_path: Path, clock: FrozenClock) -> FlaskClient:
    app: Flask = create_app(make_settings(tmp_path, server={"trusted_proxies": 1}), clock=clock)
    app.add_url_rule("/who", view_func=public(lambda: f"{request.remote_addr} {request.scheme} {request.host}"))
    return app.test_client()


def who(browser: FlaskClient, **headers: str) -> list[str]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.get("/who", headers=sent).text.split(" ")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        # What the caller sent, with the proxy's own entry behind it.
        ('"203.0.113.9, 192.0.2.7', "192.0.2.7"),
        ('"\\", 192.0.2.7', "192.0.2.7"),
        ("192.0.2.7:54321", "192.0.2.7"),
        ("[2001:db8::7]:54321", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("somebody", "unknown"),
        ("203.0.113.9,", "unknown"),
    ],
)
def test_the_address_is_the_proxys_word_whatever_the_caller_sent(
    behind_a_proxy: FlaskClient, forwarded: str, address: str
) -> None:
    assert who(behind_a_proxy, X_Forwarded_For=forwarded)[0] == address


def test_so_are_the_scheme_and_the_host(behind_a_proxy: FlaskClient) -> None:
    found = who(behind_a_proxy, X_Forwarded_Proto='"http, https', X_Forwarded_Host='"evil.example, id.example')

    assert found[1:] == ["https", "id.example"]
