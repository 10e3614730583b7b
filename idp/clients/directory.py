"""What a service is found by when a request does not name it: an audience of its own, or the origin of its pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, delete, insert, select

from idp.clients.models import ClientAudienceRow, ClientOriginRow, ClientRow
from idp.clients.policy import browser_origins
from idp.clients.values import Client, ClientState

if TYPE_CHECKING:
    from idp.storage.db import Database

_audiences = cast("Table", ClientAudienceRow.__table__)
_origins = cast("Table", ClientOriginRow.__table__)


class ClientDirectory:
    """The tables `client_audience` and `client_origin`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    def keep(self, client: Client) -> None:
        """Write down what a service that has its row is found by, in the caller's transaction."""
        with self._db.transaction() as connection:
            for table, rows in (
                (_audiences, [{"audience": name, "client_id": client.client_id} for name in client.audiences]),
                (_origins, [{"origin": name, "client_id": client.client_id} for name in browser_origins(client)]),
            ):
                connection.execute(delete(table).where(table.c.client_id == client.client_id))
                if rows:
                    connection.execute(insert(table), rows)

    def owner(self, audience: str) -> str | None:
        """Return the approved service that an audience belongs to."""
        statement = (
            select(_audiences.c.client_id)
            .join(ClientRow, ClientRow.client_id == _audiences.c.client_id)
            .where(_audiences.c.audience == audience, ClientRow.state == ClientState.APPROVED.value)
        )
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def owners(self, audiences: Collection[str]) -> dict[str, str]:
        """Return whose these audiences are, whatever state the services are in."""
        statement = select(_audiences.c.audience, _audiences.c.client_id).where(_audiences.c.audience.in_(audiences))
        with self._db.reading() as connection:
            return {row.audience: row.client_id for row in connection.execute(statement)}

    def has_origin(self, origin: str) -> bool:
        """Tell whether some approved service has pages at an origin."""
        statement = (
            select(_origins.c.client_id)
            .join(ClientRow, ClientRow.client_id == _origins.c.client_id)
            .where(_origins.c.origin == origin, ClientRow.state == ClientState.APPROVED.value)
            .limit(1)
        )
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one_or_none() is not None
