"""The Form Post plans: what belongs to answers that travel as a form (OAuth 2.0 Form Post Response Mode).

Their other rows hold for every way back: `test_every_flow`.
"""

from __future__ import annotations

import re

import httpx

from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import NewParty
from tests.protocol.conformance.visitor import Visitor


def form_page(new_party: NewParty, visitor: Visitor, http: httpx.Client) -> httpx.Response:
    """The page that carries an answer, as a signed-in browser gets it."""
    party = new_party("first", response_mode="form_post")
    return http.get(party.request(), headers={"Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())})


def test_form_post_2_the_answer_is_a_page_with_a_form_that_posts_to_the_redirect_uri(
    new_party: NewParty, amina: Visitor, http: httpx.Client
) -> None:
    page = form_page(new_party, amina, http)

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "no-store" in page.headers["Cache-Control"]
    assert f'method="post" action="{example.CALLBACK}"' in page.text
    assert {"code", "state", "iss"} <= set(re.findall(r'type="hidden" name="([^"]+)"', page.text))


def test_form_post_2_the_page_sends_itself_under_its_own_content_security_policy(
    new_party: NewParty, amina: Visitor, http: httpx.Client
) -> None:
    page = form_page(new_party, amina, http)
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r'<script nonce="([^"]+)">[^<]*\.submit\(\)', page.text)

    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in policy
    # Where the policy limits forms, it lets this one go; a browser that posts it is then free to be sent on.
    form_action = re.search(r"form-action ([^;]+)", policy)
    assert form_action is None or "https://localhost.emobix.co.uk:8443" in form_action[1]


def test_form_post_2_nothing_of_the_answer_stands_in_an_address(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("first", response_type="code id_token token", response_mode="form_post")

    amina.go(party.request())

    assert amina.url == example.CALLBACK
    assert {"code", "id_token", "access_token"} <= amina.posted.keys()
