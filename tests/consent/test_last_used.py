"""The buffer of last uses."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from idp.consent.last_used import LastUsed

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Sink:
    def __init__(self) -> None:
        self.written: list[dict[str, datetime]] = []
        self.broken = False

    def __call__(self, moments: Mapping[str, datetime]) -> None:
        if self.broken:
            raise OSError
        self.written.append(dict(moments))


def test_uses_are_written_together_and_once() -> None:
    sink = Sink()
    buffer = LastUsed(sink, interval_seconds=3600)
    buffer.note("a", NOON)
    buffer.note("a", NOON - timedelta(seconds=5))
    buffer.note("b", NOON)

    buffer.flush()
    buffer.flush()

    assert sink.written == [{"a": NOON, "b": NOON}]


def test_what_could_not_be_written_is_kept_with_what_came_since() -> None:
    sink = Sink()
    buffer = LastUsed(sink, interval_seconds=3600)
    sink.broken = True
    buffer.note("a", NOON)
    buffer.flush()
    sink.broken = False
    buffer.note("a", NOON + timedelta(seconds=1))
    buffer.note("b", NOON)

    buffer.flush()

    assert sink.written == [{"a": NOON + timedelta(seconds=1), "b": NOON}]


def test_closing_writes_what_is_left() -> None:
    sink = Sink()
    buffer = LastUsed(sink, interval_seconds=3600)
    buffer.note("a", NOON)

    buffer.close()

    assert sink.written == [{"a": NOON}]


def test_a_thread_writes_by_itself() -> None:
    done = threading.Event()
    buffer = LastUsed(lambda _moments: done.set(), interval_seconds=0.01)
    buffer.note("a", NOON)

    assert done.wait(5)
    buffer.close()


def test_many_threads_lose_no_use() -> None:
    sink = Sink()
    buffer = LastUsed(sink, interval_seconds=0.001)

    def use(number: int) -> None:
        for step in range(200):
            buffer.note(f"{number}-{step}", NOON)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    buffer.close()

    assert len({name for moments in sink.written for name in moments}) == 1600
