"""Sending a form, under the rules of fetching."""

import pytest

from idp.outbound.errors import FetchFailedError, FetchRefusedError
from tests.outbound.servers import saying, serving
from tests.outbound.test_fetch import fetcher

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


def test_a_form_is_sent_encoded_and_any_status_is_given_back() -> None:
    with serving(saying(TAKEN)) as server:
        answer = fetcher("localhost").post(f"http://localhost:{server.port}/logout", {"logout_token": "a b&c"})

    assert answer.status == 204
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /logout HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert b"content-length: 20" in head.lower()
    assert b"cookie" not in head.lower()
    assert body == b"logout_token=a+b%26c"


def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://localhost/\r\nContent-Length: 0\r\n\r\n"
    with serving(saying(moved)) as server, pytest.raises(FetchRefusedError):
        fetcher("localhost").post(f"http://localhost:{server.port}/logout", {})

    assert len(server.requests) == 1


def test_a_private_address_is_never_sent_to() -> None:
    with serving(saying(TAKEN)) as server, pytest.raises(FetchRefusedError):
        fetcher().post(f"https://council.example:{server.port}/logout", {})

    assert server.requests == []


def test_no_answer_is_a_failure_that_may_pass() -> None:
    with serving(lambda sock: sock.close()) as server, pytest.raises(FetchFailedError):
        fetcher("localhost").post(f"http://localhost:{server.port}/logout", {})
