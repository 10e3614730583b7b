"""Putting an account right: the password alone gets nobody through, the owner gets through step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.accounts.errors import LoginTakenError
from idp.authentication.errors import PasswordRefusedError, SignInRefusedError
from idp.authentication.values import Session
from idp.letters.errors import LinkGoneError
from idp.letters.values import Letter
from idp.repair.errors import NotFinishedError, NotLockedError, NotProvedError
from idp.repair.values import Kept, Step, WayKind
from tests.letters.conftest import ADDRESS, OTHER, PASSWORD, World
from tests.repair.conftest import NEW_PASSWORD, OWNER, STRANGER, Amina


def test_whoever_has_the_password_alone_gets_nothing_done(amina: Amina, world: World) -> None:
    amina.lock()
    stranger, repair = amina.sign_in(STRANGER), world.services.repair

    assert not amina.given(stranger)
    assert not amina.given(stranger, browser="a guess")
    with pytest.raises(NotProvedError):
        repair.replace_password(stranger, new=NEW_PASSWORD, browser=None)
    with pytest.raises(NotProvedError):
        repair.renew_code(stranger, browser=None)
    with pytest.raises(NotProvedError):
        repair.see(stranger, Step.WAYS, browser=None)
    with pytest.raises(NotProvedError):
        repair.restore_address(stranger, browser=None)
    with pytest.raises(NotProvedError):
        repair.remove_way(stranger, kind=WayKind.APP, way_id="", browser=None)
    with pytest.raises(NotProvedError):
        repair.finish(stranger, browser=None)
    world.clock.advance(days=29)
    assert not amina.given(amina.sign_in(STRANGER))


def test_the_browser_that_opened_the_letter_goes_through_with_the_password(amina: Amina, world: World) -> None:
    browser = amina.lock()
    session, repair = amina.sign_in(), world.services.repair

    assert amina.given(session, browser)
    assert repair.progress(session).left == (Step.WAYS, Step.PASSWORD, Step.CODE, Step.CONTACT)
    repair.see(session, Step.WAYS, browser=browser)
    repair.replace_password(session, new=NEW_PASSWORD, browser=browser)
    code = repair.renew_code(session, browser=browser)
    assert Step.CODE in repair.progress(session).left
    world.services.authentication.confirm_recovery_code(amina.id, code)
    with pytest.raises(NotFinishedError):
        repair.finish(session, browser=browser)
    repair.see(session, Step.CONTACT, browser=browser)
    repair.finish(session, browser=browser)

    after = amina.session(session)
    assert after is not None
    assert after.repair_since is None
    with pytest.raises(SignInRefusedError):
        amina.sign_in(password=PASSWORD)
    assert amina.sign_in(password=NEW_PASSWORD).repair_since is None
    assert "repaired" in [row.kind.value for row in world.services.activity.page(amina.id).rows]


def test_the_end_signs_everybody_else_out_and_is_told(amina: Amina, world: World) -> None:
    browser = amina.lock()
    session, stranger = amina.sign_in(), amina.sign_in(STRANGER)
    _finish(amina, world, session, browser)

    assert amina.session(stranger) is None
    assert world.post.take_about("Your account is open again").recipient == ADDRESS
    with pytest.raises(NotLockedError):
        world.services.repair.finish(session, browser=browser)


def test_the_recovery_code_from_before_is_a_proof(amina: Amina, world: World) -> None:
    amina.lock()
    session = amina.sign_in()

    world.services.repair.prove_by_code(session, amina.code)

    assert amina.given(session)
    assert not amina.given(amina.sign_in(STRANGER))


def test_getting_in_by_the_recovery_code_is_the_same_proof(amina: Amina, world: World) -> None:
    amina.lock()
    recovered = world.services.authentication.recover(
        login="amina", code=amina.code, new_password=NEW_PASSWORD, origin=STRANGER
    )

    world.services.repair.recovered(amina.id, recovered.sid, made_at=recovered.code_since)

    session = world.services.authentication.session(recovered.session_secret)
    assert session is not None
    assert amina.given(session)


def test_a_recovery_code_made_since_proves_nothing(amina: Amina, world: World) -> None:
    stranger, authentication = amina.sign_in(STRANGER), world.services.authentication
    reported = world.post.take_about("A sign-in on a new device").link("/not-me/").rpartition("/")[2]
    theirs = authentication.renew_recovery_code(stranger)
    authentication.confirm_recovery_code(amina.id, theirs)
    world.services.repair.locking.by_letter(reported)
    session = amina.sign_in(STRANGER)

    with pytest.raises(NotProvedError):
        world.services.repair.prove_by_code(session, theirs)
    assert not amina.given(session)


def test_what_was_reported_proves_nothing(amina: Amina, world: World) -> None:
    world.services.authentication.recover(login="amina", code=amina.code, new_password=NEW_PASSWORD, origin=STRANGER)
    reported = world.post.take_about("Your recovery code was used")
    world.services.repair.locking.by_letter(reported.link("/not-me/").rpartition("/")[2])
    session = amina.sign_in(STRANGER, NEW_PASSWORD)

    assert not world.services.repair.proof(session, browser=None).by_code
    with pytest.raises(NotProvedError):
        world.services.repair.prove_by_code(session, amina.code)


def test_a_new_letter_can_be_asked_for_and_counts_in_the_browser_that_opens_it(amina: Amina, world: World) -> None:
    amina.lock()
    session, repair = amina.sign_in(), world.services.repair
    assert repair.proof(session, browser=None).by_letter

    repair.send_letter(session)
    secret = world.post.take_about("Go on putting your account right").link("/repair/letter/").rpartition("/")[2]

    assert repair.can_open_letter(secret)
    assert not amina.given(session)
    browser = repair.open_letter(secret)
    assert amina.given(session, browser)
    with pytest.raises(LinkGoneError):
        repair.open_letter(secret)


def test_who_changed_the_address_gets_no_letter_and_their_mail_proves_nothing(amina: Amina, world: World) -> None:
    world.services.letters.contacts.confirm(world.ask(amina.id, OTHER))
    secret = world.post.take_about("Your contact address was changed").link("/not-me/").rpartition("/")[2]
    browser = world.services.repair.locking.by_letter(secret)
    stranger, repair = amina.sign_in(STRANGER), world.services.repair

    repair.send_letter(stranger)
    world.services.notices.close(wait_seconds=20)
    letters = [world.post.take() for _ in range(world.post.arrived.qsize())]
    assert "Go on putting your account right" in [one.subject for one in letters if one.recipient == ADDRESS]
    assert not [one for one in letters if one.recipient == OTHER and "locked" in one.text]

    owner = amina.sign_in()
    before = repair.address_before(owner)
    assert before is not None
    assert before.address == ADDRESS
    assert repair.restore_address(owner, browser=browser)
    assert world.services.letters.contacts.address(amina.id) == ADDRESS
    assert repair.address_before(owner) is None


def test_an_old_row_reported_by_a_stranger_does_not_make_the_password_enough(amina: Amina, world: World) -> None:
    stranger = amina.sign_in(STRANGER)
    world.services.repair.locking.by_row(stranger, 1)
    again = amina.sign_in(STRANGER)

    proof = world.services.repair.proof(again, browser=None)
    # The address came after that row, so it has to wait, and then it still takes the mail.
    assert (proof.given, proof.by_letter) == (False, False)
    assert proof.waits_until == world.clock.now() + timedelta(hours=72)
    world.clock.advance(hours=72)
    later = amina.sign_in(STRANGER)
    proof = world.services.repair.proof(later, browser=None)
    assert (proof.given, proof.by_letter) == (False, True)
    assert world.post.take_about("Your account is locked").recipient == ADDRESS


def test_without_any_address_the_password_is_enough_after_the_waiting_time(world: World) -> None:
    authentication = world.services.authentication
    made = authentication.sign_up(login="amina", password=PASSWORD, locale="en", origin=STRANGER)
    authentication.confirm_recovery_code(made.account_id, made.recovery_code)
    amina = Amina(world, made)
    world.clock.advance(days=1)
    session = amina.sign_in()
    world.services.repair.locking.by_row(session, world.services.activity.page(amina.id).rows[0].sequence)

    assert not amina.given(amina.sign_in())
    world.clock.advance(hours=72)
    assert amina.given(amina.sign_in())


class Passkeys:
    """A room that keeps passkeys, as far as putting right needs it."""

    def __init__(self, *held: Kept) -> None:
        self.held = list(held)

    def ways_in(self, _account_id: str) -> list[Kept]:
        return self.held

    def remove_way_in(self, _session: Session, way_id: str) -> None:
        self.held = [way for way in self.held if way.id != way_id]


def test_a_passkey_from_before_proves_the_session_it_was_used_in_and_no_other(amina: Amina, world: World) -> None:
    before = world.clock.now() - timedelta(days=5)
    amina.lock()
    admit = world.services.authentication.admit
    waiting = admit(amina.id, None, amr=("hwk",), method="passkey", origin=STRANGER)
    used = admit(amina.id, None, amr=("hwk",), method="passkey", origin=OWNER)

    world.services.repair.used_key(amina.id, waiting.sid, world.clock.now())
    world.services.repair.used_key(amina.id, used.sid, before)

    sessions = [world.services.authentication.session(each.session_secret) for each in (waiting, used)]
    assert [session is not None and amina.given(session) for session in sessions] == [False, True]
    assert not amina.given(amina.sign_in())


def test_ways_in_of_other_rooms_are_listed_and_removed(amina: Amina, world: World) -> None:
    browser = amina.lock()
    passkeys = Passkeys(Kept(WayKind.PASSKEY, "key", "Telephone", world.clock.now(), None))
    world.services.repair.shelves[:] = [passkeys]
    session = amina.sign_in()

    listed = [way for way in world.services.repair.ways(session) if way.kind is WayKind.PASSKEY]
    assert [(way.label, way.new, way.removable) for way in listed] == [("Telephone", True, True)]
    world.services.repair.remove_way(session, kind="passkey", way_id="other", browser=browser)
    assert passkeys.held
    world.services.repair.remove_way(session, kind="passkey", way_id="key", browser=browser)
    assert passkeys.held == []


def test_a_name_that_a_stranger_changed_is_given_back_and_was_nobodys_meanwhile(amina: Amina, world: World) -> None:
    stranger = amina.sign_in(STRANGER)
    for name in ("stranger-1", "stranger-2"):
        world.services.authentication.change_login(stranger, new=name, password=PASSWORD)
    with pytest.raises(LoginTakenError):
        world.citizen("amina")
    letter = world.post.take_about("Your sign-in name was changed")

    browser = world.services.repair.locking.by_letter(letter.link("/not-me/").rpartition("/")[2])

    session = amina.sign_in()
    assert amina.given(session, browser)
    assert session.vault_key is not None
    assert world.services.vault.read(amina.id, session.vault_key).login == "amina"
    with pytest.raises(SignInRefusedError):
        world.services.authentication.sign_in(login="stranger-2", password=PASSWORD, origin=STRANGER)


def test_a_name_given_up_is_free_after_thirty_days_and_its_owners_until_then(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    world.services.authentication.change_login(session, new="amina-2", password=PASSWORD)
    world.services.authentication.change_login(session, new="amina", password=PASSWORD)
    world.services.authentication.change_login(session, new="amina-3", password=PASSWORD)
    world.clock.advance(days=30)

    assert world.citizen("amina")


def test_the_password_that_may_be_stolen_is_not_taken_again(amina: Amina, world: World) -> None:
    browser = amina.lock()
    session = amina.sign_in()

    with pytest.raises(PasswordRefusedError) as refused:
        world.services.repair.replace_password(session, new=PASSWORD, browser=browser)

    assert refused.value.code == "same"


def test_ways_in_that_came_since_are_marked(amina: Amina, world: World) -> None:
    stranger = amina.sign_in(STRANGER)
    reported = world.post.take_about("A sign-in on a new device").link("/not-me/").rpartition("/")[2]
    world.services.authentication.renew_recovery_code(stranger)
    world.services.repair.locking.by_letter(reported)
    session = amina.sign_in()

    ways = world.services.repair.ways(session)

    assert [(way.kind, way.new) for way in ways] == [
        (WayKind.PASSWORD, False),
        (WayKind.CODE, False),
        (WayKind.CODE, True),
    ]


def test_a_second_report_begins_again_and_reaches_back_to_the_first(amina: Amina, world: World) -> None:
    first = world.clock.now()
    browser = amina.lock()
    session = amina.sign_in()
    world.services.repair.see(session, Step.WAYS, browser=browser)
    world.clock.advance(days=2)

    again = amina.lock()
    session = amina.sign_in()

    assert not amina.given(session, browser)
    assert amina.given(session, again)
    assert Step.WAYS in world.services.repair.progress(session).left
    assert world.services.repair.reported_at(session) < first


def _finish(amina: Amina, world: World, session: object, browser: str) -> None:
    repair = world.services.repair
    session = amina.session(session)  # type: ignore[arg-type] # the caller's session, read anew
    assert session is not None
    repair.replace_password(session, new=NEW_PASSWORD, browser=browser)
    world.services.authentication.confirm_recovery_code(amina.id, repair.renew_code(session, browser=browser))
    for step in (Step.WAYS, Step.CONTACT):
        repair.see(session, step, browser=browser)
    repair.finish(session, browser=browser)


def test_every_way_in_that_was_reported_proves_nothing(amina: Amina, world: World) -> None:
    before = world.clock.now() - timedelta(days=5)
    first = amina.not_me()
    world.services.letters.write(amina.id, Letter.NEW_DEVICE, subject="passkey")
    second = world.post.take_about("A sign-in on a new device").link("/not-me/").rpartition("/")[2]
    world.services.repair.locking.by_letter(first)
    world.services.repair.locking.by_letter(second)
    thief = world.services.authentication.admit(amina.id, None, amr=("hwk",), method="passkey", origin=STRANGER)

    world.services.repair.used_key(amina.id, thief.sid, before)

    session = world.services.authentication.session(thief.session_secret)
    assert session is not None
    assert not amina.given(session)
