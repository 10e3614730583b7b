"""“This was not me”: everything is shut at once, and only once for each letter."""

from __future__ import annotations

import threading

import pytest

from idp.letters.errors import LinkGoneError
from idp.letters.values import ABOUT_SECURITY, LINKS, Letter, Purpose
from idp.repair.errors import NoSuchRowError
from idp.vault.values import SlotKind, SlotSecret
from tests.letters.conftest import ADDRESS, World
from tests.repair.conftest import OWNER, STRANGER, Amina


def test_a_sign_in_in_a_new_browser_is_told_and_one_in_a_known_browser_is_not(amina: Amina, world: World) -> None:
    authentication = world.services.authentication
    signed = authentication.sign_in(login="amina", password="plum orbit canvas ladder", origin=STRANGER)

    letter = world.post.take_to(ADDRESS)
    assert letter.subject == "A sign-in on a new device"
    assert "Chrome on Windows" in letter.text
    known = type(STRANGER)(address=STRANGER.address, browser_token=signed.browser_token, user_agent=STRANGER.user_agent)
    authentication.sign_in(login="amina", password="plum orbit canvas ladder", origin=known)
    world.services.notices.close(wait_seconds=20)
    assert world.post.empty


def test_every_letter_about_security_carries_the_link() -> None:
    assert all(LINKS[letter] == (Purpose.NOT_ME,) for letter in ABOUT_SECURITY)
    assert {Letter.NEW_DEVICE, Letter.WAY_ADDED, Letter.PASSWORD_CHANGED, Letter.CONTACT_CHANGED} <= ABOUT_SECURITY


def test_locking_ends_every_session_and_forgets_browsers_and_trusted_devices(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    world.post.take_to(ADDRESS)
    key = session.vault_key
    assert key is not None
    world.services.vault.add_slot(amina.id, key, SlotSecret(kind=SlotKind.DEVICE, secret=b"d" * 32, confirmed=True))

    amina.lock()

    assert amina.session(session) is None
    assert world.services.authentication.known_browsers(amina.id) == 0
    assert {slot.kind for slot in world.services.vault.slots(amina.id)} == {"password", "recovery"}
    assert world.services.activity.page(amina.id).rows[0].kind.value == "locked"


def test_looking_at_the_link_locks_nothing(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    world.post.take_to(ADDRESS)
    secret = amina.not_me()

    assert world.services.repair.locking.can_lock(secret)
    assert amina.session(session) is not None


def test_a_link_locks_once(amina: Amina, world: World) -> None:
    secret = amina.not_me()
    world.services.repair.locking.by_letter(secret)

    assert not world.services.repair.locking.can_lock(secret)
    with pytest.raises(LinkGoneError):
        world.services.repair.locking.by_letter(secret)


def test_two_who_follow_it_at_once_lock_once(amina: Amina, world: World) -> None:
    secret = amina.not_me()
    outcomes: list[str] = []
    start = threading.Barrier(3)

    def follow() -> None:
        start.wait()
        try:
            world.services.repair.locking.by_letter(secret)
            outcomes.append("locked")
        except LinkGoneError:
            outcomes.append("gone")

    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["gone", "gone", "locked"]


def test_a_link_works_for_thirty_days(amina: Amina, world: World) -> None:
    secret = amina.not_me()
    world.clock.advance(days=30)

    assert not world.services.repair.locking.can_lock(secret)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.NOT_ME])
def test_a_link_for_something_else_locks_nothing(amina: Amina, world: World, purpose: Purpose) -> None:
    now = world.clock.now()
    secret = world.services.letters.links.make(purpose, account_id=amina.id, subject="", written_at=now)

    assert not world.services.repair.locking.can_lock(secret)


def test_a_citizen_locks_from_their_record(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    row = world.services.activity.page(amina.id).rows[0]

    assert world.services.repair.locking.row(session, row.sequence) == row
    world.services.repair.locking.by_row(session, row.sequence)

    assert amina.session(session) is None


@pytest.mark.parametrize("sequence", [0, 999, 10**14])
def test_a_row_that_is_not_there_locks_nothing(amina: Amina, world: World, sequence: int) -> None:
    session = amina.sign_in()

    with pytest.raises(NoSuchRowError):
        world.services.repair.locking.by_row(session, sequence)
    assert amina.session(session) is not None


def test_the_owner_of_the_old_address_locks_after_a_change(amina: Amina, world: World) -> None:
    world.services.letters.contacts.confirm(world.ask(amina.id, "stranger@letters.example"))
    letter = world.post.take_about("Your contact address was changed")

    world.services.repair.locking.by_letter(letter.link("/not-me/").rpartition("/")[2])

    # What follows goes to the address from before, and not to whoever put theirs in its place.
    assert world.post.take_about("Your account is locked").recipient == ADDRESS


def test_an_account_that_somebody_else_had_closed_is_kept(amina: Amina, world: World) -> None:
    world.services.portability.closing.begin(amina.sign_in(STRANGER))
    letter = world.post.take_about("Your account will be closed")

    world.services.repair.locking.by_letter(letter.link("/not-me/").rpartition("/")[2])

    assert amina.sign_in().closes_at is None
    kinds = [row.kind.value for row in world.services.activity.page(amina.id).rows]
    assert kinds.index("locked") < kinds.index("closing_ended")


def test_sign_ins_are_told_in_the_words_of_the_browser(amina: Amina, world: World) -> None:
    amina.sign_in(OWNER)

    assert "Firefox on Linux" in world.post.take_to(ADDRESS).text


def test_a_link_that_went_to_a_planted_address_does_not_undo_the_owners_lock(amina: Amina, world: World) -> None:
    world.services.letters.contacts.confirm(world.ask(amina.id, "stranger@letters.example"))
    told = world.post.take_about("Your contact address was changed").link("/not-me/").rpartition("/")[2]
    world.clock.advance(hours=1)
    planted = amina.not_me()
    browser = world.services.repair.locking.by_letter(told)

    with pytest.raises(LinkGoneError):
        world.services.repair.locking.by_letter(planted)

    assert amina.given(amina.sign_in(), browser)


def test_a_letter_that_went_to_a_planted_address_proves_nothing_once_the_owner_reports(
    amina: Amina, world: World
) -> None:
    world.services.letters.contacts.confirm(world.ask(amina.id, "stranger@letters.example"))
    told = world.post.take_about("Your contact address was changed").link("/not-me/").rpartition("/")[2]
    world.clock.advance(hours=1)
    world.services.repair.locking.by_letter(amina.not_me())
    kept = world.post.take_about("Your account is locked")
    assert kept.recipient == "stranger@letters.example"

    browser = world.services.repair.locking.by_letter(told)

    with pytest.raises(LinkGoneError):
        world.services.repair.open_letter(kept.link("/repair/").rpartition("/")[2])
    assert amina.given(amina.sign_in(), browser)
