"""Letters end to end: a real client, the intake, a real server behind. RFC 5321."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.relay.intake import Intake
from idp.relay.policy import bounce_local
from idp.relay.sealed import Ways
from tests.authentication.world import make_world
from tests.journeys.leaks import leaks
from tests.mail import Post, post_office
from tests.relay.conftest import DOMAIN, HOME, LETTER, SENDER, Door, Relay, make_relay


def _local(address: str) -> str:
    return address.partition("@")[0]


def test_a_letter_arrives_as_it_was_sent_under_an_envelope_of_ours(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()

    door.send(one.address.upper())

    letter = post.take()
    assert letter.recipient == HOME
    assert letter.sender == f"{bounce_local(_local(one.address), key=relay.ways.marking)}@{DOMAIN}"
    assert str(letter.message["From"]) == "Shop <news@shop.example>"
    assert letter.message["X-Proffer-Relay"] == DOMAIN
    assert "<p>Café &amp; more</p>" in letter.message.get_payload(decode=True).decode()
    assert "Reply-To" not in letter.message
    shown = relay.one(one.address)
    assert (shown.forwarded, shown.last_forwarded_at) == (1, relay.world.clock.now())


def test_nothing_of_it_is_kept(tmp_path: Path, post: Post) -> None:
    world = make_world(tmp_path)
    with world.context():
        relay = make_relay(world, post)
        one = relay.give()
        intake = Intake(relay.forwarding(), settings=relay.settings)
        intake.start()
        Door(intake.port).send(one.address, content=b"Subject: Zerlinde's order\r\n\r\nQuibblesworth-Vexillology\r\n")
        intake.stop()
        post.take()
    world.db.close()

    known = {
        "the citizen's own address": HOME,
        "private address": one.address,
        "its local part": _local(one.address),
        "subject": "Zerlinde's order",
        "body": "Quibblesworth-Vexillology",
        "sender": SENDER,
    }
    assert leaks(known, f"sqlite:///{tmp_path / 'world.sqlite'}") == []


def test_it_is_no_open_relay(relay: Relay, door: Door, post: Post) -> None:
    local = _local(relay.give().address)

    for address in (
        "victim@elsewhere.example",
        f"{local}@elsewhere.example",
        f"victim%elsewhere.example@{DOMAIN}",
        f'"victim@elsewhere.example"@{DOMAIN}',
        f"@elsewhere.example:{local}@{DOMAIN}x",
        local,
    ):
        assert door.code(address) in (501, 550, 553), address
    assert post.empty


def test_unknown_and_ended_addresses_are_refused_alike(relay: Relay, door: Door) -> None:
    one = relay.give()
    relay.service.end(relay.account_id, one.id)

    with pytest.raises(smtplib.SMTPRecipientsRefused) as ended:
        door.send(one.address)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as unknown:
        door.send(f"{'a' * 26}@{DOMAIN}")

    assert (
        ended.value.recipients.popitem()[1] == unknown.value.recipients.popitem()[1] == (550, b"5.1.1 No such address")
    )


def test_a_muted_address_turns_mail_away_until_it_is_unmuted(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()
    relay.service.mute(relay.account_id, one.id)
    muted = door.code(one.address)

    relay.service.unmute(relay.account_id, one.id)

    assert (muted, door.code(one.address)) == (550, 250)
    assert post.take().recipient == HOME


def test_a_letter_is_taken_on_only_when_the_next_server_took_it(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()
    post.messages += ["451 come back", "554 we think this is spam"]
    post.recipients += ["250 unused"][:0]

    answers = [door.code(one.address) for _ in range(3)]

    assert answers == [451, 554, 250]
    assert relay.one(one.address).forwarded == 1


def test_what_the_next_server_says_is_not_passed_back(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()
    post.recipients.append(f"550 <{HOME}> has no mailbox here")

    with pytest.raises(smtplib.SMTPDataError) as refused:
        door.send(one.address)

    assert refused.value.smtp_code == 550
    assert HOME not in str(refused.value.smtp_error)


def test_while_the_next_server_is_away_letters_are_put_off(relay: Relay) -> None:
    one = relay.give()
    with post_office() as gone:
        pass

    intake = Intake(relay.forwarding(port=gone.port, timeout_seconds=2), settings=relay.settings)
    intake.start()
    try:
        assert Door(intake.port).code(one.address) == 451
    finally:
        intake.stop()


def test_a_letter_that_was_here_before_goes_no_further(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()
    door.send(one.address)
    back = post.take().message.as_bytes()

    assert door.code(one.address, content=back) == 554
    assert door.code(one.address, content=b"Received: x\r\n" * 101 + LETTER) == 554
    assert post.empty


def test_delivery_reports_are_counted_and_go_no_further(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()
    door.send(one.address)
    envelope = post.take().sender

    report = door.code(envelope, sender="", content=b"Subject: Undeliverable\r\n\r\n" + HOME.encode())

    assert report == 250
    assert door.code(envelope, sender="spam@evil.example") == 550
    assert door.code(f"bounce.{_local(one.address)}.aaaaaaaaaaaaa@{DOMAIN}", sender="") == 550
    assert relay.one(one.address).returned == 1
    assert post.empty


def test_a_letter_without_a_sender_goes_on_without_one(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()

    door.send(one.address, sender="")

    # As aiosmtpd calls the empty one.
    assert post.take().sender == "<>"


def test_each_letter_has_one_recipient(relay: Relay, door: Door, post: Post) -> None:
    first, second = relay.give("shop"), relay.give("council", target="other@leak-search.example")

    with smtplib.SMTP("127.0.0.1", door.port, "shop.example", timeout=20) as client:
        refused = client.sendmail(SENDER, [first.address, second.address], LETTER)

    assert list(refused) == [second.address]
    assert refused[second.address][0] == 452
    assert post.take().recipient == HOME
    assert post.empty


def test_headers_cannot_be_put_in_by_the_way_a_server_greets(relay: Relay, door: Door, post: Post) -> None:
    one = relay.give()
    with smtplib.SMTP("127.0.0.1", door.port, "evil Bcc: x", timeout=20) as client:
        client.sendmail(SENDER, [one.address], LETTER)

    letter = post.take()

    assert letter.message["Bcc"] is None
    assert str(letter.message["Received"]).startswith(("from unknown by", "from evil by"))


@pytest.fixture
def strict(tmp_path: Path, post: Post) -> Iterator[tuple[Relay, Door]]:
    """A deployment with small limits."""
    world = make_world(tmp_path)
    with world.context():
        relay = make_relay(world, post, max_bytes=2000, per_address="3/hour", per_sender="5/hour")
        intake = Intake(relay.forwarding(), settings=relay.settings)
        intake.start()
        yield relay, Door(intake.port)
        intake.stop()
    world.db.close()


def test_a_letter_that_is_too_large_is_refused(strict: tuple[Relay, Door], post: Post) -> None:
    relay, door = strict
    one = relay.give()

    assert door.code(one.address, content=LETTER + b"x" * 3000) == 552
    assert post.empty


def test_a_bomb_at_one_address_is_slowed_down(strict: tuple[Relay, Door]) -> None:
    relay, door = strict
    one = relay.give()

    answers = [door.code(one.address, sender=f"a@{number}.example") for number in range(5)]

    assert answers == [250, 250, 250, 450, 450]
    assert door.code(relay.give("council").address, sender="b@c.example") == 250


def test_naming_recipients_without_a_letter_silences_nobody(strict: tuple[Relay, Door]) -> None:
    relay, door = strict
    one = relay.give()
    for _ in range(8):
        with smtplib.SMTP("127.0.0.1", door.port, "bomb.example", timeout=20) as client:
            client.ehlo()
            client.mail("a@large.example")
            assert client.rcpt(one.address)[0] == 250

    assert door.code(one.address, sender="b@large.example") == 250


def test_a_domain_that_bombs_one_citizen_still_writes_to_others(strict: tuple[Relay, Door]) -> None:
    relay, door = strict
    for number in range(6):
        door.code(relay.give(f"service {number}").address, sender=f"{number}@large.example")
    other = relay.world.accounts.create("bram")
    offer = relay.service.offer(other, "shop", "main", seed=relay.seed)
    relay.service.make(other, "shop", "main", offer=offer, attribute_id="home", target="bram@leak-search.example")

    assert door.code(offer.address, sender="b@large.example") == 250


def test_a_bomb_from_one_domain_at_one_citizen_is_slowed_down_at_all_addresses(
    strict: tuple[Relay, Door],
) -> None:
    relay, door = strict
    addresses = [relay.give(f"service {number}").address for number in range(6)]

    answers = [door.code(address, sender=f"{number}@BOMB.example") for number, address in enumerate(addresses)]

    assert answers == [250, 250, 250, 250, 250, 450]


def test_lmtp_is_spoken_where_settings_say_so(tmp_path: Path, post: Post) -> None:
    world = make_world(tmp_path)
    with world.context():
        relay = make_relay(world, post, protocol="lmtp")
        one = relay.give()
        intake = Intake(relay.forwarding(), settings=relay.settings)
        intake.start()
        with smtplib.LMTP("127.0.0.1", intake.port) as client:
            client.sendmail(SENDER, [one.address], LETTER)
        intake.stop()
    world.db.close()

    assert post.take().recipient == HOME


def test_nobody_can_sign_in_or_ask_who_is_here(relay: Relay, door: Door) -> None:
    one = relay.give()
    with smtplib.SMTP("127.0.0.1", door.port, "shop.example", timeout=20) as client:
        client.ehlo()

        assert not client.has_extn("auth")
        assert client.verify(one.address)[0] == client.verify(f"nobody@{DOMAIN}")[0] == 252
        assert client.docmd("EXPN", "list")[0] == 502


def test_a_box_that_does_not_open_and_a_fault_of_ours_put_the_letter_off(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, forwarding = relay.give(), relay.forwarding()
    intake = Intake(forwarding, settings=relay.settings)
    intake.start()
    door = Door(intake.port)
    try:
        monkeypatch.setattr(forwarding, "_ways", Ways(b"another secret of the server's ..."))
        sealed_otherwise = door.code(one.address)
        monkeypatch.setattr(forwarding, "_store", None)
        broken = door.code(one.address)
    finally:
        intake.stop()

    assert (sealed_otherwise, broken) == (451, 451)
