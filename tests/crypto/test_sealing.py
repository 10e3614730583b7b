"""Boxes open with the right key in the right place, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.crypto import sealing
from idp.crypto.errors import SealBrokenError
from idp.crypto.secrets import random_key

KEY = bytes(range(32))


def test_hkdf_gives_the_vector_of_rfc_5869_a_3() -> None:
    derived = sealing.derive(b"\x0b" * 22, purpose="", length=42)

    assert derived.hex() == ("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")


def test_each_purpose_and_each_salt_gives_another_key() -> None:
    keys = {
        sealing.derive(KEY, purpose="verifier"),
        sealing.derive(KEY, purpose="slot"),
        sealing.derive(KEY, purpose="slot", salt=b"1"),
    }

    assert len(keys) == 3


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_a_box_opens_under_its_key_and_context(plaintext: bytes, context: bytes) -> None:
    assert sealing.unseal(KEY, sealing.seal(KEY, plaintext, context=context), context=context) == plaintext


def test_the_same_plaintext_never_gives_the_same_box() -> None:
    assert sealing.seal(KEY, b"x", context=b"") != sealing.seal(KEY, b"x", context=b"")


def test_another_key_or_context_opens_nothing() -> None:
    box = sealing.seal(KEY, b"secret", context=b"account 1")

    with pytest.raises(SealBrokenError):
        sealing.unseal(random_key(), box, context=b"account 1")
    with pytest.raises(SealBrokenError):
        sealing.unseal(KEY, box, context=b"account 2")


def test_a_changed_or_shortened_box_opens_nothing() -> None:
    box = sealing.seal(KEY, b"secret", context=b"")

    for at in range(len(box)):
        with pytest.raises(SealBrokenError):
            sealing.unseal(KEY, box[:at], context=b"")
        with pytest.raises(SealBrokenError):
            sealing.unseal(KEY, box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :], context=b"")


@pytest.mark.parametrize("length", [0, 16, 24, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.seal(bytes(length), b"", context=b"")


def test_a_wrapped_key_comes_back_and_only_a_key_does() -> None:
    inner = random_key()

    assert sealing.unwrap(KEY, sealing.wrap(KEY, inner, context=b"slot"), context=b"slot") == inner
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.wrap(KEY, b"short", context=b"slot")
    with pytest.raises(SealBrokenError):
        sealing.unwrap(KEY, sealing.seal(KEY, b"short", context=b"slot"), context=b"slot")


def test_names_that_people_take_to_be_the_same_share_an_index() -> None:
    index = sealing.blind_index("amina@example.org", pepper=b"p" * 32)

    assert sealing.blind_index("  Amina@Example.ORG ", pepper=b"p" * 32) == index
    assert sealing.blind_index("\uff41mina@example.org", pepper=b"p" * 32) == index
    assert sealing.blind_index("amira@example.org", pepper=b"p" * 32) != index
    assert len(index) == 32


def test_an_index_means_nothing_without_the_pepper() -> None:
    assert sealing.blind_index("amina", pepper=b"a" * 32) != sealing.blind_index("amina", pepper=b"b" * 32)


@given(st.text(max_size=20))
def test_an_index_does_not_change_when_its_name_is_folded_again(name: str) -> None:
    assert sealing.blind_index(name.casefold(), pepper=b"p") == sealing.blind_index(name, pepper=b"p")


def test_a_ring_seals_with_the_newest_key_and_opens_with_each() -> None:
    old = (b"old.", random_key())
    new = (b"new.", random_key())
    before = sealing.Ring([old]).seal(b"token", b"access")
    both = sealing.Ring([new, old])

    assert both.unseal(before, b"access") == b"token"
    assert both.seal(b"token", b"access")[:4] == b"new."


def test_a_ring_without_the_key_opens_nothing() -> None:
    box = sealing.Ring([(b"old.", random_key())]).seal(b"token", b"access")

    with pytest.raises(SealBrokenError):
        sealing.Ring([(b"new.", random_key())]).unseal(box, b"access")


@given(st.binary(max_size=60))
def test_a_ring_refuses_anything_it_did_not_make(box: bytes) -> None:
    ring = sealing.Ring([(box[:4].ljust(4, b"\0"), KEY)])

    with pytest.raises(SealBrokenError):
        ring.unseal(box, b"")


def test_a_box_of_one_purpose_does_not_open_for_another() -> None:
    ring = sealing.Ring([(b"key1", KEY)])

    with pytest.raises(SealBrokenError):
        ring.unseal(ring.seal(b"token", b"refresh"), b"access")


def test_a_ring_needs_keys_under_distinct_ids_of_four_bytes() -> None:
    for keys in ([], [(b"abc", KEY)], [(b"key1", KEY), (b"key1", random_key())]):
        with pytest.raises(ValueError, match="ring"):
            sealing.Ring(keys)


def test_a_ring_does_not_show_its_keys() -> None:
    assert repr(sealing.Ring([(b"key1", KEY)])) == "<Ring of 1>"
