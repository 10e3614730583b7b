"""Where tries to sign in are counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from idp.authentication.models import SignInTriesRow
from idp.authentication.slow_down import Tries
from idp.storage.db import Database
from idp.storage.dialects import insert_into


class TriesStore:
    """Counters by peppered key."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def locked(self, keys: Sequence[bytes], *, now: datetime) -> dict[bytes, Tries]:
        """Give the counters of these keys, made where missing, and hold them until the transaction ends.

        Must run inside a transaction. Holding them is what keeps parallel tries from all seeing the same count.
        """
        # One order for everybody, so that two tries never wait for each other's rows.
        ordered = sorted(set(keys))
        empty = [{"key": key, "tries": 0, "last_at": now, "expires_at": now} for key in ordered]
        row = SignInTriesRow
        with self._db.transaction() as session:
            session.execute(insert_into(self._db, row).values(empty).on_conflict_do_nothing())
            found = session.execute(
                select(row.key, row.tries, row.last_at, row.expires_at)
                .where(row.key.in_(ordered))
                .order_by(row.key)
                .with_for_update()
            ).all()
        return {one.key: Tries(count=one.tries, last_at=one.last_at, expires_at=one.expires_at) for one in found}

    def put(self, key: bytes, tries: Tries) -> None:
        """Set a counter that is held."""
        row = SignInTriesRow
        with self._db.transaction() as session:
            session.execute(
                update(row)
                .where(row.key == key)
                .values(tries=tries.count, last_at=tries.last_at, expires_at=tries.expires_at)
            )

    def clear(self, key: bytes) -> None:
        """Forget a counter."""
        with self._db.transaction() as session:
            session.execute(delete(SignInTriesRow).where(SignInTriesRow.key == key))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` counters that no longer counted at a moment; gives how many."""
        row = SignInTriesRow
        over = select(row.key).where(row.expires_at <= before).limit(limit)
        with self._db.transaction() as session:
            statement = delete(row).where(row.expires_at <= before, row.key.in_(over)).returning(row.key)
            return len(session.execute(statement).all())
