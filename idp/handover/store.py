"""Rows of browsers that ask. What may happen once is one statement whose WHERE says so."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, delete, or_, select, update

from idp.handover.models import HandoverRow
from idp.handover.values import State
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_row: Final = cast("Table", HandoverRow.__table__)


@dataclass(frozen=True, slots=True)
class Held:
    """One row."""

    digest: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    asking: bytes = field(repr=False)
    state: State
    created_at: datetime
    expires_at: datetime


class HandoverStore:
    """The table `handover`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def add(self, held: Held, *, link_digest: bytes, code_digest: bytes) -> bool:
        """Keep a browser that asks; False when its code is another's at the moment."""
        values = {name: getattr(held, name) for name in Held.__slots__}
        values |= {"state": held.state.value, "link_digest": link_digest, "code_digest": code_digest}
        return self._changed(insert_into(self._db, HandoverRow).on_conflict_do_nothing().values(values))

    def find(self, digest: bytes) -> Held | None:
        """Give the one that a browser's own secret names."""
        return self._one(_row.c.digest == digest)

    def find_named(self, digest: bytes) -> Held | None:
        """Give the one that an address or a typed code names."""
        return self._one(or_(_row.c.link_digest == digest, _row.c.code_digest == digest))

    def settle(self, digest: bytes, state: State, *, now: datetime, sealed: bytes | None = None) -> bool:
        """Answer one that waits; False when it was answered before, or its time is over."""
        return self._changed(
            update(_row)
            .where(_row.c.digest == digest, _row.c.state == State.WAITING.value, _row.c.expires_at > now)
            .values(state=state.value, sealed=sealed)
        )

    def take(self, digest: bytes, *, now: datetime) -> bytes | None:
        """Use an approved one up: what was sealed for it, for one of any number of callers."""
        used = (
            update(_row)
            .where(_row.c.digest == digest, _row.c.state == State.APPROVED.value, _row.c.expires_at > now)
            .values(state=State.USED.value)
            .returning(_row.c.sealed)
        )
        with self._db.transaction() as connection:
            sealed: bytes | None = connection.execute(used).scalar()
        return sealed

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` that had expired at a moment; gives how many."""
        over = select(_row.c.digest).where(_row.c.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            gone = connection.execute(delete(_row).where(_row.c.digest.in_(over)))
            return cast("CursorResult[Any]", gone).rowcount

    def _one(self, condition: Any) -> Held | None:  # noqa: ANN401 - SQLAlchemy's expression
        columns = [_row.c[name] for name in Held.__slots__]
        with self._db.reading() as connection:
            found = connection.execute(select(*columns).where(condition)).mappings().one_or_none()
        return None if found is None else Held(**{**found, "state": State(found["state"])})

    def _changed(self, statement: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's expression
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1
