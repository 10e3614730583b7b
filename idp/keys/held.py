"""The keys of one moment, opened and imported, as a process holds them between two changes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from idp.crypto.errors import SealBrokenError
from idp.crypto.jose import SigningKey, VerifyingKeys, import_private
from idp.crypto.sealing import Ring, derive, seal, unseal
from idp.crypto.secrets import b64url
from idp.keys import policy
from idp.keys.errors import KeyMissingError, KeysLockedError
from idp.keys.values import Key, PublishedKeys, State, StoredKey, Use


class Lock:
    """Seals and opens private keys under the deployment's key-encryption secret."""

    __slots__ = ("_key",)

    def __init__(self, *, key_encryption: bytes) -> None:
        self._key = derive(key_encryption, purpose="proffer/keys/private")

    def close(self, key: Key, private: bytes) -> StoredKey:
        """Seal a private key into its row."""
        return StoredKey(key=key, sealed_private=seal(self._key, private, context=_context(key)))

    def open(self, stored: StoredKey) -> bytes:
        """Give a row's private key.

        :raises KeysLockedError: the secret is another one, or the row was changed.
        """
        try:
            return unseal(self._key, stored.sealed_private, context=_context(stored.key))
        except SealBrokenError:
            message = "the stored keys do not open with secrets.key_encryption"
            raise KeysLockedError(message) from None


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """What :class:`idp.keys.service.KeyService` answers from."""

    version: int
    #: When a retired key leaves by itself, so that this picture is out of date.
    until: datetime | None
    signing: Mapping[str, SigningKey] = field(repr=False)
    jwks: Mapping[str, Any] = field(repr=False)
    published: PublishedKeys = field(repr=False)
    verifying: VerifyingKeys = field(repr=False)
    ring: Ring = field(repr=False)


def hold(stored: Iterable[StoredKey], *, version: int, now: datetime, lock: Lock, before: HeldKeys | None) -> HeldKeys:
    """Open and import what is in use; keys that were imported `before` are taken over.

    :raises KeysLockedError: the key-encryption secret is another one.
    :raises KeyMissingError: there is no token key yet.
    """
    by_kid = {row.key.kid: row for row in stored}
    keys = policy.published([row.key for row in by_kid.values()], now=now)
    sealing = [key for key in keys if key.use is Use.SEAL]
    if not sealing or sealing[0].state is not State.ACTIVE:
        message = "there is no token key"
        raise KeyMissingError(message)
    jwks = {"keys": [key.public_jwk for key in keys if key.use is Use.SIGN]}
    body = json.dumps(jwks, separators=(",", ":"), sort_keys=True).encode()
    imported = {} if before is None else {key.kid: key for key in before.signing.values()}
    return HeldKeys(
        version=version,
        until=policy.changes_at(keys, now=now),
        signing={
            key.algorithm: imported.get(key.kid) or import_private(lock.open(by_kid[key.kid]), key.kid, key.algorithm)
            for key in keys
            if key.use is Use.SIGN and key.state is State.ACTIVE
        },
        jwks=jwks,
        published=PublishedKeys(
            body=body,
            etag=f'"{b64url(hashlib.sha256(body).digest()[:16])}"',
            max_age_seconds=int(policy.PUBLISHED_MAX_AGE.total_seconds()),
        ),
        verifying=VerifyingKeys.from_jwks(jwks),
        # The key to follow opens already: another process may seal with it a moment before this one notices.
        ring=Ring([(bytes.fromhex(key.kid), lock.open(by_kid[key.kid])) for key in sealing]),
    )


def _context(key: Key) -> bytes:
    return f"signing_key/{key.use}/{key.algorithm}/{key.kid}".encode()
