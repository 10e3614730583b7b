"""The outbox: written with what it tells of, told until somebody takes it."""

import threading
from datetime import timedelta

import pytest

from idp.notices.errors import UnknownNoticeError
from idp.notices.policy import pause
from idp.notices.values import Failure, Kind, NewNotice, State
from tests.notices.conftest import Outbox, open_outbox
from tests.storage.databases import open_database


def test_a_notice_is_told_once(outbox: Outbox) -> None:
    outbox.add("council")

    assert outbox.notices.tell_due()
    assert not outbox.notices.tell_due()
    assert [notice.client_id for notice in outbox.told] == ["council"]
    (kept,) = outbox.notices.list()
    assert (kept.state, kept.attempts, kept.ended_at, kept.last_error) == (State.TOLD, 1, outbox.clock.now(), None)


def test_a_notice_is_told_at_once_by_the_process_that_wrote_it(outbox: Outbox) -> None:
    with outbox.db.transaction():
        outbox.notices.add([NewNotice(Kind.BACKCHANNEL_LOGOUT, "council", {})])
        assert outbox.told == []
    outbox.notices.close(wait_seconds=10)

    assert [notice.client_id for notice in outbox.told] == ["council"]


def test_what_is_rolled_back_is_never_told(outbox: Outbox) -> None:
    def fail_half_way() -> None:
        with outbox.db.transaction():
            outbox.notices.add([NewNotice(Kind.BACKCHANNEL_LOGOUT, "council", {})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    outbox.notices.close(wait_seconds=10)

    assert outbox.told == []
    assert outbox.notices.list() == ()


def test_a_failed_try_is_repeated_after_pauses_that_grow(outbox: Outbox) -> None:
    outbox.answers = [Failure.NO_ANSWER, Failure.BAD_STATUS]
    outbox.add("council")

    assert outbox.notices.tell_due()
    assert outbox.notices.list()[0].last_error == "no_answer"
    outbox.clock.advance(seconds=29)
    assert not outbox.notices.tell_due()
    outbox.clock.advance(seconds=1)
    assert outbox.notices.tell_due()
    outbox.clock.advance(seconds=59)
    assert not outbox.notices.tell_due()
    outbox.clock.advance(seconds=1)
    assert outbox.notices.tell_due()
    assert outbox.notices.list()[0].state is State.TOLD


def test_after_the_last_try_a_notice_is_given_up_and_the_operator_may_have_it_tried_again(outbox: Outbox) -> None:
    outbox.answers = [Failure.NO_ANSWER] * 3
    outbox.add("council")
    for _ in range(4):
        outbox.notices.tell_due()
        outbox.clock.advance(seconds=60)

    (given_up,) = outbox.notices.list(state=State.GIVEN_UP)
    assert (given_up.attempts, given_up.last_error) == (3, "no_answer")
    outbox.notices.retry(given_up.id)
    assert outbox.notices.tell_due()
    assert outbox.notices.list()[0].state is State.TOLD


def test_what_can_never_work_is_not_tried_again(outbox: Outbox) -> None:
    outbox.answers = [Failure.SERVICE_GONE]
    outbox.add("council")
    outbox.notices.tell_due()

    assert outbox.notices.list()[0].state is State.GIVEN_UP


def test_a_fault_of_ours_counts_as_a_try(outbox: Outbox) -> None:
    def broken(_notice: object) -> None:
        raise ZeroDivisionError

    outbox.notices.told_by(Kind.BACKCHANNEL_LOGOUT, broken)
    outbox.add("council")

    assert outbox.notices.tell_due()
    assert outbox.notices.list()[0].last_error == "fault"


def test_what_was_told_is_not_told_again_by_an_operator(outbox: Outbox) -> None:
    outbox.add("council")
    outbox.notices.tell_due()

    with pytest.raises(UnknownNoticeError):
        outbox.notices.retry(outbox.notices.list()[0].id)
    assert outbox.notices.retry_all() == 0


def test_whoever_claims_a_notice_has_it_alone_until_the_lease_ends(outbox: Outbox) -> None:
    outbox.add("council")
    now = outbox.clock.now()

    assert outbox.store.claim(now=now, until=now + timedelta(minutes=2)) is not None
    assert outbox.store.claim(now=now, until=now + timedelta(minutes=2)) is None
    later = now + timedelta(minutes=2)
    again = outbox.store.claim(now=later, until=later + timedelta(minutes=2))
    assert again is not None, "a process that died over it does not keep it"
    assert again.attempts == 2


def test_two_processes_never_tell_the_same_notice(outbox: Outbox, url: str) -> None:
    outbox.add(*(f"service-{number}" for number in range(40)))
    told: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        app, db = open_database(url)
        with app.app_context():
            other = open_outbox(db)
            start.wait()
            while other.notices.tell_due():
                pass
            told.extend(str(notice.client_id) for notice in other.told)
            db.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == sorted(f"service-{number}" for number in range(40))


def test_what_was_told_is_deleted_after_its_time(outbox: Outbox) -> None:
    outbox.add("council")
    outbox.notices.tell_due()
    outbox.add("shop")

    outbox.clock.advance(days=30)
    assert outbox.notices.purge(outbox.clock.now(), 10) == 0
    outbox.clock.advance(seconds=1)
    assert outbox.notices.purge(outbox.clock.now(), 10) == 1
    assert [notice.client_id for notice in outbox.notices.list()] == ["shop"], "what waits is kept"


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (9, 3600), (50, 3600)])
def test_pauses_double_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert pause(attempts, first=timedelta(seconds=30), longest=timedelta(hours=1)) == timedelta(seconds=seconds)
