"""Keys as the provider uses them, and how each process notices without a restart that they changed."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from idp.clock import Clock
from idp.crypto import jose, jwe
from idp.crypto.sealing import Ring
from idp.keys.errors import KeyMissingError
from idp.keys.held import HeldKeys, hold
from idp.keys.lock import Lock
from idp.keys.rotation import Rotations
from idp.keys.store import KeyStore
from idp.keys.values import Key, Lives, PublishedKeys, Rotation
from idp.storage.db import Database


class KeyService:
    """The provider's own keys.

    :param key_encryption: the deployment's secret, under which private keys are sealed.
    :param cache_seconds: how long a process may go on before it looks whether another one rotated.
    :param lives: how long keys are used, and how long retired ones are kept.
    """

    def __init__(
        self,
        *,
        db: Database,
        store: KeyStore,
        clock: Clock,
        key_encryption: bytes,
        cache_seconds: float,
        lives: Lives,
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._lock = Lock(key_encryption=key_encryption)
        self._rotations = Rotations(db=db, store=store, clock=clock, lock=self._lock, lives=lives)
        self._cache = timedelta(seconds=cache_seconds)
        # Twice, since the clocks of two nodes are never quite the same.
        self._settling = 2 * self._cache
        self._held: HeldKeys | None = None
        self._look_again_at: datetime | None = None
        self._loading = threading.Lock()

    # What the provider uses

    def signing(self, algorithm: str) -> jose.SigningKey:
        """Give the key in use for an algorithm.

        :raises KeyMissingError: the algorithm is not offered.
        """
        key = self._current().signing.get(algorithm)
        if key is None:
            message = "no key for this algorithm"
            raise KeyMissingError(message)
        return key.get()

    def decrypting(self) -> jwe.DecryptionKeys:
        """Give the private keys that others may have encrypted to: in use, to follow, and retired for a while."""
        return self._current().decrypting.get()

    def token_ring(self) -> Ring:
        """Give the keys that access and refresh tokens are sealed and opened with."""
        return self._current().ring

    def verifying(self) -> jose.VerifyingKeys:
        """Give the public keys for what this provider signed itself, such as an ID token that comes back as a hint."""
        return self._current().verifying.get()

    def published(self) -> Mapping[str, Any]:
        """Give the JWK Set (RFC 7517 §5): keys in use, keys to come, and retired ones until their tokens end."""
        return self._current().jwks

    def prepared(self) -> PublishedKeys:
        """Give the JWK Set as bytes with its validator; looks at the database when it is time to."""
        return self._current().published

    def prepared_already(self) -> PublishedKeys | None:
        """Give the same without ever touching the database; None when it is time to look there."""
        held = self._held
        return held.published if held is not None and self._fresh(held, self._clock.now()) else None

    def version(self) -> int:
        """Give the number that moves on whenever keys change."""
        return self._store.version()

    # What the operator does

    def list(self) -> tuple[Key, ...]:
        """List all keys, retired ones too, without their private parts."""
        return self._rotations.list()

    def due(self) -> Mapping[str, datetime]:
        """Say for each key in use, by name, when the worker replaces it; those it leaves alone are not there."""
        return self._rotations.due()

    def ensure(self) -> None:
        """Make the keys that are missing, and check that the stored ones open. Safe to run in every process at once.

        :raises KeysLockedError: `secrets.key_encryption` is not the one that the keys were sealed under.
        """
        self._rotations.complete()
        self._forget()
        self._current()

    def rotate(self, algorithm: str | None = None) -> tuple[Rotation, ...]:
        """Bring the following key into use, retire the present one and publish a new one to follow.

        :param algorithm: one algorithm's keys, those of tokens being :data:`~idp.keys.values.TOKEN_ALGORITHM`; all of
            them when None.
        :raises KeyMissingError: there is no such key.
        :raises RotationRacedError: another process did the same at this moment.
        """
        rotations = self._rotations.rotate(algorithm)
        self._forget()
        return rotations

    def rotate_due(self) -> tuple[Rotation, ...]:
        """Rotate the keys whose time is over. Safe to run in several processes at once."""
        rotations = self._rotations.rotate_due()
        self._forget()
        return rotations

    def purge(self) -> int:
        """Delete retired keys that nothing depends on any more; how many went."""
        return self._rotations.purge()

    # What the process remembers

    def _current(self) -> HeldKeys:
        held = self._held
        if held is not None and self._fresh(held, self._clock.now()):
            return held
        with self._loading:
            return self._look()

    def _look(self) -> HeldKeys:
        now = self._clock.now()
        held = self._held
        if held is not None and self._fresh(held, now):
            return held
        # The number is read before the keys: a change between the two is then noticed the next time.
        version = self._store.version()
        if held is None or held.version != version or _ended(held, now):
            held = hold(
                self._store.all(), version=version, now=now, settling=self._settling, lock=self._lock, before=held
            )
            if self._db.in_transaction:
                # What this transaction changed may still be rolled back, and its number given to another change.
                return held
        self._held = held
        self._look_again_at = now + self._cache
        return held

    def _fresh(self, held: HeldKeys, now: datetime) -> bool:
        return self._look_again_at is not None and now < self._look_again_at and not _ended(held, now)

    def _forget(self) -> None:
        self._look_again_at = None


def _ended(held: HeldKeys, now: datetime) -> bool:
    return held.until is not None and now >= held.until
