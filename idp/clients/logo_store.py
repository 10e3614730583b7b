"""Rows of logos."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table, delete, select

from idp.clients.models import ClientLogoRow
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_table: Final = cast("Table", ClientLogoRow.__table__)


class LogoStore:
    """The table `client_logo`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    def image(self, client_id: str) -> bytes | None:
        """Return a service's logo as PNG."""
        with self._db.reading() as connection:
            return connection.execute(
                select(_table.c.image).where(_table.c.client_id == client_id)
            ).scalar_one_or_none()

    def source(self, client_id: str) -> str | None:
        """Return where a service's logo was fetched from."""
        with self._db.reading() as connection:
            return connection.execute(
                select(_table.c.source).where(_table.c.client_id == client_id)
            ).scalar_one_or_none()

    def put(self, client_id: str, *, source: str, image: bytes, now: datetime) -> None:
        """Keep a logo in place of the one before."""
        values = {"source": source, "image": image, "fetched_at": now}
        statement = (
            insert_into(self._db, ClientLogoRow)
            .values(client_id=client_id, **values)
            .on_conflict_do_update(index_elements=["client_id"], set_=values)
        )
        with self._db.transaction() as connection:
            connection.execute(statement)

    def remove(self, client_id: str) -> None:
        """Forget a service's logo."""
        with self._db.transaction() as connection:
            connection.execute(delete(_table).where(_table.c.client_id == client_id))
