"""The public keys of services: given with the registration, or fetched from where the service publishes them."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from idp.clients.errors import ClientKeysError
from idp.clients.values import Client
from idp.clock import Clock
from idp.crypto.encryption_keys import EncryptingKeys
from idp.crypto.errors import JwksError
from idp.crypto.jwks import VerifyingKeys
from idp.outbound.errors import OutboundError
from idp.outbound.fetch import Fetcher

#: A made-up kid must not turn every request into a fetch. A fetch that found what was looked for is none of those, so
#: the first use of a new key finds it at once.
REFETCH_FLOOR: Final = timedelta(seconds=10)
#: A key that its service has withdrawn is believed no longer than this.
MAX_AGE: Final = timedelta(minutes=15)
MAX_JWKS_BYTES: Final = 128 * 1024
_MAX_HELD: Final = 10_000
_HTTP_OK: Final = 200


@dataclass(frozen=True, slots=True)
class _Keys:
    verifying: VerifyingKeys
    #: None when those cannot be used; what the service signs can be verified all the same.
    encrypting: EncryptingKeys | None
    kids: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Held:
    #: What the keys were made from: a registration that changes makes them stale at once.
    source: object = field(repr=False)
    keys: _Keys | None = field(repr=False)
    fetched_at: datetime
    #: The last fetch that went wrong, or brought no key of the wanted kid.
    in_vain_at: datetime | None = None


class ClientKeys:
    """Keys of services, imported once and kept for the life of the process."""

    def __init__(self, *, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def of(self, client: Client, *, kid: str | None) -> VerifyingKeys:
        """Return what a service signs with; published keys are fetched again when they are old or lack this kid.

        :raises ClientKeysError: none are registered, or they cannot be fetched and none are held.
        """
        return self._of(client, kid).verifying

    def encrypting(self, client: Client) -> EncryptingKeys:
        """Return what may be encrypted to; published keys are fetched again when they are old (OIDC Core §10.2.1).

        :raises ClientKeysError: none are registered, one is not acceptable, or they cannot be fetched.
        """
        keys = self._of(client, None).encrypting
        if keys is None:
            raise ClientKeysError
        return keys

    def _of(self, client: Client, kid: str | None) -> _Keys:
        held = self._held.get(client.client_id)
        if client.jwks is not None:
            if held is None or held.source is not client.jwks:
                now = self._clock.now()
                held = self._keep(client, _Held(client.jwks, _import(client.jwks), now))
        elif client.jwks_uri is not None:
            held = self._published(client, client.jwks_uri, kid, held)
        if held is None or held.keys is None:
            raise ClientKeysError
        return held.keys

    def _published(self, client: Client, uri: str, kid: str | None, held: _Held | None) -> _Held:
        now = self._clock.now()
        if held is not None and held.source == uri:
            known = held.keys is not None and (kid is None or kid in held.keys.kids)
            too_soon = held.in_vain_at is not None and now - held.in_vain_at < REFETCH_FLOOR
            if too_soon or (known and now - held.fetched_at < MAX_AGE):
                return held
        else:
            held = None
        # Noted before the fetch, so that requests at the same time do not fetch too.
        before = _Held(uri, held.keys if held else None, held.fetched_at if held else now, now)
        if held is not None:
            self._keep(client, before)
        try:
            keys = _import(_document(self._fetcher, uri))
            found = kid is None or kid in keys.kids
            return self._keep(client, _Held(uri, keys, now, None if found else now))
        except ClientKeysError:
            # Their server being down must not lock a service out whose keys are known and fresh enough.
            usable = held is not None and now - held.fetched_at < 4 * MAX_AGE
            return self._keep(client, before if usable else _Held(uri, None, now, now))

    def _keep(self, client: Client, held: _Held) -> _Held:
        with self._lock:
            if len(self._held) >= _MAX_HELD:
                self._held.clear()
            self._held[client.client_id] = held
        return held


def _document(fetcher: Fetcher, uri: str) -> dict[str, object]:
    try:
        fetched = fetcher.get(uri, accept="application/jwk-set+json, application/json", max_bytes=MAX_JWKS_BYTES)
        document = json.loads(fetched.body) if fetched.status == _HTTP_OK else None
    except (OutboundError, ValueError, RecursionError):
        raise ClientKeysError from None
    if not isinstance(document, dict):
        raise ClientKeysError
    return document


def _import(jwks: object) -> _Keys:
    if not isinstance(jwks, dict):
        raise ClientKeysError
    try:
        verifying = VerifyingKeys.from_jwks(jwks)
    except JwksError:
        raise ClientKeysError from None
    try:
        encrypting = EncryptingKeys.from_jwks(jwks)
    except JwksError:
        encrypting = None
    return _Keys(verifying, encrypting, _kids(jwks))


def _kids(jwks: object) -> frozenset[str]:
    entries = jwks.get("keys", []) if isinstance(jwks, dict) else []
    return frozenset(entry["kid"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("kid"), str))
