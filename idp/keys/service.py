"""Keys: made, published, used, rotated, and noticed by every process without a restart."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from idp.clock import Clock
from idp.crypto import jose, secrets
from idp.crypto.sealing import RING_ID_BYTES, Ring
from idp.keys import policy
from idp.keys.errors import KeyMissingError, RotationRacedError
from idp.keys.held import HeldKeys, Lock, hold
from idp.keys.store import KeyStore
from idp.keys.values import TOKEN_ALGORITHM, Key, PublishedKeys, Rotation, State, StoredKey, Use
from idp.settings import TokenSettings
from idp.storage.db import Database


class KeyService:
    """The provider's own keys.

    :param key_encryption: the deployment's secret, under which private keys are sealed.
    :param cache_seconds: how long a process may go on before it looks whether another one rotated.
    :param lifetimes: how long what is signed and sealed lives, which is how long retired keys are kept.
    """

    def __init__(
        self,
        *,
        db: Database,
        store: KeyStore,
        clock: Clock,
        key_encryption: bytes,
        cache_seconds: float,
        lifetimes: TokenSettings,
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._lock = Lock(key_encryption=key_encryption)
        self._cache = timedelta(seconds=cache_seconds)
        self._longest = {
            Use.SIGN: timedelta(seconds=max(lifetimes.id_token_seconds, lifetimes.access_seconds)),
            Use.SEAL: timedelta(seconds=max(lifetimes.refresh_idle_seconds, lifetimes.access_seconds)),
        }
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
        return key

    def token_ring(self) -> Ring:
        """Give the keys that access and refresh tokens are sealed and opened with."""
        return self._current().ring

    def verifying(self) -> jose.VerifyingKeys:
        """Give the public keys for what this provider signed itself, such as an ID token that comes back as a hint."""
        return self._current().verifying

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
        return tuple(
            sorted((stored.key for stored in self._store.all()), key=lambda key: (key.algorithm, key.created_at))
        )

    def ensure(self) -> None:
        """Make the keys that are missing, and check that the stored ones open. Safe to run in every process at once.

        :raises KeysLockedError: `secrets.key_encryption` is not the one that the keys were sealed under.
        """
        missing = policy.missing([stored.key for stored in self._store.all()], jose.ALGORITHMS)
        if missing:
            made = [self._make(use, algorithm, state) for use, algorithm, state in missing]
            with self._db.transaction():
                self._store.changed()
                for stored in made:
                    self._store.add(stored)
        self._forget()
        self._current()

    def rotate(self, algorithm: str | None = None) -> tuple[Rotation, ...]:
        """Bring the following key into use, retire the present one and publish a new one to follow.

        :param algorithm: a signing algorithm or :data:`TOKEN_ALGORITHM`; all of them when None.
        :raises KeyMissingError: there is no such key.
        :raises RotationRacedError: another process did the same at this moment.
        """
        present: dict[tuple[str, State], Key] = {(key.algorithm, key.state): key for key in self.list()}
        algorithms = [*jose.ALGORITHMS, TOKEN_ALGORITHM] if algorithm is None else [algorithm]
        now = self._clock.now()
        # Making an RSA key takes a while; nobody has to wait for it inside the transaction.
        plans = [(*_plan(present, name), self._make_following(name)) for name in algorithms]
        with self._db.transaction():
            self._store.changed()
            for active, following, made in plans:
                self._replace(active, following, made, now=now)
        self._forget()
        return tuple(
            Rotation(
                algorithm=active.algorithm,
                activated=following.kid,
                retired=active.kid,
                following=made.key.kid,
                early=policy.early(following, now=now),
            )
            for active, following, made in plans
        )

    def purge(self) -> int:
        """Delete retired keys that nothing depends on any more; how many went."""
        return self._store.purge(before=self._clock.now())

    def _replace(self, active: Key, following: Key, made: StoredKey, *, now: datetime) -> None:
        until = policy.publish_until(retired_at=now, longest_life=self._longest[active.use])
        replaced = (
            self._store.retire(active.kid, at=now, publish_until=until)
            and self._store.activate(following.kid, at=now)
            and self._store.add(made)
        )
        if not replaced:
            message = "another process rotated these keys at the same moment"
            raise RotationRacedError(message)

    def _make_following(self, algorithm: str) -> StoredKey:
        return self._make(Use.SEAL if algorithm == TOKEN_ALGORITHM else Use.SIGN, algorithm, State.NEXT)

    def _make(self, use: Use, algorithm: str, state: State) -> StoredKey:
        now = self._clock.now()
        if use is Use.SEAL:
            private, public = secrets.random_key(), None
            kid = secrets.random_key()[:RING_ID_BYTES].hex()
        else:
            key = jose.generate(algorithm)
            private, public, kid = key.export_private(), key.public(), key.kid
        activated_at = now if state is State.ACTIVE else None
        return self._lock.close(
            Key(kid, use, algorithm, state, public, created_at=now, activated_at=activated_at), private
        )

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
            held = hold(self._store.all(), version=version, now=now, lock=self._lock, before=held)
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


def _plan(present: Mapping[tuple[str, State], Key], algorithm: str) -> tuple[Key, Key]:
    try:
        return present[algorithm, State.ACTIVE], present[algorithm, State.NEXT]
    except KeyError:
        message = "there is no such key to rotate"
        raise KeyMissingError(message) from None
