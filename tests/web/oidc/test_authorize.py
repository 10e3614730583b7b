"""How an answer leaves. RFC 6749 §3.1.2: the redirect URI's own query is retained."""

import pytest
from flask import Flask

from idp.protocol.responder import Redirect
from idp.web.oidc.authorize import reply


@pytest.mark.parametrize(
    "location",
    [
        "https://RP.example/cb?a=[1]&b=%7e+x&code=y",
        "https://rp.example:443/cb?code=y",
        "com.example.app:/cb?code=y",
        "http://[::1]:8001/cb?code=y",
    ],
)
def test_a_redirect_leaves_exactly_as_it_was_built(app: Flask, location: str) -> None:
    with app.test_request_context("/authorize") as context:
        _, status, sent = reply(Redirect(location)).get_wsgi_response(context.request.environ)

    headers = dict(sent)
    assert status == "303 SEE OTHER"
    assert headers["Location"] == location
    assert headers["Content-Length"] == "0"
