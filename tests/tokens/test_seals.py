"""Tokens as sealed records."""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import Ring
from idp.tokens import seals
from idp.tokens.values import AccessToken, RefreshToken
from tests.tokens.sign_ons import GRANT_KEY, SIGN_ON

RING = Ring([(b"key1", os.urandom(32))])
ACCESS = AccessToken(
    client_id="council",
    grant_id="g",
    grant_key=GRANT_KEY,
    scope="openid",
    claims=("email",),
    issued_at=1,
    expires_at=601,
    jti=b"j" * 16,
    issue_id=b"i" * 16,
    epoch=3,
)
REFRESH = RefreshToken(sign_on=SIGN_ON, issue_id=b"i" * 16, generation=2, expires_at=99)


def test_a_token_opens_as_what_was_sealed() -> None:
    assert seals.open_access(RING, seals.seal_access(RING, ACCESS)) == ACCESS
    assert seals.open_refresh(RING, seals.seal_refresh(RING, REFRESH)) == REFRESH


def test_the_same_record_never_gives_the_same_token() -> None:
    assert seals.seal_access(RING, ACCESS) != seals.seal_access(RING, ACCESS)


def test_one_kind_of_token_is_not_taken_for_another() -> None:
    access, refresh = seals.seal_access(RING, ACCESS), seals.seal_refresh(RING, REFRESH)

    assert seals.open_refresh(RING, access) is None
    assert seals.open_access(RING, refresh) is None
    assert seals.open_access(RING, "at_" + refresh.removeprefix("rt_")) is None


def test_another_servers_token_does_not_open() -> None:
    other = Ring([(b"key1", os.urandom(32))])

    assert seals.open_access(RING, seals.seal_access(other, ACCESS)) is None


def test_a_token_of_the_key_before_still_opens() -> None:
    old_key = os.urandom(32)
    token = seals.seal_access(Ring([(b"old.", old_key)]), ACCESS)

    assert seals.open_access(Ring([(b"new.", os.urandom(32)), (b"old.", old_key)]), token) == ACCESS


def test_a_record_of_another_layout_is_no_token() -> None:
    box = RING.seal(b"\x93\x01\x02\x03", b"access token")

    assert seals.open_access(RING, "at_" + base64.urlsafe_b64encode(box).decode().rstrip("=")) is None


@given(st.text(max_size=200))
def test_any_text_opens_or_does_not(text: str) -> None:
    assert seals.open_access(RING, text) is None
    assert seals.open_access(RING, "at_" + text) is None
    assert seals.open_refresh(RING, "rt_" + text) is None


def test_a_changed_token_does_not_open() -> None:
    token = seals.seal_access(RING, ACCESS)

    for place in range(3, len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert seals.open_access(RING, changed) is None


def test_nothing_that_opens_anything_shows() -> None:
    for held in (ACCESS, REFRESH, SIGN_ON):
        assert "key of the grant" not in repr(held)


def test_a_code_opens_its_row_and_no_other_code_does() -> None:
    content = seals.CodeContent(sign_on=SIGN_ON, redirect_uri=None, code_challenge="c")
    sealed = seals.seal_code("code-1", content)

    assert seals.open_code("code-1", sealed) == content
    assert GRANT_KEY not in sealed
    with pytest.raises(SealBrokenError):
        seals.open_code("code-2", sealed)
