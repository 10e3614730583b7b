"""Passwords made expensive to guess: one Argon2id run (RFC 9106) gives a verifier and a key slot's secret.

Each run takes tens of megabytes and milliseconds on purpose. A semaphore bounds how many run at a time, and a queue of
bounded length how many wait: a flood of sign-ins is told to come back instead of filling memory and piling up.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from argon2.low_level import Type, hash_secret_raw

from idp.authentication.errors import SlowDownError
from idp.authentication.policy import normalise
from idp.authentication.values import Cost
from idp.crypto.sealing import derive
from idp.settings import PasswordSettings

SALT_BYTES: Final = 16
_OUTPUT_BYTES: Final = 64
_WAITING_PER_RUN: Final = 8
_LONGEST_WAIT_SECONDS: Final = 5.0
_RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Stretched:
    """What a password yields: two independent secrets, neither of which gives the other away."""

    #: Kept as a digest and compared.
    verifier: bytes = field(repr=False)
    #: Opens the password's key slot; never kept.
    slot_secret: bytes = field(repr=False)


class Stretcher:
    """Runs Argon2id, a few at a time."""

    def __init__(self, *, settings: PasswordSettings, longest_wait_seconds: float = _LONGEST_WAIT_SECONDS) -> None:
        """Take the present cost and the number of runs at a time from settings."""
        self.cost = Cost(
            memory_kib=settings.memory_kib, iterations=settings.iterations, parallelism=settings.parallelism
        )
        self._running = threading.BoundedSemaphore(settings.concurrent)
        self._places = threading.BoundedSemaphore(settings.concurrent * (1 + _WAITING_PER_RUN))
        self._longest_wait = longest_wait_seconds

    def stretch(self, *, password: str, salt: bytes, cost: Cost | None = None) -> Stretched:
        """Stretch a password, at the present cost unless told otherwise.

        :raises SlowDownError: too many wait already, or this one waited too long.
        """
        cost = cost or self.cost
        with self.turn():
            output = hash_secret_raw(
                normalise(password),
                salt,
                time_cost=cost.iterations,
                memory_cost=cost.memory_kib,
                parallelism=cost.parallelism,
                hash_len=_OUTPUT_BYTES,
                type=Type.ID,
            )
        return Stretched(
            verifier=derive(output, purpose="password verifier"),
            slot_secret=derive(output, purpose="password slot"),
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to do something costly: a few at a time, and a few more that wait.

        :raises SlowDownError: too many wait already, or this one waited too long.
        """
        if not self._places.acquire(blocking=False):
            raise SlowDownError(_RETRY_AFTER_SECONDS)
        try:
            if not self._running.acquire(timeout=self._longest_wait):
                raise SlowDownError(_RETRY_AFTER_SECONDS)
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._places.release()
