"""RFC 7636, RFC 9700 §2.1.1."""

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.protocol.pkce import read_challenge
from tests.protocol.requests import CHALLENGE


def test_an_s256_challenge_is_taken() -> None:
    assert read_challenge(challenge=CHALLENGE, method="S256", required=True) == CHALLENGE


def test_a_client_that_need_not_send_one_may_leave_it_out() -> None:
    assert read_challenge(challenge=None, method=None, required=False) is None


def test_a_client_that_has_to_send_one_cannot_leave_it_out() -> None:
    with pytest.raises(InvalidRequestError):
        read_challenge(challenge=None, method=None, required=True)


@pytest.mark.parametrize("method", ["plain", None, "s256", "S512", ""])
def test_every_other_method_is_refused_also_the_default_one(method: str | None) -> None:
    with pytest.raises(InvalidRequestError):
        read_challenge(challenge=CHALLENGE, method=method, required=False)


def test_a_method_without_a_challenge_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        read_challenge(challenge=None, method="S256", required=False)


@pytest.mark.parametrize(
    "challenge", [CHALLENGE[:-1], CHALLENGE + "A", CHALLENGE + "=", CHALLENGE[:-1] + "+", "é" * 43]
)
def test_a_challenge_that_is_no_sha_256_is_refused(challenge: str) -> None:
    with pytest.raises(InvalidRequestError):
        read_challenge(challenge=challenge, method="S256", required=False)
