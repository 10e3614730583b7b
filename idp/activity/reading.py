"""Reading the ledger: pages, what occurs in it, counts, and the chain."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Select, Table, bindparam, case, func, select

from idp.activity.filters import Facets, Filter
from idp.activity.models import ActivityRow
from idp.activity.rows import EMPTY, conditions, deletable, filled, linked_from, row_from
from idp.activity.values import BROWSER, Kind, LinkedRow, Row
from idp.storage.db import Database

_row: Final[Table] = ActivityRow.__table__  # type: ignore[assignment]
_BATCH: Final = 500

_BATCH_AFTER: Final = (
    select(_row)
    .where(_row.c.account_id == bindparam("account"), _row.c.sequence > bindparam("after"))
    .order_by(_row.c.sequence)
    .limit(_BATCH)
)


class Reading:
    """What is asked of the ledger."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    def older(self, account_id: str, *, before: int | None, limit: int, fitting: Filter) -> tuple[Row, ...]:
        """Give the latest rows that fit, the latest first."""
        statement = self.fitting(account_id, fitting)
        if before is not None:
            statement = statement.where(_row.c.sequence < before)
        return self._rows(statement.order_by(_row.c.sequence.desc()).limit(limit))

    def newer(self, account_id: str, *, after: int, limit: int, fitting: Filter) -> tuple[Row, ...]:
        """Give the rows that fit and are just newer than one, the oldest first."""
        statement = self.fitting(account_id, fitting).where(_row.c.sequence > after)
        return self._rows(statement.order_by(_row.c.sequence).limit(limit))

    def fitting(self, account_id: str, fitting: Filter) -> Select[Any]:
        """Give the statement that finds a citizen's rows; the database follows its primary key."""
        wanted = conditions(fitting, dialect=self._db.dialect)
        return select(_row).where(_row.c.account_id == account_id, filled(), *wanted)

    def facets(self, account_id: str) -> Facets:
        """Give what occurs in a citizen's rows; one statement."""
        browser = _row.c.facts[BROWSER].as_string()
        statement = select(_row.c.client_id, _row.c.claims, browser.label("browser"))
        with self._db.reading() as connection:
            rows = connection.execute(statement.where(_row.c.account_id == account_id).distinct()).all()
        return Facets(
            client_ids=frozenset(row.client_id for row in rows if row.client_id),
            claims=frozenset(claim for row in rows for claim in row.claims),
            browsers=frozenset(row.browser for row in rows if row.browser),
        )

    def counts(self, account_id: str, *, months: Sequence[datetime]) -> tuple[dict[str, int], ...]:
        """Count rows by kind from each moment to the next; one statement."""
        counted: tuple[dict[str, int], ...] = tuple({} for _ in months)
        with self._db.reading() as connection:
            for row in connection.execute(self.counting(account_id, months)):
                counted[row.part][row.kind] = row.number
        return counted

    def counting(self, account_id: str, months: Sequence[datetime]) -> Select[Any]:
        """Give the statement that counts; the database answers it from an index alone."""
        part = case(*((_row.c.at < end, place) for place, end in enumerate(months[1:])), else_=len(months) - 1)
        return (
            select(part.label("part"), _row.c.kind, func.count().label("number"))
            .where(_row.c.account_id == account_id, _row.c.at >= months[0], filled())
            .group_by("part", _row.c.kind)
        )

    def count(self, account_id: str, *, fitting: Filter) -> int:
        """Count the rows that fit and may be deleted."""
        wanted = conditions(fitting, dialect=self._db.dialect)
        statement = select(func.count()).select_from(_row)
        with self._db.reading() as connection:
            return connection.execute(
                statement.where(_row.c.account_id == account_id, deletable(), *wanted)
            ).scalar_one()

    def in_order(self, account_id: str, *, after: int = 0) -> Iterator[LinkedRow]:
        """Give all rows of a citizen from the first, or after one, read in bounded batches."""
        while True:
            with self._db.reading() as connection:
                rows = connection.execute(_BATCH_AFTER, {"account": account_id, "after": after}).all()
            if not rows:
                return
            yield from map(linked_from, rows)
            after = rows[-1].sequence

    def at(self, account_id: str, sequence: int) -> Row | None:
        """Give one row that says something."""
        rows = self._rows(self.fitting(account_id, Filter(sequence=sequence)))
        return rows[0] if rows else None

    def deletions(self, account_id: str) -> Iterator[tuple[int, Iterator[LinkedRow]]]:
        """Give deleted rows by the entry that each names, in order."""
        statement = (
            select(_row)
            .where(_row.c.account_id == account_id, _row.c.kind == EMPTY)
            .order_by(_row.c.erased_by, _row.c.sequence)
        )
        with self._db.reading() as connection:
            rows = map(linked_from, connection.execute(statement))
            for erased_by, those in groupby(rows, key=attrgetter("erased_by")):
                yield erased_by or 0, those

    def untold(self, account_id: str) -> tuple[int, ...]:
        """Give the entries that tell of deletions and that no deleted row names."""
        named = select(_row.c.erased_by).where(_row.c.account_id == account_id, _row.c.erased_by.is_not(None))
        statement = select(_row.c.sequence).where(
            _row.c.account_id == account_id,
            _row.c.kind == Kind.ACTIVITY_DELETED.value,
            _row.c.sequence.not_in(named),
        )
        with self._db.reading() as connection:
            return tuple(connection.execute(statement).scalars())

    def _rows(self, statement: Select[Any]) -> tuple[Row, ...]:
        with self._db.reading() as connection:
            return tuple(map(row_from, connection.execute(statement)))
