"""How long we wait for other people's servers, all together.

A fetch occupies the thread of the request that needs it, and a deployment has few. Anybody can have us fetch where
services register themselves, and a slow server costs its owner nothing: so waiting is counted in seconds, for each host
and for all together. A host that has kept us waiting too long is left alone for a while. Those of which we know that
they answer have a count of their own, so that strangers' slow servers do not cut them off.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from idp.outbound.errors import FetchFailedError

#: Waiting as short as this is no more than what other requests cost, and does not count.
FREE_SECONDS: Final = 0.25
_MAX_HOSTS: Final = 1024


@dataclass(slots=True)
class _Count:
    """Seconds waited; they are forgotten at a steady rate, which is the share of one thread that waiting may take."""

    most: float
    forgotten_a_second: float
    seconds: float = 0.0
    at: float = 0.0

    def full(self, now: float) -> bool:
        self.seconds = max(0.0, self.seconds - (now - self.at) * self.forgotten_a_second)
        self.at = now
        return self.seconds >= self.most

    def add(self, seconds: float) -> None:
        self.seconds = max(0.0, self.seconds + seconds)


class Patience:
    """What one process has waited lately, and for whom.

    :param threads: whose time this is about; every limit is a share of it.
    """

    def __init__(self, *, threads: int = 1, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._threads = threads
        self._free = FREE_SECONDS * threads
        self._strangers = _Count(20.0 * threads, 0.2 * threads)
        self._known = _Count(30.0 * threads, 0.3 * threads)
        self._hosts: dict[str, _Count] = {}
        self._answering: set[str] = set()

    @contextmanager
    def waiting(self, host: str, *, most: float) -> Iterator[None]:
        """Wait for a host inside, or not at all. An error inside means that it did not answer.

        :param most: seconds. Counted at once, so that requests at the same time count too; what was not used is
            given back.
        :raises FetchFailedError: it, or others like it, have been waited for long enough.
        """
        with self._lock:
            counts, started = self._counts(host), self._now()
            if any(count.full(started) for count in counts):
                message = "waited for long enough lately"
                raise FetchFailedError(message)
            for count in counts:
                count.add(most)
        answered = False
        try:
            yield
            answered = True
        finally:
            with self._lock:
                unused = most - max(0.0, self._now() - started - self._free)
                for count in counts:
                    count.add(-unused)
                if answered and host in self._hosts:
                    self._answering.add(host)
                else:
                    self._answering.discard(host)

    def _counts(self, host: str) -> tuple[_Count, _Count]:
        own = self._hosts.get(host)
        if own is None:
            if len(self._hosts) >= _MAX_HOSTS:
                oldest = next(iter(self._hosts))
                del self._hosts[oldest]
                self._answering.discard(oldest)
            own = self._hosts[host] = _Count(10.0 * self._threads, 0.1 * self._threads)
        return own, self._known if host in self._answering else self._strangers
