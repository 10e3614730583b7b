"""Rows of private addresses, through Core."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Table, delete, func, select, update

from idp.relay.models import PrivateAddressRow
from idp.relay.values import Standing
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_row: Final = cast("Table", PrivateAddressRow.__table__)


@dataclass(frozen=True, slots=True)
class Held:
    """One row."""

    id: str
    account_id: str
    client_id: str
    persona: str
    generation: int
    sealed: bytes = field(repr=False)
    standing: Standing
    created_at: datetime
    forwarded: int
    returned: int
    last_forwarded_at: datetime | None
    ended_at: datetime | None


#: Before the name of what stands in the place of a persona for a single visit.
ONE_TIME: Final = "once:"
_COLUMNS: Final = tuple(_row.c[name] for name in Held.__slots__)
_ALIVE: Final = _row.c.standing != Standing.ENDED.value


class PrivateAddressStore:
    """The table `private_address`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def add(self, held: Held, *, local_digest: bytes) -> bool:
        """Keep an address; False when there is one of this generation."""
        values = {name: getattr(held, name) for name in Held.__slots__}
        values |= {"standing": held.standing.value, "local_digest": local_digest}
        return self._changed(insert_into(self._db, PrivateAddressRow).on_conflict_do_nothing().values(values)) == 1

    def find(self, local_digest: bytes) -> Held | None:
        """Give the one that a letter is for, whatever its standing."""
        found = self._all(_row.c.local_digest == local_digest)
        return found[0] if found else None

    def alive(self, account_id: str, client_id: str, persona: str) -> Held | None:
        """Give the one that a choice has now."""
        found = self._all(_choice(account_id, client_id, persona) & _ALIVE)
        return found[0] if found else None

    def ended(self, account_id: str, client_id: str, persona: str) -> int:
        """Count those that a choice had before."""
        statement = select(func.count()).where(_choice(account_id, client_id, persona), ~_ALIVE)
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one()

    def visits(self, account_id: str, client_id: str) -> int:
        """Count those that single visits to a service were given."""
        mine = (_row.c.account_id == account_id) & (_row.c.client_id == client_id)
        statement = select(func.count()).where(mine, _row.c.persona.startswith(ONE_TIME))
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one()

    def of(self, account_id: str) -> tuple[Held, ...]:
        """Give all of a citizen's, the newest first."""
        return self._all(_row.c.account_id == account_id)

    def of_choice(self, account_id: str, client_id: str) -> tuple[Held, ...]:
        """Give those that a service has of a citizen and that are alive."""
        return self._all((_row.c.account_id == account_id) & (_row.c.client_id == client_id) & _ALIVE)

    def of_service(self, client_id: str) -> tuple[Held, ...]:
        """Give those that a service has of anybody and that are alive."""
        return self._all((_row.c.client_id == client_id) & _ALIVE)

    def change(self, row_id: str, *, standing: Standing, sealed: bytes, ended_at: datetime | None = None) -> bool:
        """Give an address another standing or another way; False when it has ended."""
        values = {"standing": standing.value, "sealed": sealed, "ended_at": ended_at}
        return self._changed(update(_row).where(_row.c.id == row_id, _ALIVE).values(values)) == 1

    def count(self, row_id: str, *, at: datetime | None) -> None:
        """Count a letter that went on at a moment, or one that came back for None."""
        values = {"returned": _row.c.returned + 1} if at is None else {"forwarded": _row.c.forwarded + 1}
        latest = {} if at is None else {"last_forwarded_at": at}
        self._changed(update(_row).where(_row.c.id == row_id).values(values | latest))

    def erase(self, account_id: str) -> None:
        """Delete all of a citizen's."""
        self._changed(delete(_row).where(_row.c.account_id == account_id))

    def _all(self, which: ColumnElement[bool]) -> tuple[Held, ...]:
        statement = select(*_COLUMNS).where(which).order_by(_row.c.created_at.desc(), _row.c.id)
        with self._db.reading() as connection:
            rows = connection.execute(statement).mappings().all()
        return tuple(Held(**{**row, "standing": Standing(row["standing"])}) for row in rows)

    def _changed(self, statement: Any) -> int:  # noqa: ANN401 - SQLAlchemy's expression
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount


def _choice(account_id: str, client_id: str, persona: str) -> ColumnElement[bool]:
    return (_row.c.account_id == account_id) & (_row.c.client_id == client_id) & (_row.c.persona == persona)
