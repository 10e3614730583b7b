"""Services that register themselves, and read, change and take back their registrations (RFC 7591, RFC 7592)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from idp.clients.cache import VERSION_NAME
from idp.clients.errors import (
    Fault,
    RegistrationFaultsError,
    RegistrationsFullError,
    RegistrationTokenError,
)
from idp.clients.invitations import Invitations
from idp.clients.json_object import json_object
from idp.clients.logos import Logos, Prepared
from idp.clients.sectors import SectorDocuments
from idp.clients.self_registered_store import Kept, SelfRegisteredStore
from idp.clients.self_registration import RegistrationOffer, described
from idp.clients.software_statement import SoftwareStatements
from idp.clients.values import SECRET_METHODS, Client
from idp.clock import Clock
from idp.crypto.secrets import digest, identifier, matches, token
from idp.settings import RegistrationSettings
from idp.storage.db import Database
from idp.storage.versions import Versions

#: Before the random part of their identifiers, so that an operator sees where they come from.
PREFIX: Final = "self-"
#: What can be one of ours. Whoever asks may be a stranger: a database fails on NUL.
_IDENTIFIER: Final = re.compile(PREFIX + r"[A-Za-z0-9_-]{1,64}")
#: Members of our answer that an update must not send (RFC 7592 §2.2).
_ANSWERED: Final = (
    "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at",
)  # fmt: skip
#: Compared with when there is no such service, so that an unknown one costs what a wrong token costs.
_NO_TOKEN: Final = digest(token())


class InUse(Protocol):
    """Tells which of some services citizens have used."""

    def __call__(self, client_ids: Collection[str], /) -> Collection[str]:
        """Give those of the identifiers that are in use."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration as its service is told about it."""

    client: Client
    issued_at: datetime
    #: Reads and changes this registration.
    access_token: str = field(repr=False)
    #: Made just now, to be told once; None when there is none or it was told before.
    secret: str | None = field(default=None, repr=False)


class SelfRegistered:
    """Use cases of services about themselves.

    :param changed: makes this process look at services again.
    """

    def __init__(
        self,
        *,
        db: Database,
        store: SelfRegisteredStore,
        versions: Versions,
        invitations: Invitations,
        statements: SoftwareStatements,
        sectors: SectorDocuments,
        logos: Logos,
        clock: Clock,
        settings: RegistrationSettings,
        development: bool,
        changed: Callable[[], None],
    ) -> None:
        self._db = db
        self._store = store
        self._versions = versions
        self._invitations = invitations
        self._statements = statements
        self._sectors = sectors
        self._logos = logos
        self._clock = clock
        self._settings = settings
        self._development = development
        self._changed = changed

    def register(self, body: bytes, *, shown: str | None, offer: RegistrationOffer) -> Registered:
        """Register a service (RFC 7591 §3.1).

        :param shown: the initial access token of the request, if any.
        :raises RegistrationTokenError: this deployment asks for a token, and this one does not let anybody register.
        :raises RegistrationFaultsError: with every fault; the first member of each place is the metadata's.
        :raises SoftwareStatementError: a software statement is not valid, or its issuer not trusted.
        :raises RegistrationsFullError: too many services wait for their first citizen.
        """
        invited = self._settings.mode == "token"
        if invited:
            self._invitations.check(shown)
        elif self._store.count_unused() >= self._settings.max_unused:
            raise RegistrationsFullError
        client = self._described(json_object(body), PREFIX + identifier(), offer)
        client, secret = _with_secret(client, before=None)
        prepared = self._logos.prepare(client, before=None)
        access_token, now = token(), self._clock.now()
        with self._db.transaction():
            if invited:
                self._invitations.use(shown or "")
            # Nobody remembers a service that did not exist, so no process has to look again.
            self._store.add(Kept(prepared.client, digest(access_token), now))
            self._logos.keep(prepared)
        return Registered(prepared.client, now, access_token, secret)

    def read(self, client_id: str, *, shown: str | None) -> Registered:
        """Give a service its registration (RFC 7592 §2.1); its secret, of which only a digest is kept, is left out.

        :raises RegistrationTokenError: not this service's token.
        """
        kept = self._kept(client_id, shown)
        return Registered(kept.client, kept.created_at, shown or "")

    def update(self, client_id: str, body: bytes, *, shown: str | None, offer: RegistrationOffer) -> Registered:
        """Replace a registration whole, and the token that reads and changes it (RFC 7592 §2.2).

        :raises RegistrationTokenError: not this service's token.
        :raises RegistrationFaultsError: with every fault.
        :raises SoftwareStatementError: as for `register`.
        """
        before = self._kept(client_id, shown).client
        members = json_object(body)
        if faults := _update_faults(members, before):
            raise RegistrationFaultsError(faults)
        described_anew = self._described(members, client_id, offer)
        client, secret = _with_secret(described_anew, before=before)
        prepared = self._logos.prepare(client, before=before)
        access_token, now = token(), self._clock.now()
        with self._db.transaction():
            # First, so that two changes at the same time take turns, and the later one's token has ended.
            self._versions.bump(VERSION_NAME)
            kept = self._kept(client_id, shown)
            # A secret that an operator has made meanwhile is not undone.
            if secret is None and client.auth_method in SECRET_METHODS:
                prepared = replace(prepared, client=replace(prepared.client, secret_digests=kept.client.secret_digests))
            self._store.replace(Kept(prepared.client, digest(access_token), kept.created_at), now=now)
            self._logos.keep(prepared)
        self._changed()
        return Registered(replace(prepared.client, state=kept.client.state), kept.created_at, access_token, secret)

    def delete(self, client_id: str, *, shown: str | None, ended: Callable[[str], None]) -> None:
        """Take a registration back for good (RFC 7592 §2.3): no sign-on, no token, no release from then on.

        The row stays, so that citizens can still read whom they shared with.

        :param ended: what ends with the service elsewhere, in the same transaction.
        :raises RegistrationTokenError: not this service's token.
        """
        with self._db.transaction():
            self._versions.bump(VERSION_NAME)
            kept = self._kept(client_id, shown)
            self._store.delete(client_id, now=self._clock.now())
            self._logos.keep(Prepared(replace(kept.client, logo=None)))
            ended(client_id)
        self._changed()

    def purge(self, limit: int, *, in_use: InUse) -> int:
        """Remove up to `limit` services that no citizen ever used and whose time is over; how many went."""
        now = self._clock.now()
        before = now - timedelta(days=self._settings.unused_days)
        waiting = self._store.unused(self._settings.max_unused + limit)
        used = in_use([client_id for client_id, _, _ in waiting]) if waiting else ()
        if used:
            self._store.mark_used(used, now=now)
        over = [client_id for client_id, since, gone in waiting if client_id not in used and (gone or since < before)]
        if not over:
            return 0
        with self._db.transaction():
            self._versions.bump(VERSION_NAME)
            removed = self._store.remove(over[:limit])
        self._changed()
        return removed

    def _kept(self, client_id: str, shown: str | None) -> Kept:
        kept = self._store.find(client_id) if _IDENTIFIER.fullmatch(client_id) else None
        known = matches(secret=shown or "", digest=_NO_TOKEN if kept is None else kept.token_digest)
        if kept is None or not known:
            raise RegistrationTokenError
        return kept

    def _described(self, members: Mapping[str, Any], client_id: str, offer: RegistrationOffer) -> Client:
        """Read the members and check what only a fetch can find. Never call it in a transaction."""
        statement = members.get("software_statement")
        if statement is not None:
            # What the trusted issuer says wins over what the service says (RFC 7591 §2.3).
            members = {**members, **self._statements.members(statement)}
        client = described(members, client_id=client_id, offer=offer, development=self._development)
        if client.sector_identifier_uri is not None:
            problem = self._sectors.problem(client.sector_identifier_uri, redirect_uris=client.redirect_uris)
            if problem is not None:
                raise RegistrationFaultsError((Fault("sector_identifier_uri", problem),))
        return client if statement is None else replace(client, software_statement=statement)


def _with_secret(client: Client, *, before: Client | None) -> tuple[Client, str | None]:
    """Keep the secret of a service that has one, or make one where its way of proving itself needs it."""
    if client.auth_method not in SECRET_METHODS:
        return client, None
    if before is not None and before.secret_digests:
        return replace(client, secret_digests=before.secret_digests), None
    made = token()
    return replace(client, secret_digests=(digest(made),)), made


def _update_faults(members: Mapping[str, Any], before: Client) -> tuple[Fault, ...]:
    faults = [
        Fault(name, "is given by us and must not be sent (RFC 7592 §2.2)") for name in _ANSWERED if name in members
    ]
    if members.get("client_id") != before.client_id:
        faults.append(Fault("client_id", "must be the one of this registration"))
    secret = members.get("client_secret")
    if secret is not None:
        known = [matches(secret=secret, digest=each) for each in before.secret_digests if isinstance(secret, str)]
        if not any(known):
            faults.append(Fault("client_secret", "is not the secret of this registration"))
    return tuple(faults)
