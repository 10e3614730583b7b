"""Where tries to sign in are counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from idp.authentication.models import SignInTriesRow
from idp.authentication.slow_down import Tries
from idp.storage.db import Database
from idp.storage.dialects import insert_into


class TriesStore:
    """Counters by peppered key."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db
        self._add = insert_into(db, SignInTriesRow).on_conflict_do_nothing()

    def locked(self, keys: Sequence[bytes], *, now: datetime) -> dict[bytes, Tries]:
        """Give the counters of these keys, made where missing, and hold them until the transaction ends.

        Must run inside a transaction. Holding them is what keeps parallel tries from all seeing the same count.
        """
        row = SignInTriesRow
        # One order for everybody, so that two tries never wait for each other's rows.
        empty = [{"key": key, "tries": 0, "last_at": now, "expires_at": now} for key in sorted(set(keys))]
        # An update that changes nothing: it makes the row or holds it in one step, whoever deletes it meanwhile.
        statement = (
            insert_into(self._db, row)
            .values(empty)
            .on_conflict_do_update(index_elements=["key"], set_={"tries": row.tries})
            .returning(row.key, row.tries, row.last_at, row.expires_at)
        )
        with self._db.transaction() as connection:
            found = connection.execute(statement).all()
        return {one.key: Tries(count=one.tries, last_at=one.last_at, expires_at=one.expires_at) for one in found}

    def rehearse(self, key: bytes, *, now: datetime) -> None:
        """Look for a counter that nobody has and add it, ended: the statements that a row in a ledger takes."""
        with self._db.transaction(), self._db.reading() as connection:
            connection.execute(_FIND, {"key": key}).one_or_none()
            connection.execute(self._add, {"key": key, "tries": 0, "last_at": now, "expires_at": now})

    def put(self, key: bytes, tries: Tries) -> None:
        """Set a counter that is held."""
        row = SignInTriesRow
        with self._db.transaction() as connection:
            connection.execute(
                update(row)
                .where(row.key == key)
                .values(tries=tries.count, last_at=tries.last_at, expires_at=tries.expires_at)
            )

    def clear(self, key: bytes) -> None:
        """Forget a counter."""
        with self._db.transaction() as connection:
            connection.execute(delete(SignInTriesRow).where(SignInTriesRow.key == key))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` counters that no longer counted at a moment; gives how many."""
        row = SignInTriesRow
        over = select(row.key).where(row.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            statement = delete(row).where(row.expires_at <= before, row.key.in_(over)).returning(row.key)
            return len(connection.execute(statement).all())


_FIND = select(SignInTriesRow.tries, SignInTriesRow.expires_at).where(SignInTriesRow.key == bindparam("key"))
