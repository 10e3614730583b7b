"""Reading requests without repairing them."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.http import MAX_BYTES, HttpRequest, MalformedRequestError, json_answer, pairs, single
from tests.protocol.wsgi import environ, sent


def test_a_form_is_read_as_utf_8() -> None:
    request = sent(body="a=1&name=Zo%C3%AB+B&raw=é".encode())

    assert request.form_parameters() == {"a": "1", "name": "Zoë B", "raw": "é"}


def test_a_parameter_without_a_value_counts_as_left_out() -> None:
    """RFC 6749 §3.1."""
    assert sent(body=b"a=&b=1&c").form_parameters() == {"b": "1"}


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=1&a=1", b"a=&a=1", b"%61=1&a=2"])
def test_a_repeated_parameter_is_refused(body: bytes) -> None:
    """RFC 6749 §3.2."""
    with pytest.raises(MalformedRequestError):
        sent(body=body).form_parameters()


def test_parameters_in_the_query_are_refused() -> None:
    """RFC 6749 §2.3.1: a secret in an address ends in logs."""
    with pytest.raises(MalformedRequestError):
        sent(body=b"a=1", query="client_secret=x").form_parameters()


@pytest.mark.parametrize("body", [b"a=\xff", b"a=%ff", b"%C3=1", b"a=%ED%A0%80"])
def test_what_is_not_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        sent(body=body)


@pytest.mark.parametrize("body", [b"a=%00", b"a=\0", b"%00=1"])
def test_a_nul_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        sent(body=body)


def test_a_body_of_the_largest_size_passes_and_one_byte_more_does_not() -> None:
    assert len(sent(body=b"a=" + b"x" * (MAX_BYTES - 2)).form_parameters()["a"]) == MAX_BYTES - 2
    with pytest.raises(MalformedRequestError) as refused:
        sent(body=b"a=" + b"x" * (MAX_BYTES - 1))
    assert refused.value.status == 413


def test_a_body_that_is_announced_as_too_large_is_not_read() -> None:
    unread = environ(body=b"a=1")
    unread["CONTENT_LENGTH"] = str(10**30)

    with pytest.raises(MalformedRequestError) as refused:
        HttpRequest.read(unread)

    assert refused.value.status == 413
    assert unread["wsgi.input"].tell() == 0


def test_a_body_of_unknown_length_is_read_up_to_the_limit() -> None:
    chunked = environ(body=b"a=" + b"x" * 2 * MAX_BYTES)
    chunked |= {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}

    with pytest.raises(MalformedRequestError) as refused:
        HttpRequest.read(chunked)

    assert refused.value.status == 413
    assert chunked["wsgi.input"].tell() == MAX_BYTES + 1


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "²"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    with pytest.raises(MalformedRequestError):
        HttpRequest.read(environ(body=b"a=1") | {"CONTENT_LENGTH": length})


def test_too_many_parameters_are_refused() -> None:
    with pytest.raises(MalformedRequestError):
        sent(body=b"&".join(b"p%d=1" % number for number in range(200)))


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_only_a_form_has_form_parameters(content_type: str) -> None:
    request = sent(body=b"a=1", content_type=content_type)

    assert request.form == ()
    with pytest.raises(MalformedRequestError):
        request.form_parameters()


def test_the_media_type_is_read_in_any_case_and_without_its_parameters() -> None:
    request = sent(body=b"a=1", content_type="Application/X-WWW-Form-Urlencoded; Charset=UTF-8")

    assert request.form_parameters() == {"a": "1"}


def test_a_get_has_no_form() -> None:
    assert sent("GET", body=b"a=1", query="b=2").query == (("b", "2"),)
    assert sent("GET", body=b"a=1").form == ()


def test_headers_are_found_in_any_case() -> None:
    headers = sent(authorization="Basic x").headers

    assert headers["authorization"] == headers["Authorization"] == "Basic x"
    assert headers.get("X-None") is None
    assert set(headers) == {"Authorization", "Content-Type", "Content-Length"}
    assert len(headers) == 3


def test_no_cache_keeps_an_answer() -> None:
    answer = json_answer({"a": "é"}, status=400, headers=(("X", "y"),))

    assert answer.body == '{"a":"é"}'.encode()
    assert dict(answer.headers) == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
        "X": "y",
    }


def test_a_request_shows_no_parameter_in_its_repr() -> None:
    request = sent(body=b"client_secret=s3cret", query="code=c0de", authorization="Basic s3cret")

    assert "s3cret" not in repr(request)
    assert "c0de" not in repr(request)


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(st.dictionaries(_text, _text.filter(bool), max_size=20))
def test_what_a_form_encodes_is_what_is_read(parameters: dict[str, str]) -> None:
    assert single(pairs(urlencode(parameters).encode())) == parameters


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        single(pairs(body))
    except MalformedRequestError:
        return
