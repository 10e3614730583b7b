"""Logos of services: fetched once, drawn anew, served by us (never the service's own file or address)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from idp.clients.drawing import redraw
from idp.clients.errors import LogoError
from idp.clients.logo_store import LogoStore
from idp.clients.values import Client
from idp.clock import Clock
from idp.outbound.errors import OutboundError
from idp.outbound.fetch import Fetcher

MAX_BYTES: Final = 256 * 1024
_HTTP_OK: Final = 200
_ACCEPT: Final = "image/png, image/jpeg, image/webp, image/gif"
_VERSION_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Prepared:
    """A service with its logo decided, and what storing it still needs."""

    client: Client
    #: PNG that is new; None when the one before stays, or there is none.
    image: bytes | None = field(default=None, repr=False)
    source: str = ""


class Logos:
    """Use cases around logos."""

    def __init__(self, *, store: LogoStore, fetcher: Fetcher, clock: Clock) -> None:
        self._store = store
        self._fetcher = fetcher
        self._clock = clock

    def prepare(self, client: Client, *, before: Client | None) -> Prepared:
        """Fetch a service's logo when its address is new. Never call it in a transaction.

        A logo that cannot be had is left out: it must not keep a service from registering.

        :param before: the service as it is registered so far.
        """
        source = client.address("logo_uri", "")
        if source is None:
            return Prepared(replace(client, logo=None))
        if before is not None and before.logo is not None and self._store.source(client.client_id) == source:
            return Prepared(replace(client, logo=before.logo))
        try:
            fetched = self._fetcher.get(source, accept=_ACCEPT, max_bytes=MAX_BYTES)
            image = redraw(fetched.body) if fetched.status == _HTTP_OK else None
        except (OutboundError, LogoError):
            image = None
        if image is None:
            return Prepared(replace(client, logo=None))
        version = hashlib.sha256(image).hexdigest()[:_VERSION_CHARACTERS]
        return Prepared(replace(client, logo=version), image, source)

    def keep(self, prepared: Prepared) -> None:
        """Store what `prepare` decided; in the transaction that stores the service, after it."""
        client = prepared.client
        if prepared.image is not None:
            self._store.put(client.client_id, source=prepared.source, image=prepared.image, now=self._clock.now())
        elif client.logo is None:
            self._store.remove(client.client_id)

    def image(self, client: Client) -> bytes | None:
        """Return a service's logo as PNG, or None; one statement where there is one."""
        return None if client.logo is None else self._store.image(client.client_id)
