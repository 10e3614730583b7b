"""Counting tries at the door: the slow-down policy applied to the database."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from idp.authentication import slow_down
from idp.authentication.errors import SlowDownError
from idp.authentication.slow_down import Bucket
from idp.authentication.tries_store import TriesStore
from idp.clock import Clock
from idp.crypto.sealing import blind_index
from idp.crypto.secrets import token
from idp.storage.db import Database


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was let in and is counted until it proves to be its owner's."""

    key: bytes = field(repr=False)
    pressure_key: bytes = field(repr=False)


class Door:
    """Lets tries in, one bucket at a time."""

    def __init__(self, *, db: Database, store: TriesStore, pepper: bytes, clock: Clock) -> None:
        """Count in `store`, under keys that the pepper hides."""
        self._db = db
        self._store = store
        self._pepper = pepper
        self._clock = clock

    def enter(self, subject: bytes, *, bucket: Bucket, place: str) -> Attempt:
        """Count a try before it is judged, so that parallel ones cannot share one allowance.

        :param subject: what is tried, such as the index of a sign-in name. Whether it exists makes no difference.
        :param place: where from: a network, a browser, a session.
        :raises SlowDownError: it has to wait. Such a try is not counted.
        """
        attempt = Attempt(
            key=self._key(f"{bucket}\0{subject.hex()}\0{place}"), pressure_key=self._key(f"pressure\0{subject.hex()}")
        )
        now = self._clock.now()
        with self._db.transaction():
            held = self._store.locked([attempt.key, attempt.pressure_key], now=now)
            pressure = held[attempt.pressure_key].at(now)
            free = slow_down.allowance(bucket, pressure=pressure)
            waiting = slow_down.wait(held[attempt.key], free=free, now=now)
            if not waiting:
                self._store.put(attempt.key, slow_down.counted(held[attempt.key], now=now))
        if waiting:
            raise SlowDownError(max(1, math.ceil(waiting.total_seconds())))
        return attempt

    def failed(self, attempt: Attempt) -> None:
        """Let a failed try press on the account."""
        now = self._clock.now()
        with self._db.transaction():
            held = self._store.locked([attempt.pressure_key], now=now)
            self._store.put(attempt.pressure_key, slow_down.pressed(held[attempt.pressure_key], now=now))

    def succeeded(self, attempt: Attempt) -> None:
        """Forget the tries of a bucket whose owner got in."""
        self._store.clear(attempt.key)

    def withdraw(self, attempt: Attempt) -> None:
        """Take a try back that was never judged, because the server was too busy."""
        now = self._clock.now()
        with self._db.transaction():
            held = self._store.locked([attempt.key], now=now)
            self._store.put(attempt.key, slow_down.withdrawn(held[attempt.key]))

    def mimic(self) -> None:
        """Do the work that a row in a ledger costs: a name without an account has none, and must take as long."""
        self._store.rehearse(self._key(token()), now=self._clock.now())

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` counters that no longer counted at a moment; gives how many."""
        return self._store.purge(before, limit)

    def _key(self, text: str) -> bytes:
        return blind_index(text, pepper=self._pepper)
