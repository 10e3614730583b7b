"""Telling notices at once, beside the requests that wrote them.

A few threads of each process, started when there is something to tell. They are a shortcut and no promise: what they
do not get to, because too much waits or the process ends, the worker tells.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

#: What may wait in one process; more is left to the worker.
_LONGEST: Final = 256
#: A service that does not answer holds up one thread for as long as `outbound.timeout_seconds`.
_THREADS: Final = 4


class Courier:
    """Calls `tell` with the identifiers that it is given, each from a thread of its own making."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._waiting: queue.Queue[str | None] = queue.Queue(_LONGEST)
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopped = False
        self._lock = threading.Lock()

    def send(self, notice_id: str) -> None:
        """Have a notice told soon; never waits and never raises."""
        with self._lock:
            if self._stopped:
                return
            try:
                self._waiting.put_nowait(notice_id)
            except queue.Full:
                return
            if self._waiting.qsize() > self._idle and len(self._threads) < _THREADS:
                # A daemon: a server that is told to stop does not wait for somebody else's slow one.
                thread = threading.Thread(target=self._run, daemon=True, name="courier")
                self._threads.append(thread)
                thread.start()

    def stop(self, *, wait_seconds: float) -> None:
        """Take nothing more, and give what waits this long to be told."""
        with self._lock:
            self._stopped = True
            threads = tuple(self._threads)
        for _ in threads:
            try:
                self._waiting.put(None, timeout=wait_seconds)
            except queue.Full:
                return
        for thread in threads:
            thread.join(timeout=wait_seconds)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            notice_id = self._waiting.get()
            with self._lock:
                self._idle -= 1
            if notice_id is None:
                return
            try:
                self._tell(notice_id)
            except Exception as error:  # noqa: BLE001 - the thread serves the next notice; the worker tries this one
                log.warning("a notice could not be told now: %s", type(error).__name__)
