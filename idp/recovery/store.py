"""Rows of requests and recoveries. Whatever may happen once is one statement whose WHERE holds the rule."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, delete, func, select, update

from idp.recovery.models import RecoveryRequestRow, RecoveryRow
from idp.recovery.values import Recovery, State, Times
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_request: Final = cast("Table", RecoveryRequestRow.__table__)
_recovery: Final = cast("Table", RecoveryRow.__table__)
_RUNNING: Final = _recovery.c.state == State.RUNNING.value


class RecoveryStore:
    """The tables `recovery_request` and `recovery`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def ask(self, login_index: bytes, request_id: str, *, now: datetime, unless_since: datetime) -> None:
        """Note that a name was asked for, unless it was since a moment; the same statement either way."""
        columns = {"id": request_id, "asked_at": now}
        statement = (
            insert_into(self._db, RecoveryRequestRow)
            .values(login_index=login_index, **columns)
            .on_conflict_do_update(
                index_elements=["login_index"], set_=columns, where=_request.c.asked_at <= unless_since
            )
        )
        with self._db.transaction() as connection:
            connection.execute(statement)

    def asked(self, request_id: str) -> bytes | None:
        """Give the name that a request was about; None when another one came before it."""
        with self._db.reading() as connection:
            return connection.execute(select(_request.c.login_index).where(_request.c.id == request_id)).scalar()

    def begin(self, recovery: Recovery) -> bool:
        """Insert a recovery that runs; False when one runs for the account."""
        times = recovery.times
        statement = insert_into(self._db, RecoveryRow).values(
            id=recovery.id,
            account_id=recovery.account_id,
            state=recovery.state.value,
            begun_at=times.begun_at,
            half_at=times.half_at,
            ready_at=times.ready_at,
            until=times.until,
        )
        with self._db.transaction() as connection:
            return connection.execute(statement.on_conflict_do_nothing()).rowcount == 1

    def running(self, account_id: str, *, now: datetime) -> Recovery | None:
        """Give the recovery that runs for an account."""
        statement = select(_recovery).where(_recovery.c.account_id == account_id, _RUNNING, _recovery.c.until > now)
        with self._db.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else _value(row)

    def get(self, recovery_id: str) -> Recovery | None:
        """Give a recovery in whichever state."""
        with self._db.reading() as connection:
            row = connection.execute(select(_recovery).where(_recovery.c.id == recovery_id)).first()
        return None if row is None else _value(row)

    def cancel(self, account_id: str, *, now: datetime) -> bool:
        """Cancel the recovery that runs for an account; True once."""
        return self._end(_recovery.c.account_id == account_id, state=State.CANCELLED, now=now) == 1

    def finish(self, recovery_id: str, *, now: datetime) -> str | None:
        """Use a recovery up whose time has come; gives its account, once."""
        in_time = (_recovery.c.id == recovery_id, _RUNNING, _recovery.c.ready_at <= now, _recovery.c.until > now)
        statement = (
            update(_recovery)
            .where(*in_time)
            .values(state=State.DONE.value, ended_at=now)
            .returning(_recovery.c.account_id)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).scalars().first()

    def end_overdue(self, account_id: str, *, now: datetime) -> None:
        """Let a recovery be over in which nobody set a password in time."""
        self._end(_recovery.c.account_id == account_id, _recovery.c.until <= now, state=State.OVER, now=now)

    def cancelled_since(self, account_id: str, moment: datetime) -> int:
        """Count an account's recoveries that were cancelled since a moment."""
        statement = select(func.count()).where(
            _recovery.c.account_id == account_id,
            _recovery.c.state == State.CANCELLED.value,
            _recovery.c.ended_at > moment,
        )
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one()

    def take_half(self, *, now: datetime, limit: int) -> tuple[Recovery, ...]:
        """Give recoveries that are half way and whose owner was not told; nobody else gets the same ones."""
        return self._take(_recovery.c.half_at <= now, _recovery.c.half_told_at, now=now, limit=limit)

    def take_ready(self, *, now: datetime, limit: int) -> tuple[Recovery, ...]:
        """Give recoveries whose waiting time is over and whose owner was not told; nobody else gets the same ones."""
        return self._take(_recovery.c.ready_at <= now, _recovery.c.ready_told_at, now=now, limit=limit)

    def purge(self, *, asked_before: datetime, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` requests, and recoveries that ended or ran out before a moment; gives how many."""
        requests = select(_request.c.login_index).where(_request.c.asked_at <= asked_before).limit(limit)
        over = (
            select(_recovery.c.id)
            .where((_recovery.c.ended_at <= ended_before) | (_recovery.c.until <= ended_before))
            .limit(limit)
        )
        with self._db.transaction() as connection:
            gone = connection.execute(delete(_request).where(_request.c.login_index.in_(requests)))
            more = connection.execute(delete(_recovery).where(_recovery.c.id.in_(over)))
            return cast("CursorResult[Any]", gone).rowcount + cast("CursorResult[Any]", more).rowcount

    def _take(self, due: Any, told: Any, *, now: datetime, limit: int) -> tuple[Recovery, ...]:  # noqa: ANN401 - columns
        waiting = (_RUNNING, due, told.is_(None), _recovery.c.until > now)
        some = select(_recovery.c.id).where(*waiting).limit(limit).with_for_update(skip_locked=True)
        statement = (
            update(_recovery)
            .where(_recovery.c.id.in_(some.scalar_subquery()), *waiting)
            .values({told.name: now})
            .returning(_recovery)
        )
        with self._db.transaction() as connection:
            return tuple(_value(row) for row in connection.execute(statement))

    def _end(self, *where: Any, state: State, now: datetime) -> int:  # noqa: ANN401 - conditions
        with self._db.transaction() as connection:
            done = connection.execute(update(_recovery).where(_RUNNING, *where).values(state=state.value, ended_at=now))
            return cast("CursorResult[Any]", done).rowcount


def _value(row: Any) -> Recovery:  # noqa: ANN401 - a row of the table above
    return Recovery(
        id=row.id,
        account_id=row.account_id,
        times=Times(begun_at=row.begun_at, half_at=row.half_at, ready_at=row.ready_at, until=row.until),
        state=State(row.state),
    )
