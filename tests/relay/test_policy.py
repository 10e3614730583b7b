"""What private addresses look like, and what is done to a letter."""

from datetime import UTC, datetime

import pytest

from idp.relay import policy

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
DOMAIN = "post.proffer.example"


def _passed(content: bytes, greeted_as: str = "mx.shop.example") -> bytes:
    return policy.passed_on(content, domain=DOMAIN, address=f"abc@{DOMAIN}", greeted_as=greeted_as, at=AT)


def test_an_address_is_the_same_for_one_service_until_it_ends_and_another_for_every_other() -> None:
    mine = policy.local_part(b"s" * 32, account_id="a", client_id="shop", generation=0)

    assert mine == policy.local_part(b"s" * 32, account_id="a", client_id="shop", generation=0)
    others = {
        policy.local_part(b"s" * 32, account_id="a", client_id="shop", generation=1),
        policy.local_part(b"s" * 32, account_id="a", client_id="council", generation=0),
        policy.local_part(b"s" * 32, account_id="b", client_id="shop", generation=0),
        policy.local_part(b"t" * 32, account_id="a", client_id="shop", generation=0),
    }
    assert len(others | {mine}) == 5
    assert len(mine) == 26
    assert mine.isalnum()
    assert mine == mine.lower()


def test_a_letter_gets_two_lines_and_loses_nothing() -> None:
    letter = b"DKIM-Signature: v=1\r\nFrom: a@b.example\r\n\r\n<p>\xff\x00 body</p>\r\n"

    passed = _passed(letter)

    assert passed.endswith(letter)
    assert passed.removesuffix(letter) == (
        b"Received: from mx.shop.example by post.proffer.example\r\n"
        b"\tfor <abc@post.proffer.example>; Mon, 04 May 2026 10:00:00 +0000\r\n"
        b"X-Proffer-Relay: post.proffer.example\r\n"
    )


@pytest.mark.parametrize("name", ["a\r\nBcc: thief@evil.example", "a b", "", "é", "x" * 300, "(c)"])
def test_what_is_no_name_of_a_host_gets_into_no_header(name: str) -> None:
    assert _passed(b"\r\n", greeted_as=name).startswith(b"Received: from unknown by ")


@pytest.mark.parametrize("bare", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\r"])
def test_no_bare_line_end_goes_on(bare: bytes) -> None:
    passed = _passed(b"Subject: x\r\n\r\nbody" + bare + b"MAIL FROM:<a@b>\r\n")

    assert b"\r\n.\r\nMAIL" in passed
    assert b"\n" not in passed.replace(b"\r\n", b"")
    assert b"\r" not in passed.replace(b"\r\n", b"")


def test_a_letter_that_was_here_is_known_whatever_the_case_of_its_header() -> None:
    assert policy.loops(b"x-proffer-RELAY:  Post.Proffer.Example \r\n\r\n", domain=DOMAIN)
    assert policy.loops(b"A: b\nX-Proffer-Relay: post.proffer.example\n\nbody", domain=DOMAIN)
    assert policy.loops(_passed(b"Subject: x\r\n\r\n"), domain=DOMAIN)
    assert not policy.loops(b"X-Proffer-Relay: other.example\r\n\r\n", domain=DOMAIN)
    assert not policy.loops(b"Subject: x\r\n\r\nX-Proffer-Relay: post.proffer.example\r\n", domain=DOMAIN)
    assert not policy.loops(b"", domain=DOMAIN)


def test_a_letter_that_wandered_through_a_hundred_servers_stops() -> None:
    assert not policy.loops(b"Received: x\r\n" * 100 + b"\r\n", domain=DOMAIN)
    assert policy.loops(b"Received: x\r\n" * 101 + b"\r\n", domain=DOMAIN)


def test_only_our_own_envelope_senders_count_as_such() -> None:
    ours = policy.bounce_local("abc", key=b"k" * 32)

    assert policy.bounced(ours, key=b"k" * 32) == "abc"
    assert len(policy.bounce_local("a" * 26, key=b"k" * 32)) <= 64
    for forged in (
        ours[:-1] + "x",
        "bounce.abc",
        "bounce..",
        "abc",
        "bounce.abd." + ours.rpartition(".")[2],
        "bounce.é.é",
    ):
        assert policy.bounced(forged, key=b"k" * 32) is None
