"""Rows of the ledger: added, and emptied by their citizen; what is read is in :mod:`idp.activity.reading`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, bindparam, select, update

from idp.activity.filters import Filter
from idp.activity.models import ActivityRow
from idp.activity.rows import EMPTY, conditions, deletable, linked_from
from idp.activity.values import LinkedRow, Row
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.storage.prepared import Prepared

_row: Final[Table] = ActivityRow.__table__  # type: ignore[assignment]
_BATCH: Final = 1000

_LAST: Final = (
    select(_row.c.sequence, _row.c.hash)
    .where(_row.c.account_id == bindparam("account"))
    .order_by(_row.c.sequence.desc())
    .limit(1)
)


class ActivityStore:
    """The ledger in the database."""

    def __init__(self, *, db: Database) -> None:
        self.db = db
        # One statement is a transaction by itself; inside an open transaction it belongs to that one.
        self._insert = Prepared(insert_into(db, ActivityRow).on_conflict_do_nothing(), db=db)
        self._last = Prepared(_LAST, db=db)

    def last(self, account_id: str) -> tuple[int, bytes] | None:
        """Give sequence and hash of a citizen's latest row."""
        row = self._last.one({"account": account_id})
        return None if row is None else (row["sequence"], row["hash"])

    def add(self, row: Row, linked: LinkedRow) -> bool:
        """Add a row; False when another one took its place first."""
        values = {
            "account_id": row.account_id,
            "sequence": row.sequence,
            "at": row.at,
            "kind": row.kind.value,
            "client_id": row.client_id,
            "claims": list(row.claims),
            "facts": dict(row.facts),
            "content": linked.content,
            "erased_by": None,
            "previous": linked.previous,
            "hash": linked.hash,
        }
        return self._insert.count(values) == 1

    def held(self, account_id: str, *, fitting: Filter) -> Iterator[LinkedRow]:
        """Give the rows that may be deleted, from the first, and hold them until the transaction ends."""
        statement = (
            select(_row)
            .where(_row.c.account_id == account_id, deletable(), *conditions(fitting, dialect=self.db.dialect))
            .order_by(_row.c.sequence)
            .with_for_update()
        )
        with self.db.transaction() as connection:
            for part in connection.execute(statement).yield_per(_BATCH).partitions():
                yield from map(linked_from, part)

    def empty(self, account_id: str, *, fitting: Filter, up_to: int, erased_by: int, now: datetime) -> None:
        """Take out what these rows say; place, digest and link stay."""
        emptied: dict[str, Any] = {"kind": EMPTY, "at": now, "client_id": None, "claims": [], "facts": {}}
        statement = (
            update(_row)
            .where(
                _row.c.account_id == account_id,
                _row.c.sequence <= up_to,
                deletable(),
                *conditions(fitting, dialect=self.db.dialect),
            )
            .values(**emptied, erased_by=erased_by)
        )
        with self.db.transaction() as connection:
            connection.execute(statement)
