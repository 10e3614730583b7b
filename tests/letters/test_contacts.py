"""The contact address: typed, confirmed by its letter, changed, removed; sealed all the while."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from idp.letters.errors import InvalidAddressError, LinkGoneError, SameAddressError
from tests.journeys.leaks import leaks
from tests.letters.conftest import ADDRESS, OTHER, World


def test_an_address_counts_once_its_link_is_followed(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts

    secret = world.ask(amina)

    assert contacts.of(amina).current is None
    assert contacts.is_missing(amina)
    asked = contacts.of(amina).asked
    assert asked is not None
    assert asked.address == ADDRESS
    contacts.confirm(secret)
    current = contacts.of(amina).current
    assert current is not None
    assert current.address == ADDRESS
    assert contacts.of(amina).asked is None
    assert not contacts.is_missing(amina)


def test_a_link_confirms_once(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    secret = world.ask(amina)
    contacts.confirm(secret)

    assert not contacts.can_confirm(secret)
    with pytest.raises(LinkGoneError):
        contacts.confirm(secret)


def test_a_link_confirms_for_a_day(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    secret = world.ask(amina)
    world.clock.advance(hours=24)

    assert not contacts.can_confirm(secret)
    with pytest.raises(LinkGoneError):
        contacts.confirm(secret)
    assert contacts.of(amina).current is None


def test_the_link_of_an_address_typed_before_confirms_nothing(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    world.confirm(amina)
    first = world.ask(amina, OTHER)
    second = world.ask(amina, "third@letters.example")

    with pytest.raises(LinkGoneError):
        contacts.confirm(first)
    assert contacts.address(amina) == ADDRESS
    contacts.confirm(second)
    assert contacts.address(amina) == "third@letters.example"


def test_two_who_follow_a_link_at_once_confirm_once(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    secret = world.ask(amina)
    outcomes: list[str] = []

    def follow() -> None:
        try:
            contacts.confirm(secret)
            outcomes.append("confirmed")
        except LinkGoneError:
            outcomes.append("gone")

    _at_once(follow, follow, follow)

    assert sorted(outcomes) == ["confirmed", "gone", "gone"]


def test_an_address_has_one_current_row_however_many_confirm_at_once(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    world.confirm(amina)
    secret = world.ask(amina, OTHER)

    _at_once(lambda: contacts.confirm(secret), lambda: contacts.ask(amina, "third@letters.example", browser=""))

    with world.services.db.reading() as connection:
        standing = connection.execute(text("SELECT standing FROM contact")).scalars().all()
    assert standing.count("current") == 1


def _at_once(*acts: Callable[[], None]) -> None:
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        start.wait()
        try:
            act()
        except LinkGoneError:
            return

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_both_addresses_hear_of_a_change(world: World) -> None:
    amina = world.citizen()
    world.confirm(amina)

    secret = world.ask(amina, OTHER)
    world.services.letters.contacts.confirm(secret)

    letters = [world.post.take(), world.post.take()]
    assert {(letter.recipient, letter.subject) for letter in letters} == {
        (OTHER, "This is your contact address now"),
        (ADDRESS, "Your contact address was changed"),
    }
    assert all(OTHER not in letter.text for letter in letters)


def test_an_address_that_is_removed_hears_of_it(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    world.confirm(amina)

    contacts.remove(amina, browser="Firefox on Linux")

    letter = world.post.take_about("Your contact address was removed")
    assert letter.recipient == ADDRESS
    assert "Firefox on Linux" in letter.text
    assert contacts.is_missing(amina)


def test_a_former_address_is_forgotten_after_a_month(world: World) -> None:
    amina, contacts = world.citizen(), world.services.letters.contacts
    world.confirm(amina)
    contacts.remove(amina, browser="")
    world.post.take()

    world.services.letters.purge(world.clock.now(), 100)
    assert _rows(world, "contact") == 1
    world.clock.advance(days=30)
    assert world.services.letters.purge(world.clock.now(), 100) >= 1
    assert _rows(world, "contact") == 0
    assert _rows(world, "letter_link") == 0


def test_the_same_address_again_is_no_change(world: World) -> None:
    amina = world.citizen()
    world.confirm(amina)

    with pytest.raises(SameAddressError):
        world.services.letters.contacts.ask(amina, f" {ADDRESS} ", browser="")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("amina", "form"),
        ("a@b", "form"),
        ("a@b.example\r\nBcc: x@y.example", "form"),
        ("a" * 300 + "@b.example", "too_long"),
        ("\x00@b.example", "form"),
    ],
)
def test_what_is_no_address_is_refused(world: World, typed: str, code: str) -> None:
    amina = world.citizen()

    with pytest.raises(InvalidAddressError) as refused:
        world.services.letters.contacts.ask(amina, typed, browser="")

    assert refused.value.code == code
    assert world.services.letters.contacts.of(amina).asked is None


def test_an_address_moved_to_another_account_does_not_open(world: World) -> None:
    amina, basil = world.citizen(), world.citizen("basil")
    world.confirm(amina)

    with world.services.db.transaction() as connection:
        connection.execute(text("UPDATE contact SET account_id = :basil"), {"basil": basil})

    assert world.services.letters.contacts.address(basil) == ""


def test_no_address_lies_in_the_database(world: World, url: str) -> None:
    amina = world.citizen()
    world.confirm(amina)
    world.confirm(amina, OTHER)
    world.services.letters.contacts.ask(amina, "third@letters.example", browser="")
    world.services.notices.close()

    known = {"first": ADDRESS, "second": OTHER, "third": "third@letters.example", "domain": "letters.example"}
    assert leaks(known, url) == []


def test_every_address_takes_as_much_room_as_any_other(world: World) -> None:
    amina, basil = world.citizen(), world.citizen("basil")
    world.confirm(amina)
    world.confirm(basil, "b@letters.example")

    with world.services.db.reading() as connection:
        sealed = connection.execute(text("SELECT sealed FROM contact")).scalars().all()
    assert len({len(box) for box in sealed}) == 1


def test_closing_the_account_deletes_its_addresses_and_links(world: World) -> None:
    amina = world.citizen()
    world.confirm(amina)
    world.ask(amina, OTHER)

    world.services.logout.close_account("amina")

    assert (_rows(world, "contact"), _rows(world, "letter_link")) == (0, 0)


def _rows(world: World, table: str) -> int:
    with world.services.db.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
