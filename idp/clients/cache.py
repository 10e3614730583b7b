"""Services in memory, so that a protocol request needs no statement to know who asks."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import Final

from idp.clients.store import ClientStore
from idp.clients.values import Client
from idp.clock import Clock
from idp.storage.versions import Versions

VERSION_NAME: Final = "clients"
_MAX_CLIENTS: Final = 20_000
#: RFC 6749 Appendix A.1. Whoever asks may be a stranger: a database fails on NUL and on halves of characters.
_IDENTIFIER: Final = re.compile(r"[\x20-\x7e]{1,255}")


class ClientCache:
    """The services that this process has met, forgotten when any of them changes.

    :param seconds: how long a change may go unnoticed; 0 looks each time.
    """

    def __init__(self, *, store: ClientStore, versions: Versions, clock: Clock, seconds: float) -> None:
        self._store = store
        self._versions = versions
        self._clock = clock
        self._interval = timedelta(seconds=seconds)
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._version = -1
        self._checked_at: datetime | None = None

    def get(self, client_id: str) -> Client | None:
        """Return a service. Unknown ones are not remembered: made-up identifiers must not fill the memory."""
        known = self._current()
        client = known.get(client_id)
        if client is None and _IDENTIFIER.fullmatch(client_id):
            client = self._store.find(client_id)
            if client is not None:
                if len(known) >= _MAX_CLIENTS:
                    known.clear()
                # Into the mapping taken before the select: when a change came between, it is thrown away already.
                known[client_id] = client
        return client

    def forget(self) -> None:
        """Look at the version again at the next request, after a change made by this process."""
        self._checked_at = None

    def _current(self) -> dict[str, Client]:
        now = self._clock.now()
        if self._checked_at is not None and now - self._checked_at < self._interval:
            return self._clients
        with self._lock:
            version = self._versions.read((VERSION_NAME,))[VERSION_NAME]
            if version != self._version:
                self._clients, self._version = {}, version
            self._checked_at = now
            return self._clients
