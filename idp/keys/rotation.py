"""Making keys and moving them on: what an operator, or the worker on schedule, has done."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from idp.clock import Clock
from idp.crypto import jose, jwe, secrets
from idp.crypto.sealing import RING_ID_BYTES
from idp.keys import policy
from idp.keys.errors import KeyMissingError, RotationRacedError
from idp.keys.lock import Lock
from idp.keys.store import KeyStore
from idp.keys.values import TOKEN_ALGORITHM, Key, Lives, Rotation, State, StoredKey, Use
from idp.storage.db import Database

#: Somebody may have encrypted a request object once and send the same one for a while (OIDC Core §6.2).
_ENCRYPTED: Final = timedelta(days=1)
_USES: Final = {
    **dict.fromkeys(jose.ALGORITHMS, Use.SIGN),
    **dict.fromkeys(jwe.DECRYPTABLE, Use.ENCRYPT),
    TOKEN_ALGORITHM: Use.SEAL,
}


class Rotations:
    """Keys in the database, made and moved on by one process among several."""

    def __init__(self, *, db: Database, store: KeyStore, clock: Clock, lock: Lock, lives: Lives) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._lock = lock
        self._lives = lives
        self._longest = {Use.SIGN: lives.signed, Use.ENCRYPT: _ENCRYPTED, Use.SEAL: lives.sealed}

    def list(self) -> tuple[Key, ...]:
        """List all keys, by algorithm and age."""
        keys = (stored.key for stored in self._store.all())
        return tuple(sorted(keys, key=lambda key: (key.algorithm, key.created_at)))

    def complete(self) -> None:
        """Make the keys that are missing: all of them, or those of algorithms that are new to this deployment."""
        wanted = policy.wanted(signing=jose.ALGORITHMS, decrypting=jwe.DECRYPTABLE)
        missing = policy.missing(self.list(), wanted)
        if missing:
            made = self._make(missing)
            with self._db.transaction():
                self._store.changed()
                for stored in made:
                    self._store.add(stored)

    def rotate(self, algorithm: str | None) -> tuple[Rotation, ...]:
        """Bring the following key into use, retire the present one and publish a new one to follow.

        :raises KeyMissingError: there is no such key.
        :raises RotationRacedError: another process did the same at this moment.
        """
        return self._rotate(list(_USES) if algorithm is None else [algorithm], self.list())

    def rotate_due(self) -> tuple[Rotation, ...]:
        """Do the same for each key whose time is over; several processes may try at once, and one of them does it."""
        done: list[Rotation] = []
        # Read once: looked at again, the key that another process has just brought into use would be replaced too.
        seen = self.list()
        for algorithm in policy.due(seen, now=self._clock.now(), lives=self._lives):
            try:
                done += self._rotate([algorithm], seen)
            except RotationRacedError:
                continue
        return tuple(done)

    def due(self) -> Mapping[str, datetime]:
        """Say for each key in use, by name, when it is to be replaced; those that nobody replaces are left out."""
        ends = ((key.kid, policy.due_at(key, lives=self._lives)) for key in self.list())
        return {kid: end for kid, end in ends if end is not None}

    def purge(self) -> int:
        """Delete what nothing depends on any more; how many keys went."""
        return self._store.purge(before=self._clock.now(), hints=self._lives.hints)

    def _rotate(self, algorithms: Collection[str], seen: Iterable[Key]) -> tuple[Rotation, ...]:
        """Replace the keys in use among those that were seen, and no others."""
        present = {(key.algorithm, key.state): key for key in seen}
        plans = [_plan(present, name) for name in algorithms]
        # Making an RSA key takes a while; nobody has to wait for it inside the transaction.
        made = self._make((_USES[name], name, State.NEXT) for name in algorithms)
        with self._db.transaction():
            self._store.changed()
            return tuple(
                self._replace(active, following, new) for (active, following), new in zip(plans, made, strict=True)
            )

    def _replace(self, active: Key, following: Key, made: StoredKey) -> Rotation:
        now = self._clock.now()
        until = policy.publish_until(retired_at=now, longest_life=self._longest[active.use])
        replaced = (
            self._store.retire(active.kid, at=now, publish_until=until)
            and self._store.activate(following.kid, at=now)
            and self._store.add(made)
        )
        if not replaced:
            message = "another process rotated these keys at the same moment"
            raise RotationRacedError(message)
        return Rotation(
            use=active.use,
            algorithm=active.algorithm,
            activated=following.kid,
            retired=active.kid,
            following=made.key.kid,
            early=policy.early(following, now=now),
        )

    def _make(self, slots: Iterable[tuple[Use, str, State]]) -> tuple[StoredKey, ...]:
        pairs = [(slot, *_pair(slot[0], slot[1])) for slot in slots]
        # One moment for all: none of them was ever published without the others.
        now = self._clock.now()
        return tuple(
            self._lock.close(
                Key(kid, use, algorithm, state, public, created_at=now,
                    activated_at=now if state is State.ACTIVE else None),
                private,
            )
            for (use, algorithm, state), kid, public, private in pairs
        )  # fmt: skip


def _pair(use: Use, algorithm: str) -> tuple[str, dict[str, object] | None, bytes]:
    """Make a key: its name, its public part to publish, and its private part."""
    if use is Use.SEAL:
        return secrets.random_key()[:RING_ID_BYTES].hex(), None, secrets.random_key()
    key = jose.generate(algorithm) if use is Use.SIGN else jwe.generate(algorithm)
    return key.kid, key.public(), key.export_private()


def _plan(present: Mapping[tuple[str, State], Key], algorithm: str) -> tuple[Key, Key]:
    try:
        return present[algorithm, State.ACTIVE], present[algorithm, State.NEXT]
    except KeyError:
        message = "there is no such key to rotate"
        raise KeyMissingError(message) from None
