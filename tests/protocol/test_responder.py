"""One shape for every answer. RFC 6749 §4.1.2, §4.2.2, RFC 9207, Multiple Response Types, Form Post Response Mode."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.responder import FormPost, Redirect, ReplyTo, Responder, ResponseMode, printable

ISSUER = "https://id.example"
responder = Responder(issuer=ISSUER)


def query(reply: object) -> list[tuple[str, str]]:
    assert isinstance(reply, Redirect)
    return parse_qsl(urlsplit(reply.location).query, keep_blank_values=True)


def test_a_code_comes_with_state_and_issuer() -> None:
    reply = responder.success(ReplyTo("https://rp.example/cb", state="xyz"), {"code": "abc"})

    assert query(reply) == [("code", "abc"), ("state", "xyz"), ("iss", ISSUER)]


def test_an_error_comes_with_state_and_issuer() -> None:
    reply = responder.error(
        ReplyTo("https://rp.example/cb", state="xyz"), error="access_denied", description="Not shared"
    )

    assert query(reply) == [
        ("error", "access_denied"),
        ("error_description", "Not shared"),
        ("state", "xyz"),
        ("iss", ISSUER),
    ]


def test_no_state_is_made_up() -> None:
    assert query(responder.success(ReplyTo("https://rp.example/cb"), {"code": "abc"})) == [
        ("code", "abc"),
        ("iss", ISSUER),
    ]


@pytest.mark.parametrize(
    ("redirect_uri", "begins"),
    [
        ("https://rp.example/cb?tenant=1", "https://rp.example/cb?tenant=1&code=abc"),
        ("https://rp.example/cb?a=%7e+b%20c&a=2", "https://rp.example/cb?a=%7e+b%20c&a=2&code=abc"),
        ("https://rp.example/cb?", "https://rp.example/cb?code=abc"),
        ("https://rp.example/cb?a=1&", "https://rp.example/cb?a=1&code=abc"),
        ("https://rp.example", "https://rp.example?code=abc"),
        ("com.example.app:/cb", "com.example.app:/cb?code=abc"),
    ],
)
def test_the_redirect_uris_own_query_stays_byte_for_byte(redirect_uri: str, begins: str) -> None:
    reply = responder.success(ReplyTo(redirect_uri), {"code": "abc"})

    assert isinstance(reply, Redirect)
    assert reply.location.startswith(begins)


@given(st.text(min_size=1, max_size=200).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_state_comes_back_intact(state: str) -> None:
    assert ("state", state) in query(responder.success(ReplyTo("https://rp.example/cb", state=state), {"code": "abc"}))


@given(st.text(max_size=200))
def test_no_state_can_break_out_of_the_query(state: str) -> None:
    state = state.encode("utf-8", "ignore").decode()
    reply = responder.success(ReplyTo("https://rp.example/cb?a=1", state=state), {"code": "abc"})

    assert isinstance(reply, Redirect)
    parts = urlsplit(reply.location)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "rp.example", "/cb", "")
    assert reply.location.isascii()
    assert not set(reply.location) & set("\r\n \t")


def test_a_form_carries_the_same_answer_with_values_as_they_are() -> None:
    reply_to = ReplyTo("https://rp.example/cb?a=1", ResponseMode.FORM_POST, 'x"><script>&amp; é')

    assert responder.success(reply_to, {"code": "abc"}) == FormPost(
        "https://rp.example/cb?a=1", (("code", "abc"), ("state", 'x"><script>&amp; é'), ("iss", ISSUER))
    )


def test_a_form_carries_errors_too() -> None:
    reply = responder.error(
        ReplyTo("https://rp.example/cb", ResponseMode.FORM_POST, "s"), error="login_required", description="Sign in"
    )

    assert reply == FormPost(
        "https://rp.example/cb",
        (("error", "login_required"), ("error_description", "Sign in"), ("state", "s"), ("iss", ISSUER)),
    )


@given(st.text())
def test_a_description_holds_only_what_oauth_allows(text: str) -> None:
    assert all(" " <= c <= "~" and c not in '"\\' for c in printable(text))


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://rp.example/cb",
        "https://rp.example/cb?tenant=1",
        "https://rp.example/cb?a=%7e+b%20c&a=2",
        "https://rp.example/cb?",
        "https://rp.example",
        "http://[::1]:8001/cb",
        "com.example.app:/cb",
        "com.example.app:/cb?a=1",
    ],
)
def test_a_fragment_goes_behind_the_redirect_uri_which_stays_byte_for_byte(redirect_uri: str) -> None:
    reply = responder.success(
        ReplyTo(redirect_uri, ResponseMode.FRAGMENT, "xyz"), {"id_token": "e30.e30.e30", "scope": "openid email"}
    )

    assert isinstance(reply, Redirect)
    assert reply.location == (
        f"{redirect_uri}#id_token=e30.e30.e30&scope=openid%20email&state=xyz&iss=https%3A%2F%2Fid.example"
    )


def test_an_error_in_the_fragment_comes_with_state_and_issuer_too() -> None:
    reply = responder.error(
        ReplyTo("https://rp.example/cb?a=1", ResponseMode.FRAGMENT, "xyz"), error="login_required", description="No"
    )

    assert reply == Redirect(
        "https://rp.example/cb?a=1#error=login_required&error_description=No&state=xyz&iss=https%3A%2F%2Fid.example"
    )


@given(st.text(max_size=200))
def test_no_state_can_break_out_of_the_fragment(state: str) -> None:
    state = state.encode("utf-8", "ignore").decode()
    reply = responder.success(ReplyTo("https://rp.example/cb?a=1", ResponseMode.FRAGMENT, state), {"code": "abc"})

    assert isinstance(reply, Redirect)
    parts = urlsplit(reply.location)
    assert (parts.scheme, parts.netloc, parts.path, parts.query) == ("https", "rp.example", "/cb", "a=1")
    assert parse_qsl(parts.fragment, keep_blank_values=True) == [("code", "abc"), ("state", state), ("iss", ISSUER)]
    assert reply.location.isascii()
    assert reply.location.count("#") == 1
    assert not set(reply.location) & set("\r\n \t+")


def test_answers_do_not_show_their_secrets_when_logged() -> None:
    query_reply = responder.success(ReplyTo("https://rp.example/cb", state="my-state"), {"code": "my-code"})
    form_reply = responder.success(ReplyTo("https://rp.example/cb", ResponseMode.FORM_POST, "my-state"), {"code": "x"})

    assert "my-code" not in repr(query_reply)
    assert "my-state" not in repr(query_reply) + repr(form_reply) + repr(
        ReplyTo("https://rp.example", state="my-state")
    )
