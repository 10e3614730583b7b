"""Rows of who was told of a changed detail."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, delete, select

from idp.consent.models import ToldRow
from idp.consent.told import Told
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_told: Final = cast("Table", ToldRow.__table__)


class ToldStore:
    """The table `told`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def put(self, told: Told) -> None:
        """Note a telling in the place of an earlier one of the same detail to the same service."""
        changed = {"id": told.id, "notice_id": told.notice_id, "told_at": told.told_at}
        named = {"account_id": told.account_id, "attribute_id": told.attribute_id, "grant_id": told.grant_id}
        statement = (
            insert_into(self._db, ToldRow)
            .values(**named, **changed)
            .on_conflict_do_update(index_elements=list(named), set_=changed)
        )
        with self._db.transaction() as connection:
            connection.execute(statement)

    def of_detail(self, account_id: str, attribute_id: str) -> tuple[Told, ...]:
        """Give the tellings of one detail, the newest first."""
        statement = (
            select(_told)
            .where(_told.c.account_id == account_id, _told.c.attribute_id == attribute_id)
            .order_by(_told.c.told_at.desc(), _told.c.id)
        )
        with self._db.reading() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            Told(row.id, row.account_id, row.attribute_id, row.grant_id, row.notice_id, row.told_at) for row in rows
        )

    def purge(self, *, before: datetime, limit: int) -> int:
        """Delete at most `limit` tellings from before a moment; gives how many."""
        old = select(_told.c.id).where(_told.c.told_at < before).limit(limit)
        with self._db.transaction() as connection:
            done = connection.execute(delete(_told).where(_told.c.id.in_(old)))
            return cast("CursorResult[Any]", done).rowcount
