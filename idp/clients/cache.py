"""Services in memory, so that a protocol request needs no statement to know who asks."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from idp.clients.directory import ClientDirectory
from idp.clients.store import ClientStore
from idp.clients.values import Client
from idp.clock import Clock
from idp.storage.versions import Versions

VERSION_NAME: Final = "clients"
_MAX_CLIENTS: Final = 20_000
#: RFC 6749 Appendix A.1. Whoever asks may be a stranger: a database fails on NUL and on halves of characters.
_IDENTIFIER: Final = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class _Known:
    """What one version of the register has shown so far."""

    clients: dict[str, Client] = field(default_factory=dict)
    #: Identifier of the service behind an audience.
    owners: dict[str, str] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)


class ClientCache:
    """The services that this process has met, forgotten when any of them changes.

    :param seconds: how long a change may go unnoticed; 0 looks each time.
    """

    def __init__(
        self, *, store: ClientStore, directory: ClientDirectory, versions: Versions, clock: Clock, seconds: float
    ) -> None:
        self._store = store
        self._directory = directory
        self._versions = versions
        self._clock = clock
        self._interval = timedelta(seconds=seconds)
        self._lock = threading.Lock()
        self._known = _Known()
        self._version = -1
        self._checked_at: datetime | None = None

    def get(self, client_id: str) -> Client | None:
        """Return a service. Unknown ones are not remembered: made-up identifiers must not fill the memory."""
        known = self._current().clients
        client = known.get(client_id)
        if client is None and _IDENTIFIER.fullmatch(client_id):
            client = self._store.find(client_id)
            if client is not None:
                if len(known) >= _MAX_CLIENTS:
                    known.clear()
                # Into the mapping taken before the select: when a change came between, it is thrown away already.
                known[client_id] = client
        return client

    def owner(self, audience: str) -> Client | None:
        """Return the approved service that an audience belongs to."""
        owners = self._current().owners
        client_id = owners.get(audience)
        if client_id is None:
            client_id = self._directory.owner(audience)
            if client_id is None:
                return None
            owners[audience] = client_id
        return self.get(client_id)

    def has_origin(self, origin: str) -> bool:
        """Tell whether some approved service has pages at an origin; made-up ones are not remembered either."""
        origins = self._current().origins
        if origin in origins:
            return True
        known = self._directory.has_origin(origin)
        if known:
            origins.add(origin)
        return known

    def forget(self) -> None:
        """Look at the version again at the next request, after a change made by this process."""
        self._checked_at = None

    def _current(self) -> _Known:
        now = self._clock.now()
        if self._checked_at is not None and now - self._checked_at < self._interval:
            return self._known
        with self._lock:
            version = self._versions.read((VERSION_NAME,))[VERSION_NAME]
            if version != self._version:
                self._known, self._version = _Known(), version
            self._checked_at = now
            return self._known
