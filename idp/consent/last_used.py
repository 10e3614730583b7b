"""When a service last drew on what it was given, without a write in its request."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Final

logger: Final = logging.getLogger(__name__)

#: A worker that is killed forgets this much of "last used", and nothing else.
INTERVAL_SECONDS: Final = 5.0


class LastUsed:
    """Moments of use, collected in memory and written every few seconds by a thread of their own.

    :param write: stores moments by grant; may fail, and is then tried again with what came since.
    :param around: opened around each write that the thread makes, such as an application context.
    """

    def __init__(
        self,
        write: Callable[[Mapping[str, datetime]], None],
        *,
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
        interval_seconds: float = INTERVAL_SECONDS,
    ) -> None:
        self._write = write
        self._around = around
        self._interval = interval_seconds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._moments: dict[str, datetime] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, grant_id: str, at: datetime) -> None:
        """Remember that a grant was used."""
        with self._lock:
            self._moments[grant_id] = max(at, self._moments.get(grant_id, at))
            # Started at the first use and not before: a server forks its workers after the application is built.
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="last-used", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what is remembered. What cannot be written now is kept for the next time."""
        with self._writing:
            with self._lock:
                moments, self._moments = self._moments, {}
            if not moments:
                return
            try:
                with self._around():
                    self._write(moments)
            except Exception:  # noqa: BLE001 - a date on a page is not worth a worker, whatever the database says
                logger.warning("last use of %d grants could not be written yet", len(moments))
                with self._lock:
                    self._moments = {
                        grant_id: max(moments.get(grant_id, at), at)
                        for grant_id, at in (moments | self._moments).items()
                    }

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closed.set()
        self.flush()

    def _run(self) -> None:
        while not self._closed.wait(self._interval):
            self.flush()
