"""Accounts on their way out: when each ends, who was reminded, and whose name nobody may take for a while."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from idp.accounts.models import AccountRow, RetiredNameRow
from idp.accounts.values import State
from idp.clock import Clock
from idp.storage.db import Database
from idp.storage.dialects import insert_into


class Leaving:
    """The columns and rows of leaving. Each change is one statement, so that two cannot both succeed."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def begin(self, account_id: str, *, closes_at: datetime) -> bool:
        """Let an account end at a moment; False when it is not active, or ends already."""
        row = AccountRow
        return self._changed(
            update(row)
            .where(row.id == account_id, row.state == State.ACTIVE.value, row.closes_at.is_(None))
            .values(closes_at=closes_at, reminded_at=None)
        )

    def keep(self, account_id: str) -> bool:
        """Let an account go on; False when it does not end, or its end has come."""
        row = AccountRow
        return self._changed(
            update(row)
            .where(row.id == account_id, row.closes_at > self._clock.now())
            .values(closes_at=None, reminded_at=None)
        )

    def remind(self, *, ending_before: datetime, limit: int) -> tuple[tuple[str, datetime], ...]:
        """Mark accounts that end soon as reminded; gives each with its end. Nobody else gets the same ones."""
        row = AccountRow
        now = self._clock.now()
        soon = (
            select(row.id)
            .where(row.closes_at <= ending_before, row.closes_at > now, row.reminded_at.is_(None))
            .order_by(row.closes_at)
            .limit(limit)
        )
        statement = (
            update(row)
            .where(row.id.in_(soon), row.reminded_at.is_(None))
            .values(reminded_at=now)
            .returning(row.id, row.closes_at)
        )
        with self._db.transaction() as connection:
            return tuple((found.id, found.closes_at) for found in connection.execute(statement))

    def due(self) -> str | None:
        """Give an account whose end has come, the longest due first, and close it for good; None when there is none."""
        row = AccountRow
        statement = select(row.id).where(row.closes_at <= self._clock.now()).order_by(row.closes_at).limit(1)
        with self._db.transaction() as connection:
            found = connection.execute(statement).scalar_one_or_none()
            if found is not None:
                # From here on nobody signs in, and keeping it is too late.
                connection.execute(update(row).where(row.id == found).values(state=State.CLOSED.value))
        return found

    def erase(self, account_id: str, *, name_kept: timedelta) -> None:
        """Delete an account's own row; its name is given to nobody else for a while."""
        until = self._clock.now() + name_kept
        with self._db.transaction() as connection:
            gone = connection.execute(
                delete(AccountRow).where(AccountRow.id == account_id).returning(AccountRow.login_index)
            ).scalar_one_or_none()
            if gone is not None and name_kept:
                retired = insert_into(self._db, RetiredNameRow).values(login_index=gone, until=until)
                connection.execute(retired.on_conflict_do_update(index_elements=["login_index"], set_={"until": until}))

    def is_retired(self, login_index: bytes) -> bool:
        """Tell whether a name is still kept from others."""
        row = RetiredNameRow
        statement = select(row.until).where(row.login_index == login_index, row.until > self._clock.now())
        with self._db.reading() as connection:
            return connection.execute(statement).first() is not None

    def purge(self, limit: int) -> int:
        """Free at most `limit` names whose time is over; gives how many."""
        row = RetiredNameRow
        over = select(row.login_index).where(row.until <= self._clock.now()).limit(limit)
        with self._db.transaction() as connection:
            done = connection.execute(delete(row).where(row.login_index.in_(over)))
            return cast("CursorResult[Any]", done).rowcount

    def _changed(self, statement: Any) -> bool:  # noqa: ANN401 - an update of any shape
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1
