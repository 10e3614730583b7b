"""Rows of locked accounts, as values."""

from typing import Any, Final, cast

from sqlalchemy import Table, delete, select, update

from idp.repair.models import RepairRow
from idp.repair.values import Repair, Step
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_repair: Final = cast("Table", RepairRow.__table__)


class RepairStore:
    """The table `repair`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def get(self, account_id: str) -> Repair | None:
        """Give what is known of a locked account."""
        with self._db.reading() as connection:
            row = connection.execute(select(_repair).where(_repair.c.account_id == account_id)).first()
        return None if row is None else _value(row)

    def put(self, repair: Repair) -> None:
        """Keep what is known, in the place of what was known before."""
        columns = {
            "reported_at": repair.reported_at,
            "methods": sorted(repair.methods),
            "proved_sid": repair.proved_sid,
            "browser_digest": repair.browser_digest,
            "seen": sorted(repair.seen),
        }
        statement = insert_into(self._db, RepairRow).values(account_id=repair.account_id, **columns)
        with self._db.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=columns))

    def change(self, account_id: str, **columns: Any) -> None:  # noqa: ANN401 - a column's own type
        """Set columns of a locked account."""
        with self._db.transaction() as connection:
            connection.execute(update(_repair).where(_repair.c.account_id == account_id).values(**columns))

    def see(self, account_id: str, step: Step) -> None:
        """Note that its owner has looked at a step."""
        with self._db.transaction() as connection:
            statement = select(_repair.c.seen).where(_repair.c.account_id == account_id).with_for_update()
            seen = connection.execute(statement).scalar_one_or_none()
            if seen is not None:
                self.change(account_id, seen=sorted({*seen, step.value}))

    def end(self, account_id: str) -> bool:
        """Forget a locked account; True once."""
        statement = delete(_repair).where(_repair.c.account_id == account_id).returning(_repair.c.account_id)
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None


def _value(row: Any) -> Repair:  # noqa: ANN401 - a row of the table above
    return Repair(
        account_id=row.account_id,
        reported_at=row.reported_at,
        methods=frozenset(row.methods),
        proved_sid=row.proved_sid,
        browser_digest=row.browser_digest,
        seen=frozenset(row.seen),
    )
