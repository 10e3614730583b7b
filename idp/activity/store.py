"""Rows of the ledger: added and read, never changed."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Table, bindparam, select

from idp.activity.models import ActivityRow
from idp.activity.values import Kind, LinkedRow, Row
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.storage.prepared import Prepared

_row: Final[Table] = ActivityRow.__table__  # type: ignore[assignment]
_BATCH: Final = 500

_LAST: Final = (
    select(_row.c.sequence, _row.c.hash)
    .where(_row.c.account_id == bindparam("account"))
    .order_by(_row.c.sequence.desc())
    .limit(1)
)
_BATCH_AFTER: Final = (
    select(_row)
    .where(_row.c.account_id == bindparam("account"), _row.c.sequence > bindparam("after"))
    .order_by(_row.c.sequence)
    .limit(_BATCH)
)


class ActivityStore:
    """The ledger in the database."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        # One statement is a transaction by itself; inside an open transaction it belongs to that one.
        self._insert = Prepared(insert_into(db, ActivityRow).on_conflict_do_nothing(), db=db)
        self._last = Prepared(_LAST, db=db)

    def last(self, account_id: str) -> tuple[int, bytes] | None:
        """Give sequence and hash of a citizen's latest row."""
        row = self._last.one({"account": account_id})
        return None if row is None else (row["sequence"], row["hash"])

    def add(self, linked: LinkedRow) -> bool:
        """Add a row; False when another one took its place first."""
        row = linked.row
        values = {
            "account_id": row.account_id,
            "sequence": row.sequence,
            "at": row.at,
            "kind": row.kind.value,
            "client_id": row.client_id,
            "claims": list(row.claims),
            "facts": dict(row.facts),
            "previous": linked.previous,
            "hash": linked.hash,
        }
        return self._insert.count(values) == 1

    def before(
        self, account_id: str, *, before: int | None, limit: int, kind: Kind | None, client_id: str | None
    ) -> tuple[Row, ...]:
        """Give the latest rows that fit, the latest first."""
        statement = select(_row).where(_row.c.account_id == account_id)
        if before is not None:
            statement = statement.where(_row.c.sequence < before)
        if kind is not None:
            statement = statement.where(_row.c.kind == kind.value)
        if client_id is not None:
            statement = statement.where(_row.c.client_id == client_id)
        with self._db.reading() as connection:
            rows = connection.execute(statement.order_by(_row.c.sequence.desc()).limit(limit)).all()
        return tuple(_linked(row).row for row in rows)

    def in_order(self, account_id: str) -> Iterator[LinkedRow]:
        """Give all rows of a citizen from the first, read in bounded batches."""
        after = 0
        while True:
            with self._db.reading() as connection:
                rows = connection.execute(_BATCH_AFTER, {"account": account_id, "after": after}).all()
            if not rows:
                return
            yield from map(_linked, rows)
            after = rows[-1].sequence


def _linked(row: Any) -> LinkedRow:  # noqa: ANN401 - a row of the table above
    said = Row(
        account_id=row.account_id,
        sequence=row.sequence,
        at=row.at,
        kind=Kind(row.kind),
        client_id=row.client_id,
        claims=tuple(row.claims),
        facts=row.facts,
    )
    return LinkedRow(row=said, previous=row.previous, hash=row.hash)
