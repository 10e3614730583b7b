"""What a redemption has to match, and what a refresh may ask for."""

from __future__ import annotations

import pytest

from idp.tokens import policy
from idp.tokens.errors import ScopeTooWideError

#: RFC 7636 Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_verifier_of_the_challenge_proves_possession() -> None:
    assert policy.proves_possession(challenge=CHALLENGE, verifier=VERIFIER)


@pytest.mark.parametrize(
    "verifier",
    [None, "", CHALLENGE, VERIFIER[:-1], VERIFIER + "k", VERIFIER[:-1] + "é", "a" * 42, "a" * 129, "a" * 50 + "\n"],
)
def test_nothing_else_does(verifier: str | None) -> None:
    assert not policy.proves_possession(challenge=CHALLENGE, verifier=verifier)


def test_without_a_challenge_no_verifier_is_needed() -> None:
    assert policy.proves_possession(challenge=None, verifier=None)


def test_a_verifier_without_a_challenge_means_that_the_challenge_was_removed() -> None:
    """RFC 9700 §4.8.2."""
    assert not policy.proves_possession(challenge=None, verifier=VERIFIER)


@pytest.mark.parametrize("presented", [None, "https://a.example/cb/", "https://a.example/cb?x", "https://A.example/cb"])
def test_the_redirect_uri_is_the_same_byte_for_byte(presented: str | None) -> None:
    assert policy.same_redirect(requested="https://a.example/cb", presented="https://a.example/cb")
    assert not policy.same_redirect(requested="https://a.example/cb", presented=presented)


def test_a_refresh_may_ask_for_less_in_any_order() -> None:
    assert policy.narrowed(("openid", "email", "profile"), None) == ("openid", "email", "profile")
    assert policy.narrowed(("openid", "email", "profile"), ("profile", "openid")) == ("openid", "profile")


def test_a_refresh_may_not_ask_for_more() -> None:
    with pytest.raises(ScopeTooWideError):
        policy.narrowed(("openid",), ("openid", "email"))
