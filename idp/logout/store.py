"""Rows of the services that sessions signed in to. Only services that want to hear of the end have any."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Table, delete, exists, select

from idp.authentication.models import BrowserSessionRow, ClientSessionRow
from idp.consent.models import GrantRow
from idp.logout.values import ServiceSession
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.storage.prepared import Prepared

_held: Final = cast("Table", ClientSessionRow.__table__)
_grant: Final = cast("Table", GrantRow.__table__)
_session: Final = cast("Table", BrowserSessionRow.__table__)


class ServiceSessionStore:
    """The table `client_session`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        self._add = Prepared(insert_into(db, ClientSessionRow).on_conflict_do_nothing(), db=db, renewable=True)

    def add(self, one: ServiceSession, *, now: datetime) -> None:
        """Note that a session signed in to a service; once for each identifier is enough."""
        self._add.count(
            {
                "sid": one.sid,
                "client_id": one.client_id,
                "sub": one.sub,
                "account_id": one.account_id,
                "created_at": now,
            }
        )

    def of_session(self, sid: str) -> tuple[ServiceSession, ...]:
        """Give the services that a session signed in to, in the order in which it did."""
        statement = select(_held).where(_held.c.sid == sid).order_by(_held.c.created_at, _held.c.client_id)
        with self._db.reading() as connection:
            return tuple(
                ServiceSession(row.client_id, row.account_id, row.sid, row.sub) for row in connection.execute(statement)
            )

    def take_sessions(self, sids: Collection[str]) -> tuple[ServiceSession, ...]:
        """Take the rows of these sessions out: whoever gets a row tells its service."""
        return self._take(_held.c.sid.in_(tuple(sids)))

    def take_choice(self, *, account_id: str, client_id: str, sub: str) -> tuple[ServiceSession, ...]:
        """Take the rows of one citizen's sessions at one service, under one identifier, out."""
        return self._take((_held.c.account_id == account_id) & (_held.c.client_id == client_id) & (_held.c.sub == sub))

    def take_service(self, client_id: str) -> tuple[ServiceSession, ...]:
        """Take every row of a service out."""
        return self._take(_held.c.client_id == client_id)

    def subject(self, *, account_id: str, client_id: str) -> str | None:
        """Give how a service knows a citizen for good, or None when it never did."""
        statement = select(_grant.c.sub).where(
            _grant.c.account_id == account_id, _grant.c.client_id == client_id, _grant.c.pinned
        )
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def purge(self, *, before: datetime, limit: int) -> int:
        """Delete at most `limit` rows from before a moment whose session is gone; gives how many."""
        orphans = (
            select(_held.c.sid)
            .where(_held.c.created_at < before, ~exists().where(_session.c.sid == _held.c.sid))
            .limit(limit)
        )
        with self._db.transaction() as connection:
            done = connection.execute(delete(_held).where(_held.c.sid.in_(orphans)))
            return cast("CursorResult[Any]", done).rowcount

    def _take(self, which: ColumnElement[bool]) -> tuple[ServiceSession, ...]:
        # Not by a subquery in RETURNING: names of tables are left out there for SQLite, so it would find anybody.
        taken = delete(_held).where(which).returning(_held.c.client_id, _held.c.account_id, _held.c.sid, _held.c.sub)
        with self._db.transaction() as connection:
            return tuple(ServiceSession(*row) for row in connection.execute(taken))
