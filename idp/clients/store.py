"""Rows of services and their registered uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, update

from idp.clients.directory import ClientDirectory
from idp.clients.models import ClientRow, RegisteredUseRow
from idp.clients.rows import client_from_row, client_to_row, register_of, use_from_row, use_to_row
from idp.clients.values import Client, ClientState, RegisteredUse, UseState
from idp.storage.db import Database

_clients = cast("Table", ClientRow.__table__)
_uses = cast("Table", RegisteredUseRow.__table__)


class ClientStore:
    """The tables `client` and `registered_use`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        self._directory = ClientDirectory(db=db)

    def find(self, client_id: str) -> Client | None:
        """Return one service with its register."""
        return next(iter(self._load(client_id)), None)

    def all(self) -> tuple[Client, ...]:
        """Return every service, by identifier."""
        return self._load(None)

    def ids(self) -> frozenset[str]:
        """Return the identifiers of every service."""
        with self._db.reading() as connection:
            return frozenset(connection.execute(select(ClientRow.client_id)).scalars())

    def put(self, client: Client, *, now: datetime) -> bool:
        """Insert or replace a service; tells whether anything changed."""
        row = client_to_row(client)
        with self._db.transaction() as connection:
            before = connection.execute(select(_clients).where(ClientRow.client_id == client.client_id)).one_or_none()
            if before is None:
                connection.execute(insert(_clients).values(**row, created_at=now, updated_at=now))
            elif {name: before._mapping[name] for name in row} != row:  # noqa: SLF001 - the documented access by name
                connection.execute(
                    update(_clients).where(ClientRow.client_id == client.client_id).values(**row, updated_at=now)
                )
            else:
                return False
            self._directory.keep(client)
        return True

    def add_use(self, use: RegisteredUse, *, now: datetime) -> RegisteredUse | None:
        """Store a use: a new version when the content is new, else at most a new state; None when nothing changed."""
        with self._db.transaction() as connection:
            newest = connection.execute(
                select(_uses)
                .where(RegisteredUseRow.client_id == use.client_id, RegisteredUseRow.key == use.key)
                .order_by(RegisteredUseRow.version.desc())
                .limit(1)
            ).one_or_none()
            stored = use_from_row(dict(newest._mapping)) if newest else None  # noqa: SLF001 - as above
            approved_at = now if use.state is UseState.APPROVED else None
            if stored is None or _content(stored) != _content(use):
                added = replace(
                    use, version=(stored.version if stored else 0) + 1, created_at=now, approved_at=approved_at
                )
                connection.execute(insert(_uses).values(**use_to_row(added), created_at=now, approved_at=approved_at))
                return added
            if stored.state is use.state:
                return None
            changed = replace(stored, state=use.state, approved_at=approved_at or stored.approved_at)
            connection.execute(
                update(_uses)
                .where(
                    RegisteredUseRow.client_id == use.client_id,
                    RegisteredUseRow.key == use.key,
                    RegisteredUseRow.version == stored.version,
                )
                .values(state=changed.state.value, approved_at=changed.approved_at)
            )
            return changed

    def set_state(self, client_id: str, state: ClientState, *, now: datetime) -> bool:
        """Change where a service stands; False when it does not exist."""
        return self._update(client_id, state=state.value, updated_at=now)

    def set_secrets(self, client_id: str, digests: Iterable[bytes], *, now: datetime) -> bool:
        """Replace the accepted secrets; False when the service does not exist."""
        return self._update(client_id, secret_digests=[digest.hex() for digest in digests], updated_at=now)

    def _update(self, client_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns of several types
        statement = update(_clients).where(ClientRow.client_id == client_id).values(**values)
        with self._db.transaction() as connection:
            changed = connection.execute(statement.returning(ClientRow.client_id)).scalar_one_or_none()
        return changed is not None

    def _load(self, client_id: str | None) -> tuple[Client, ...]:
        clients, uses = select(_clients).order_by(ClientRow.client_id), select(_uses)
        if client_id is not None:
            clients = clients.where(ClientRow.client_id == client_id)
            uses = uses.where(RegisteredUseRow.client_id == client_id)
        with self._db.reading() as connection:
            rows = connection.execute(clients).mappings().all()
            versions = [use_from_row(dict(row)) for row in connection.execute(uses).mappings()] if rows else []
        return tuple(
            client_from_row(dict(row), register_of(use for use in versions if use.client_id == row["client_id"]))
            for row in rows
        )


def _content(use: RegisteredUse) -> tuple[object, ...]:
    return (use.purpose, use.lawful_basis, use.details, use.without_it)
