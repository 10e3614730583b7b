"""Keys seen, and changed, by several processes at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from idp.crypto import jose
from idp.keys import policy
from idp.keys.errors import KeysLockedError, RotationRacedError
from idp.keys.values import TOKEN_ALGORITHM, State
from tests.doubles import FrozenClock
from tests.keys.processes import Process, states


def test_another_process_opens_what_is_sealed_under_a_key_it_has_not_heard_of_yet(
    start: Callable[..., Process], process: Process
) -> None:
    slow = start(cache_seconds=60)
    with slow.app.app_context():
        ring = slow.keys.token_ring()
    process.keys.rotate(TOKEN_ALGORITHM)

    assert ring.unseal(process.keys.token_ring().seal(b"access", b"c"), b"c") == b"access"


def test_another_process_notices_a_rotation_in_time_without_a_restart(
    start: Callable[..., Process], process: Process, clock: FrozenClock
) -> None:
    other = start(cache_seconds=1)
    with other.app.app_context():
        before = other.keys.signing("ES256").kid
        with process.app.app_context():
            (rotation,) = process.keys.rotate("ES256")
        assert other.keys.signing("ES256").kid == before

        clock.advance(seconds=1)

        assert other.keys.signing("ES256").kid == rotation.activated


def test_keys_do_not_open_with_another_secret(start: Callable[..., Process], process: Process) -> None:
    stranger = start(secret=b"another secret of thirty-two bytes")

    with stranger.app.app_context():
        with pytest.raises(KeysLockedError):
            stranger.keys.signing("ES256")
        with pytest.raises(KeysLockedError):
            stranger.keys.ensure()


def test_however_often_one_process_rotates_another_publishes_what_it_signs_with(
    start: Callable[..., Process], process: Process, clock: FrozenClock
) -> None:
    one, other = start(cache_seconds=1), start(cache_seconds=1)
    for step in range(40):
        clock.advance(seconds=0.25)
        if step % 2:
            for algorithm in ("ES256", "EdDSA", TOKEN_ALGORITHM):
                process.keys.rotate(algorithm)
        if step % 3 == 0:
            with other.app.app_context():
                published = jose.VerifyingKeys.of(other.keys.published()["keys"])
                ring = other.keys.token_ring()
        with one.app.app_context():
            for algorithm in ("ES256", "EdDSA"):
                token = one.keys.signing(algorithm).sign({"sub": "amina"})
                assert jose.verify(token, keys=published, algorithms={algorithm}).claims == {"sub": "amina"}
            assert ring.unseal(one.keys.token_ring().seal(b"access", b"c"), b"c") == b"access"


def test_processes_that_notice_a_due_key_at_once_replace_it_once(
    start: Callable[..., Process], process: Process, clock: FrozenClock
) -> None:
    processes = [start() for _ in range(4)]
    clock.advance(days=30)

    at_once(processes, lambda one: one.keys.rotate_due())

    assert states(process, TOKEN_ALGORITHM) == [State.ACTIVE, State.NEXT, State.RETIRED]


def test_a_key_that_another_process_has_just_replaced_is_not_replaced_again(
    start: Callable[..., Process], process: Process, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = start()
    clock.advance(days=30)
    due = policy.due

    def meanwhile(*args: Any, **named: Any) -> tuple[str, ...]:
        found = due(*args, **named)
        monkeypatch.setattr(policy, "due", due)
        with other.app.app_context():
            other.keys.rotate_due()
        return found

    monkeypatch.setattr(policy, "due", meanwhile)

    assert process.keys.rotate_due() == ()
    assert states(process, TOKEN_ALGORITHM) == [State.ACTIVE, State.NEXT, State.RETIRED]


def at_once(processes: list[Process], act: Callable[[Process], object]) -> list[BaseException | None]:
    gate = threading.Barrier(len(processes))

    def run(process: Process) -> BaseException | None:
        with process.app.app_context():
            gate.wait()
            try:
                act(process)
            except RotationRacedError as raced:
                return raced
            return None

    with ThreadPoolExecutor(len(processes)) as threads:
        return list(threads.map(run, processes))


def test_processes_that_start_at_once_make_one_set_of_keys(start: Callable[..., Process]) -> None:
    processes = [start() for _ in range(4)]

    at_once(processes, lambda process: process.keys.ensure())

    with processes[0].app.app_context():
        for algorithm in (*jose.ALGORITHMS, TOKEN_ALGORITHM):
            assert states(processes[0], algorithm) == [State.ACTIVE, State.NEXT]


def test_processes_that_rotate_at_once_leave_one_key_in_use(start: Callable[..., Process], process: Process) -> None:
    processes = [start() for _ in range(4)]

    outcomes = at_once(processes, lambda one: one.keys.rotate("ES256"))

    assert None in outcomes
    retired = sum(outcome is None for outcome in outcomes)
    assert states(process, "ES256") == [State.ACTIVE, State.NEXT] + [State.RETIRED] * retired
