import threading
import time
from collections.abc import Iterator

import pytest

from idp.authentication import stretching
from idp.authentication.errors import SlowDownError
from idp.authentication.policy import normalise
from idp.authentication.stretching import Stretcher
from idp.authentication.values import Cost
from idp.settings import PasswordSettings

SALT = b"s" * 16


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Make every run last until the event is set, and count those that run at a time."""
    gate = threading.Event()

    def slow(*_: object, **__: object) -> bytes:
        gate.wait(timeout=10)
        return b"x" * 64

    monkeypatch.setattr(stretching, "hash_secret_raw", slow)
    yield gate
    gate.set()


def test_one_run_gives_two_independent_secrets() -> None:
    stretcher = Stretcher(settings=PasswordSettings(memory_kib=8192, iterations=1))

    first = stretcher.stretch(password="lanterns", salt=SALT)
    again = stretcher.stretch(password="lanterns", salt=SALT)
    other = stretcher.stretch(password="lantern", salt=SALT)

    assert first == again
    assert len({first.verifier, first.slot_secret, other.verifier, other.slot_secret}) == 4
    assert "Stretched()" in repr(first)


def test_one_password_typed_in_two_ways_is_one_password() -> None:
    """NIST SP 800-63B §3.1.1.2: normalised before it is hashed."""
    stretcher = Stretcher(settings=PasswordSettings(memory_kib=8192, iterations=1))

    composed = stretcher.stretch(password="Zo\u00eb \ufb01nds", salt=SALT)
    decomposed = stretcher.stretch(password="Zoe\u0308 finds", salt=SALT)

    assert composed == decomposed


def test_a_password_too_long_to_be_one_costs_no_more_than_another() -> None:
    """Putting 30,000 combining marks in order takes most of a second, while nobody else is answered."""
    began = time.perf_counter()

    normalise("a" + "\u0301\u0316" * 16_000)

    assert time.perf_counter() - began < 0.2


def test_cost_and_salt_change_what_comes_out() -> None:
    stretcher = Stretcher(settings=PasswordSettings(memory_kib=8192, iterations=1))

    here = stretcher.stretch(password="lanterns", salt=SALT)
    dearer = stretcher.stretch(password="lanterns", salt=SALT, cost=Cost(8192, 2, 1))
    salted = stretcher.stretch(password="lanterns", salt=b"t" * 16)

    assert len({here.verifier, dearer.verifier, salted.verifier}) == 3


def test_a_run_that_waits_too_long_is_told_to_come_back(busy: threading.Event) -> None:
    stretcher = Stretcher(settings=PasswordSettings(concurrent=1), longest_wait_seconds=0.05)
    running = threading.Thread(target=stretcher.stretch, kwargs={"password": "a", "salt": SALT})
    running.start()
    time.sleep(0.05)

    with pytest.raises(SlowDownError) as refused:
        stretcher.stretch(password="b", salt=SALT)

    assert refused.value.retry_after_seconds >= 1
    busy.set()
    running.join()
    assert stretcher.stretch(password="b", salt=SALT).verifier


def test_a_flood_is_turned_away_at_once_instead_of_piling_up(busy: threading.Event) -> None:
    stretcher = Stretcher(settings=PasswordSettings(concurrent=2), longest_wait_seconds=5)
    outcomes: list[str] = []

    def try_once() -> None:
        try:
            stretcher.stretch(password="a", salt=SALT)
            outcomes.append("ran")
        except SlowDownError:
            outcomes.append("turned away")

    threads = [threading.Thread(target=try_once) for _ in range(40)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 4
    while len(outcomes) < 22 and time.monotonic() < deadline:
        time.sleep(0.01)

    assert outcomes == ["turned away"] * 22
    busy.set()
    for thread in threads:
        thread.join()
    assert outcomes.count("ran") == 18
