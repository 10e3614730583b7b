"""Recovery by mail: waits, is told of, is cancelled from anywhere, and opens the account alone."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from idp.authentication.errors import PasswordRefusedError, SignInRefusedError
from idp.recovery.errors import RecoveryOverError
from tests.letters.conftest import ADDRESS, OTHER, PASSWORD, World
from tests.recovery.conftest import HERE, NEW_PASSWORD, Amina


def test_after_the_waiting_time_a_letter_sets_a_password(amina: Amina, world: World) -> None:
    signed = amina.recover()

    session = amina.alive(signed.session_secret)
    assert session.vault_key is None
    assert amina.sign_in(NEW_PASSWORD).vault_key is None
    with pytest.raises(SignInRefusedError):
        amina.sign_in(PASSWORD)
    assert world.post.take_about("A new password was set by mail").recipient == ADDRESS
    assert "recovered_by_mail" in [row.kind.value for row in world.services.activity.page(amina.id).rows]


def test_letters_go_out_at_the_start_half_way_and_at_the_end_and_each_cancels(amina: Amina, world: World) -> None:
    first = amina.begin()
    world.clock.advance(hours=35)
    assert world.services.recovery.remind(100) == 0
    world.clock.advance(hours=1)
    assert world.services.recovery.remind(100) == 1
    assert world.services.recovery.remind(100) == 0
    second = amina.secret("Half of the waiting time is over", "/recover/cancel/")
    world.clock.advance(hours=36)
    assert world.services.recovery.remind(100) == 1
    third = amina.secret("Set a new password", "/recover/cancel/")

    assert all(world.services.recovery.can_cancel(secret) for secret in (first, second, third))
    world.services.recovery.cancel_by_letter(second)
    assert not any(world.services.recovery.can_cancel(secret) for secret in (first, second, third))


def test_a_worker_that_slept_writes_one_letter_for_both(amina: Amina, world: World) -> None:
    amina.begin()

    assert amina.wait(100)
    world.services.notices.close(wait_seconds=20)
    assert world.post.empty


def test_nothing_is_set_before_its_time_or_after_it(amina: Amina, world: World) -> None:
    amina.begin()
    links = world.services.letters.links
    now = world.clock.now()
    with world.services.db.reading() as connection:
        recovery_id = connection.execute(text("SELECT id FROM recovery")).scalar_one()
    from idp.letters.values import Purpose

    early = links.make(Purpose.RECOVERY_PASSWORD, account_id=amina.id, subject=recovery_id, written_at=now)
    world.clock.advance(hours=71)
    with pytest.raises(RecoveryOverError):
        world.services.recovery.set_password(early, new=NEW_PASSWORD, origin=HERE)
    secret = amina.wait(1)
    assert world.services.recovery.can_set_password(secret)
    world.clock.advance(days=7)
    assert not world.services.recovery.can_set_password(secret)
    with pytest.raises(RecoveryOverError):
        world.services.recovery.set_password(secret, new=NEW_PASSWORD, origin=HERE)


def test_a_password_is_set_once(amina: Amina, world: World) -> None:
    amina.begin()
    secret = amina.wait()
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def follow() -> None:
        start.wait()
        try:
            world.services.recovery.set_password(secret, new=NEW_PASSWORD, origin=HERE)
            outcomes.append("set")
        except RecoveryOverError:
            outcomes.append("over")

    threads = [threading.Thread(target=follow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["over", "set"]


def test_an_easy_password_uses_nothing_up(amina: Amina, world: World) -> None:
    amina.begin()
    secret = amina.wait()

    with pytest.raises(PasswordRefusedError):
        world.services.recovery.set_password(secret, new="password12", origin=HERE)

    assert world.services.recovery.can_set_password(secret)


def test_one_recovery_runs_for_an_account(amina: Amina, world: World) -> None:
    first, second = amina.ask(), ""
    world.clock.advance(hours=2)
    second = amina.ask()
    begun = world.services.recovery.begin(first)
    world.clock.advance(hours=5)

    assert world.services.recovery.begin(second).id == begun.id
    with pytest.raises(RecoveryOverError):
        world.services.recovery.begin(second)


def test_two_who_begin_at_once_begin_one(amina: Amina, world: World) -> None:
    first = amina.ask()
    world.clock.advance(hours=2)
    second = amina.ask()
    start = threading.Barrier(2)
    begun: list[str] = []

    def follow(secret: str) -> None:
        start.wait()
        begun.append(world.services.recovery.begin(secret).id)

    threads = [threading.Thread(target=follow, args=(secret,)) for secret in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(begun) == 2
    assert len(set(begun)) == 1


def test_a_session_shows_that_it_runs_and_cancels_it(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    amina.begin()

    seen = amina.alive(session.secret)
    assert seen.recovery_ready_at == world.clock.now() + timedelta(hours=72)
    world.services.recovery.cancel_by(seen)
    assert amina.alive(session.secret).recovery_ready_at is None
    assert world.post.take_about("Getting back in by mail was cancelled").recipient == ADDRESS
    with pytest.raises(RecoveryOverError):
        world.services.recovery.cancel_by(seen)


def test_each_one_that_was_cancelled_makes_the_next_wait_twice_as_long(amina: Amina, world: World) -> None:
    waits = []
    for _ in range(3):
        secret = amina.ask()
        waits.append(world.services.recovery.waiting(secret))
        world.services.recovery.begin(secret)
        world.services.recovery.cancel(amina.id)
        world.clock.advance(hours=2)

    assert waits == [timedelta(hours=72), timedelta(hours=144), timedelta(hours=288)]
    world.clock.advance(days=31)
    assert world.services.recovery.waiting(amina.ask()) == timedelta(hours=72)


def test_locking_the_account_cancels_what_runs(amina: Amina, world: World) -> None:
    cancel = amina.begin()
    session = amina.sign_in()

    world.services.repair.locking.by_row(session, world.services.activity.page(amina.id).rows[0].sequence)

    assert not world.services.recovery.can_cancel(cancel)


def test_a_stranger_in_a_locked_account_cannot_cancel_its_owners_recovery(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    world.services.repair.locking.by_row(session, world.services.activity.page(amina.id).rows[0].sequence)
    cancel = amina.begin()
    stranger = amina.sign_in()

    with pytest.raises(RecoveryOverError):
        world.services.recovery.cancel_by(stranger)
    assert world.services.recovery.can_cancel(cancel)


def test_recovering_a_locked_account_by_the_mail_from_before_is_a_proof(amina: Amina, world: World) -> None:
    session = amina.sign_in()
    world.services.repair.locking.by_row(session, world.services.activity.page(amina.id).rows[0].sequence)
    signed = amina.recover()
    world.services.repair.recovered_by_mail(amina.id, signed.sid)

    assert world.services.repair.proof(amina.alive(signed.session_secret), browser=None).given


def test_letters_about_a_locked_account_go_to_the_address_from_before(amina: Amina, world: World) -> None:
    world.services.letters.contacts.confirm(world.ask(amina.id, OTHER))
    changed = world.post.take_about("Your contact address was changed")
    world.services.repair.locking.by_letter(changed.link("/not-me/").rpartition("/")[2])

    world.services.recovery.ask("amina")

    assert world.post.take_about("Get back into your account").recipient == ADDRESS


def test_a_name_gets_one_letter_an_hour_and_its_link_works_on(amina: Amina, world: World) -> None:
    secret = amina.ask()
    for _ in range(5):
        world.services.recovery.ask("Amina")
    world.services.notices.close(wait_seconds=20)

    assert world.post.empty
    assert world.services.recovery.waiting(secret) == timedelta(hours=72)


def test_asking_costs_the_same_work_whether_or_not_somebody_has_the_name(amina: Amina, world: World) -> None:
    world.services.notices.close()

    assert _statements(world, "amina") == _statements(world, "nobody at all")


def test_nobody_is_written_to_who_has_no_account_or_no_address(world: World) -> None:
    world.citizen("basil")
    for name in ("basil", "nobody", "x" * 10_000, "\ud800", ""):
        world.services.recovery.ask(name)
    world.services.notices.close(wait_seconds=20)

    assert world.post.empty


def test_a_suspended_account_gets_no_letter(amina: Amina, world: World) -> None:
    world.services.logout.suspend_account("amina")
    world.services.recovery.ask("amina")
    world.services.notices.close(wait_seconds=20)

    assert world.post.empty


def test_what_is_over_is_forgotten(amina: Amina, world: World) -> None:
    amina.recover()
    world.clock.advance(days=31)

    while world.services.recovery.purge(10):
        pass

    for table in ("recovery", "recovery_request"):
        with world.services.db.reading() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def _statements(world: World, name: str) -> list[str]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(world.services.db.engine, "before_cursor_execute", note)
    try:
        world.services.recovery.ask(name)
    finally:
        event.remove(world.services.db.engine, "before_cursor_execute", note)
    return found
