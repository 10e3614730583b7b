"""Rows of initial access tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, delete, insert, or_, select, update

from idp.clients.invitation import Invitation
from idp.clients.models import InitialAccessTokenRow
from idp.storage.db import Database

_table: Final = cast("Table", InitialAccessTokenRow.__table__)


class InvitationStore:
    """The table `initial_access_token`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    def add(self, digest: bytes, invitation: Invitation) -> None:
        """Insert a token."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(_table).values(
                    digest=digest,
                    label=invitation.label,
                    uses_left=invitation.uses_left,
                    created_at=invitation.created_at,
                    expires_at=invitation.expires_at,
                )
            )

    def all(self) -> tuple[Invitation, ...]:
        """Return every token's row, the oldest first."""
        with self._db.reading() as connection:
            rows = connection.execute(select(_table).order_by(_table.c.created_at, _table.c.digest)).all()
        return tuple(
            Invitation(row.digest.hex()[:16], row.label, row.uses_left, row.created_at, row.expires_at) for row in rows
        )

    def usable(self, digest: bytes, *, now: datetime) -> bool:
        """Tell whether a token could be used now."""
        with self._db.reading() as connection:
            return connection.execute(select(_table.c.label).where(*_usable(digest, now))).first() is not None

    def use(self, digest: bytes, *, now: datetime) -> bool:
        """Use a token once, if it can be; in one statement, so that its last use is one service's only."""
        # Without a number it stays without: nothing less one is nothing.
        return self._count(update(_table).where(*_usable(digest, now)).values(uses_left=_table.c.uses_left - 1)) == 1

    def remove(self, digests: tuple[bytes, ...]) -> int:
        """Delete tokens; gives how many there were."""
        return self._count(delete(_table).where(_table.c.digest.in_(digests)))

    def digests(self) -> tuple[bytes, ...]:
        """Return what every token is known by."""
        with self._db.reading() as connection:
            return tuple(connection.execute(select(_table.c.digest)).scalars())

    def purge(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` tokens that ended before the moment."""
        ended = select(_table.c.digest).where(_table.c.expires_at < before).limit(limit)
        return self._count(delete(_table).where(_table.c.digest.in_(ended)))

    def _count(self, statement: Any) -> int:  # noqa: ANN401 - an update or a delete
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount


def _usable(digest: bytes, now: datetime) -> tuple[Any, ...]:
    left = or_(_table.c.uses_left.is_(None), _table.c.uses_left > 0)
    return (_table.c.digest == digest, _table.c.expires_at > now, left)
