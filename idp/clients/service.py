"""Finding, importing and suspending services, and having their keys."""

from __future__ import annotations

from pathlib import Path

from idp.clients.values import Client
from idp.crypto.jwks import VerifyingKeys


class ClientService:
    """Use cases around services. Constructor takes store, versions, fetcher, clock, catalogue, cache seconds."""

    def get(self, client_id: str) -> Client | None:
        """Return a service in whatever state (check `.approved`), from the process's cache."""
        raise NotImplementedError

    def list(self) -> tuple[Client, ...]:
        """Return every service."""
        raise NotImplementedError

    def import_file(self, path: Path) -> ImportReport:
        """Import organisations, services and uses, all or nothing. :raises RegistrationFaultsError:"""
        raise NotImplementedError

    def new_secret(self, client_id: str) -> str:
        """Add a secret, shown once; at most two are accepted. :raises UnknownClientError:"""
        raise NotImplementedError

    def suspend(self, client_id: str) -> None:
        """Stop a service from sending requests. :raises UnknownClientError:"""
        raise NotImplementedError

    def approve(self, client_id: str) -> None:
        """Let a service send requests. :raises UnknownClientError:"""
        raise NotImplementedError

    def keys_of(self, client: Client, *, kid: str | None) -> VerifyingKeys:
        """Return its keys, fetched again when the kid is unknown. :raises ClientKeysError:"""
        raise NotImplementedError
