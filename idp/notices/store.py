"""Rows of notices. Whoever tells one claims it first, by one statement that moves its next try on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Select, Table, delete, insert, select, update

from idp.notices.models import NoticeRow
from idp.notices.values import Kind, Notice, State
from idp.storage.db import Database

_notice: Final = cast("Table", NoticeRow.__table__)
_WAITING: Final = _notice.c.state == State.WAITING.value


class NoticeStore:
    """The table `notice`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def add(self, notices: Sequence[Notice]) -> None:
        """Insert notices."""
        rows = [
            {
                "id": notice.id,
                "kind": notice.kind.value,
                "client_id": notice.client_id,
                "payload": dict(notice.payload),
                "state": notice.state.value,
                "attempts": notice.attempts,
                "due_at": notice.due_at,
                "created_at": notice.created_at,
                "ended_at": notice.ended_at,
                "last_error": notice.last_error,
            }
            for notice in notices
        ]
        with self._db.transaction() as connection:
            connection.execute(insert(_notice), rows)

    def claim(self, *, now: datetime, until: datetime, notice_id: str | None = None) -> Notice | None:
        """Take a notice that is due, so that nobody else tells it before `until`; None when there is none.

        :param notice_id: this one, or whichever waits longest.
        """
        due = select(_notice.c.id).where(_WAITING, _notice.c.due_at <= now)
        if notice_id is not None:
            due = due.where(_notice.c.id == notice_id)
        # SQLite has one writer at a time and no such clause; PostgreSQL passes over rows that others are taking.
        chosen = due.order_by(_notice.c.due_at).limit(1).with_for_update(skip_locked=True)
        taken = (
            update(_notice)
            .where(_notice.c.id == chosen.scalar_subquery(), _WAITING, _notice.c.due_at <= now)
            .values(attempts=_notice.c.attempts + 1, due_at=until)
            .returning(_notice)
        )
        with self._db.transaction() as connection:
            row = connection.execute(taken).mappings().one_or_none()
        return None if row is None else _value(row)

    def end(self, notice_id: str, *, state: State, at: datetime, error: str | None) -> None:
        """Note that a notice was told or given up."""
        self._change(_notice.c.id == notice_id, state=state.value, ended_at=at, last_error=error)

    def put_off(self, notice_id: str, *, until: datetime, error: str) -> None:
        """Have a notice tried again later."""
        self._change(_notice.c.id == notice_id, due_at=until, last_error=error)

    def revive(self, notice_id: str | None, *, now: datetime) -> int:
        """Make a notice that was not told due at once, with all its tries before it; all of them for None."""
        own: tuple[ColumnElement[bool], ...] = () if notice_id is None else (_notice.c.id == notice_id,)
        return self._change(
            _notice.c.state != State.TOLD.value,
            *own,
            state=State.WAITING.value,
            attempts=0,
            due_at=now,
            ended_at=None,
        )

    def list(self, *, state: State | None, limit: int) -> tuple[Notice, ...]:
        """Give notices, the newest first."""
        statement: Select[Any] = select(_notice).order_by(_notice.c.created_at.desc(), _notice.c.id).limit(limit)
        if state is not None:
            statement = statement.where(_notice.c.state == state.value)
        with self._db.reading() as connection:
            return tuple(_value(row) for row in connection.execute(statement).mappings())

    def found(self, notice_ids: Sequence[str]) -> tuple[Notice, ...]:
        """Give those of the notices that are still kept."""
        with self._db.reading() as connection:
            rows = connection.execute(select(_notice).where(_notice.c.id.in_(notice_ids))).mappings()
            return tuple(_value(row) for row in rows)

    def purge(self, *, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` notices that ended before a moment; gives how many."""
        ended = select(_notice.c.id).where(_notice.c.ended_at < ended_before).limit(limit)
        with self._db.transaction() as connection:
            done = connection.execute(delete(_notice).where(_notice.c.id.in_(ended)))
            return cast("CursorResult[Any]", done).rowcount

    def _change(self, *where: ColumnElement[bool], **values: Any) -> int:  # noqa: ANN401 - columns of several types
        with self._db.transaction() as connection:
            done = connection.execute(update(_notice).where(*where).values(**values))
            return cast("CursorResult[Any]", done).rowcount


def _value(row: Any) -> Notice:  # noqa: ANN401 - a row by column name
    return Notice(
        id=row["id"],
        kind=Kind(row["kind"]),
        client_id=row["client_id"],
        payload=row["payload"],
        state=State(row["state"]),
        attempts=row["attempts"],
        due_at=row["due_at"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        last_error=row["last_error"],
    )
