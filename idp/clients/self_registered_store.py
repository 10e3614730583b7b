"""Rows of services that registered themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, delete, exists, func, insert, select, update

from idp.clients.directory import ClientDirectory
from idp.clients.models import ClientAudienceRow, ClientLogoRow, ClientRow, RegisteredUseRow
from idp.clients.rows import client_from_row, client_to_row
from idp.clients.values import Client, ClientState, Register
from idp.storage.db import Database

_clients: Final = cast("Table", ClientRow.__table__)
#: Their own digest stays with deleted ones too: that they registered themselves remains a fact.
_SELF_REGISTERED: Final = _clients.c.registration_token_digest.is_not(None)


@dataclass(frozen=True, slots=True)
class Kept:
    """A registration as it is kept."""

    client: Client
    token_digest: bytes = field(repr=False)
    created_at: datetime


class SelfRegisteredStore:
    """The table `client`, for services that registered themselves."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        self._directory = ClientDirectory(db=db)

    def add(self, kept: Kept) -> None:
        """Insert a service."""
        values = {"created_at": kept.created_at, "updated_at": kept.created_at}
        digest = kept.token_digest.hex()
        with self._db.transaction() as connection:
            connection.execute(
                insert(_clients).values(**client_to_row(kept.client), **values, registration_token_digest=digest)
            )
            self._directory.keep(kept.client)

    def find(self, client_id: str) -> Kept | None:
        """Return a service that can still be read and changed, without its register."""
        statement = select(_clients).where(
            _clients.c.client_id == client_id, _SELF_REGISTERED, _clients.c.state != ClientState.DELETED.value
        )
        with self._db.reading() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            return None
        client = client_from_row(dict(row), Register())
        # One that an operator took over by an import is the operator's to change.
        return (
            Kept(client, bytes.fromhex(row["registration_token_digest"]), row["created_at"]) if client.dynamic else None
        )

    def replace(self, kept: Kept, *, now: datetime) -> None:
        """Write a service's new registration; where it stands with the operator is not its own to change."""
        values = {
            name: value for name, value in client_to_row(kept.client).items() if name not in {"client_id", "state"}
        }
        digest = kept.token_digest.hex()
        with self._db.transaction():
            self._change(kept.client.client_id, **values, registration_token_digest=digest, updated_at=now)
            self._directory.keep(kept.client)

    def delete(self, client_id: str, *, now: datetime) -> None:
        """Note that a service took its registration back."""
        self._change(client_id, state=ClientState.DELETED.value, secret_digests=[], updated_at=now)

    def unused(self, limit: int) -> tuple[tuple[str, datetime, bool], ...]:
        """Return services of which no use is known, the oldest first: identifier, since when, and whether deleted."""
        registered = exists().where(RegisteredUseRow.client_id == _clients.c.client_id)
        audience = exists().where(ClientAudienceRow.client_id == _clients.c.client_id)
        statement = (
            select(_clients.c.client_id, _clients.c.created_at, _clients.c.state)
            .where(_SELF_REGISTERED, _clients.c.used_at.is_(None), ~registered, ~audience)
            .order_by(_clients.c.created_at)
            .limit(limit)
        )
        with self._db.reading() as connection:
            rows = connection.execute(statement).all()
        return tuple((row[0], row[1], row[2] == ClientState.DELETED.value) for row in rows)

    def count_unused(self) -> int:
        """Count services of which no use is known."""
        statement = select(func.count()).select_from(_clients).where(_SELF_REGISTERED, _clients.c.used_at.is_(None))
        with self._db.reading() as connection:
            return int(connection.execute(statement).scalar_one())

    def mark_used(self, client_ids: Collection[str], *, now: datetime) -> None:
        """Note that citizens use these."""
        with self._db.transaction() as connection:
            connection.execute(update(_clients).where(_clients.c.client_id.in_(client_ids)).values(used_at=now))

    def remove(self, client_ids: Collection[str]) -> int:
        """Delete services of which no use is known, with their logos; how many went."""
        logos = cast("Table", ClientLogoRow.__table__)
        with self._db.transaction() as connection:
            connection.execute(delete(logos).where(logos.c.client_id.in_(client_ids)))
            gone = connection.execute(
                delete(_clients).where(_clients.c.client_id.in_(client_ids), _clients.c.used_at.is_(None))
            )
        return cast("CursorResult[Any]", gone).rowcount

    def _change(self, client_id: str, **values: Any) -> None:  # noqa: ANN401 - columns of several types
        with self._db.transaction() as connection:
            connection.execute(update(_clients).where(_clients.c.client_id == client_id).values(**values))
