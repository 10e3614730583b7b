"""Finding, importing and suspending services, and having their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from idp.claims.catalogue import Catalogue
from idp.clients.cache import VERSION_NAME, ClientCache
from idp.clients.directory import ClientDirectory
from idp.clients.errors import Fault, RegistrationFaultsError, UnknownClientError
from idp.clients.keys import ClientKeys
from idp.clients.logo_store import LogoStore
from idp.clients.logos import Logos, Prepared
from idp.clients.metadata import ImportFile
from idp.clients.reading import read
from idp.clients.registration import NewClient, Registration, assemble
from idp.clients.sectors import SectorDocuments
from idp.clients.store import ClientStore
from idp.clients.values import Client, ClientState
from idp.clock import Clock
from idp.crypto.encryption_keys import EncryptingKeys
from idp.crypto.jwks import VerifyingKeys
from idp.crypto.secrets import digest, token
from idp.outbound.fetch import Fetcher
from idp.storage.db import Database
from idp.storage.versions import Versions

#: One in use and one to change over to.
MAX_SECRETS: Final = 2


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import changed."""

    #: Identifiers of services that are new or changed, and of those that are as before.
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    #: Service, key and version of each registered use that is new or changed its state.
    uses: tuple[tuple[str, str, int], ...]
    #: Secrets made by this import, by service: to be shown once, kept nowhere in clear.
    secrets: tuple[tuple[str, str], ...] = field(repr=False)


class ClientService:
    """Use cases around services.

    :param development: accept addresses that a deployment must not, such as http on loopback.
    :param cache_seconds: how soon a change by another process is noticed.
    """

    def __init__(
        self,
        *,
        db: Database,
        store: ClientStore,
        versions: Versions,
        catalogue: Catalogue,
        fetcher: Fetcher,
        clock: Clock,
        cache_seconds: float,
        development: bool,
    ) -> None:
        self._db = db
        self._store = store
        self._versions = versions
        self._catalogue = catalogue
        self._sectors = SectorDocuments(fetcher=fetcher)
        self.logos = Logos(store=LogoStore(db=db), fetcher=fetcher, clock=clock)
        self._clock = clock
        self._development = development
        self._directory = ClientDirectory(db=db)
        self._cache = ClientCache(
            store=store, directory=self._directory, versions=versions, clock=clock, seconds=cache_seconds
        )
        self._keys = ClientKeys(fetcher=fetcher, clock=clock)

    def get(self, client_id: str) -> Client | None:
        """Return a service in whatever state (look at `approved`), from memory whenever possible."""
        return self._cache.get(client_id)

    def audience(self, audience: str) -> Client | None:
        """Return the approved resource server that an audience belongs to (RFC 8707 §2), from memory if possible."""
        return self._cache.owner(audience)

    def knows_origin(self, origin: str) -> bool:
        """Tell whether some approved service has pages at an origin, from memory if possible."""
        return self._cache.has_origin(origin)

    def list(self) -> tuple[Client, ...]:
        """Return every service, by identifier."""
        return self._store.all()

    def keys_of(self, client: Client, *, kid: str | None) -> VerifyingKeys:
        """Return the keys that a service signs with, fetched again when it publishes them and the kid is new.

        :raises ClientKeysError: none are registered, or they cannot be had.
        """
        return self._keys.of(client, kid=kid)

    def encryption_keys_of(self, client: Client) -> EncryptingKeys:
        """Return the keys that answers for a service are encrypted to.

        :raises ClientKeysError: none are registered, one is not acceptable, or they cannot be had.
        """
        return self._keys.encrypting(client)

    def import_file(self, path: Path) -> ImportReport:
        """Import organisations, services and uses from TOML or JSON: all or nothing, and repeatable.

        :raises RegistrationFaultsError: with every fault and its place; nothing was stored.
        """
        return self.register(read(path))

    def register(self, file: ImportFile) -> ImportReport:
        """Store what checked tables describe, in one transaction.

        :raises RegistrationFaultsError: with every fault and its place; nothing was stored.
        """
        registration = assemble(
            file, catalogue=self._catalogue, known_clients=self._store.ids(), development=self._development
        )
        # Fetched before the transaction: somebody else's slow server must not hold the database.
        faults = tuple(
            fault for new in registration.clients for fault in (*self._taken(new), *self._sector_faults(new))
        )
        if faults:
            raise RegistrationFaultsError(faults)
        logos = {new.client.client_id: self._logo(new.client) for new in registration.clients}
        with self._db.transaction():
            report = self._store_all(registration, logos)
        self._cache.forget()
        return report

    def look_again(self) -> None:
        """Look at services again at the next request: one has changed beside this object."""
        self._cache.forget()

    def new_secret(self, client_id: str) -> str:
        """Make a secret, to be shown once; the one before it keeps working until the next.

        :raises UnknownClientError: no such service.
        """
        secret = token()
        with self._db.transaction():
            self._versions.bump(VERSION_NAME)
            client = self._store.find(client_id)
            if client is None:
                raise UnknownClientError
            digests = (digest(secret), *client.secret_digests)[:MAX_SECRETS]
            self._store.set_secrets(client_id, digests, now=self._clock.now())
        self._cache.forget()
        return secret

    def suspend(self, client_id: str) -> None:
        """Stop a service: no requests, no tokens, no release.

        :raises UnknownClientError: no such service.
        """
        self._set_state(client_id, ClientState.SUSPENDED)

    def approve(self, client_id: str) -> None:
        """Let a service send requests.

        :raises UnknownClientError: no such service.
        """
        self._set_state(client_id, ClientState.APPROVED)

    def _set_state(self, client_id: str, state: ClientState) -> None:
        with self._db.transaction():
            self._versions.bump(VERSION_NAME)
            client = self._store.find(client_id)
            # What a service took back itself does not return by somebody else's word.
            if client is None or client.state is ClientState.DELETED:
                raise UnknownClientError
            self._store.set_state(client_id, state, now=self._clock.now())
        self._cache.forget()

    def _logo(self, client: Client) -> Prepared:
        return self.logos.prepare(client, before=self._store.find(client.client_id))

    def _store_all(self, registration: Registration, logos: Mapping[str, Prepared]) -> ImportReport:
        now = self._clock.now()
        # First, so that two imports at the same time take turns.
        self._versions.bump(VERSION_NAME)
        changed: list[str] = []
        unchanged: list[str] = []
        secrets: list[tuple[str, str]] = []
        for new in registration.clients:
            client, made = self._with_secret(new)
            logo = logos[client.client_id]
            client = replace(client, logo=logo.client.logo)
            (changed if self._store.put(client, now=now) else unchanged).append(client.client_id)
            self.logos.keep(logo)
            if made is not None:
                secrets.append((client.client_id, made))
        uses = [stored for use in registration.uses if (stored := self._store.add_use(use, now=now)) is not None]
        return ImportReport(
            tuple(changed),
            tuple(unchanged),
            tuple((use.client_id, use.key, use.version) for use in uses),
            tuple(secrets),
        )

    def _with_secret(self, new: NewClient) -> tuple[Client, str | None]:
        """Keep the secrets of a service imported before, take the given one, or make one."""
        if not new.takes_secret:
            return new.client, None
        if new.secret is not None:
            return replace(new.client, secret_digests=(digest(new.secret),)), None
        before = self._store.find(new.client.client_id)
        if before is not None and before.secret_digests:
            return replace(new.client, secret_digests=before.secret_digests), None
        made = token()
        return replace(new.client, secret_digests=(digest(made),)), made

    def _taken(self, new: NewClient) -> tuple[Fault, ...]:
        owners = self._directory.owners(new.client.audiences)
        mine = {new.client.client_id}
        return tuple(
            Fault(f"{new.place}.audiences[{index}]", "belongs to another service")
            for index, name in enumerate(new.client.audiences)
            if owners.get(name, new.client.client_id) not in mine
        )

    def _sector_faults(self, new: NewClient) -> tuple[Fault, ...]:
        """Check that a sector document lists every redirect URI (OIDC Core §8.1, Registration §5)."""
        uri = new.client.sector_identifier_uri
        problem = None if uri is None else self._sectors.problem(uri, redirect_uris=new.client.redirect_uris)
        return () if problem is None else (Fault(f"{new.place}.sector_identifier_uri", problem),)
