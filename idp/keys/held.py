"""The keys of one moment as a process holds them between two changes: imported when first used, and then kept."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from idp.crypto import jose, jwe
from idp.crypto.jwks import VerifyingKeys
from idp.crypto.sealing import Ring
from idp.crypto.secrets import b64url
from idp.keys import policy
from idp.keys.errors import KeyMissingError
from idp.keys.lock import Lock
from idp.keys.values import PublishedKeys, State, StoredKey, Use

_Made = TypeVar("_Made")


class Later(Generic[_Made]):
    """Something made when it is first asked for; most processes never need most keys, nor those of all algorithms."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], _Made]) -> None:
        self._make = make
        self._made: _Made | None = None

    def get(self) -> _Made:
        """Give it. Two threads may make it at the same time, which is waste and no harm."""
        made = self._made
        if made is None:
            made = self._made = self._make()
        return made


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """What :class:`idp.keys.service.KeyService` answers from."""

    version: int
    #: When a retired key leaves, or a new one begins, by itself, so that this picture is out of date.
    until: datetime | None
    #: The key in use, by algorithm.
    signing: Mapping[str, Later[jose.SigningKey]] = field(repr=False)
    #: Every key that anybody may have encrypted to, by name.
    opening: Mapping[str, Later[jwe.DecryptionKey]] = field(repr=False)
    decrypting: Later[jwe.DecryptionKeys] = field(repr=False)
    jwks: Mapping[str, Any] = field(repr=False)
    published: PublishedKeys = field(repr=False)
    verifying: Later[VerifyingKeys] = field(repr=False)
    ring: Ring = field(repr=False)
    #: What was opened, by name: taken over by the next picture.
    imported: Mapping[str, Later[jose.SigningKey]] = field(repr=False)


def hold(
    stored: Iterable[StoredKey],
    *,
    version: int,
    now: datetime,
    settling: timedelta,
    lock: Lock,
    before: HeldKeys | None,
) -> HeldKeys:
    """Hold what is in use, to come, and not over yet; keys that were imported `before` are taken over.

    :raises KeysLockedError: the key-encryption secret is another one.
    :raises KeyMissingError: there is no token key yet.
    """
    by_kid = {row.key.kid: row for row in stored}
    everything = [row.key for row in by_kid.values()]
    keys = policy.alive(everything, now=now)
    chosen = policy.chosen(keys, now=now, settling=settling)
    used = {key.kid for key in chosen}
    sealing = sorted((key for key in keys if key.use is Use.SEAL), key=lambda key: key.kid not in used)
    if not any(key.state is State.ACTIVE for key in sealing):
        message = "there is no token key"
        raise KeyMissingError(message)
    signing = {
        key.kid: (before and before.imported.get(key.kid)) or _signing(lock, by_kid[key.kid])
        for key in chosen
        if key.use is Use.SIGN
    }
    opening = {
        key.kid: (before and before.opening.get(key.kid)) or _opening(lock, by_kid[key.kid])
        for key in keys
        if key.use is Use.ENCRYPT
    }
    # Of the keys to encrypt to only the one in use is published. Every process already opens with the one to follow,
    # and a sender has nothing to choose wrongly.
    jwks = {"keys": [key.public_jwk for key in keys if key.use is Use.SIGN or _to_encrypt_to(key.kid, key.use, used)]}
    return HeldKeys(
        version=version,
        until=policy.changes_at(keys, now=now, settling=settling),
        signing={key.algorithm: signing[key.kid] for key in chosen if key.use is Use.SIGN},
        opening=opening,
        decrypting=Later(lambda: jwe.DecryptionKeys(tuple(key.get() for key in opening.values()))),
        jwks=jwks,
        published=_published(jwks),
        # Those, too, that are published no more: an ID token may come back as a hint after it has ended.
        verifying=Later(lambda: VerifyingKeys.of([key.public_jwk for key in everything if key.use is Use.SIGN])),
        # The key to follow opens already: another process may seal with it a moment before this one notices.
        ring=Ring([(bytes.fromhex(key.kid), lock.open(by_kid[key.kid])) for key in sealing]),
        imported=signing,
    )


def _to_encrypt_to(kid: str, use: Use, used: set[str]) -> bool:
    return use is Use.ENCRYPT and kid in used


def _signing(lock: Lock, row: StoredKey) -> Later[jose.SigningKey]:
    return Later(lambda: jose.import_private(lock.open(row), row.key.kid, row.key.algorithm))


def _opening(lock: Lock, row: StoredKey) -> Later[jwe.DecryptionKey]:
    return Later(lambda: jwe.import_private(lock.open(row), row.key.kid, row.key.algorithm))


def _published(jwks: Mapping[str, Any]) -> PublishedKeys:
    body = json.dumps(jwks, separators=(",", ":"), sort_keys=True).encode()
    return PublishedKeys(
        body=body,
        etag=f'"{b64url(hashlib.sha256(body).digest()[:16])}"',
        max_age_seconds=int(policy.PUBLISHED_MAX_AGE.total_seconds()),
    )
