"""Rows of contact addresses, as values. Everything here stays sealed."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Table, delete, insert, select, update

from idp.accounts.models import AccountRow
from idp.letters.models import ContactRow
from idp.letters.values import SealedContact, Standing
from idp.storage.db import Database

_contact: Final = cast("Table", ContactRow.__table__)


class ContactStore:
    """The table `contact`."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def hold(self, account_id: str) -> None:
        """Let nobody else change an account's addresses until the transaction ends. Must run inside one."""
        with self._db.transaction() as connection:
            connection.execute(select(AccountRow.id).where(AccountRow.id == account_id).with_for_update())

    def add(self, contact: SealedContact) -> None:
        """Insert an address."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(_contact).values(
                    id=contact.id,
                    account_id=contact.account_id,
                    sealed=contact.sealed,
                    standing=contact.standing.value,
                    since=contact.since,
                    expires_at=contact.expires_at,
                )
            )

    def of(self, account_id: str) -> tuple[SealedContact, ...]:
        """Give an account's addresses of every standing."""
        return self._all(_contact.c.account_id == account_id)

    def get(self, contact_id: str) -> SealedContact | None:
        """Give one address."""
        return next(iter(self._all(_contact.c.id == contact_id)), None)

    def current(self, account_id: str) -> SealedContact | None:
        """Give the address that letters go to."""
        return next(iter(self._all(_contact.c.account_id == account_id, _standing(Standing.CURRENT))), None)

    def drop_asked(self, account_id: str) -> None:
        """Forget an address that waits to be confirmed."""
        with self._db.transaction() as connection:
            connection.execute(delete(_contact).where(_contact.c.account_id == account_id, _standing(Standing.ASKED)))

    def confirm(self, contact_id: str, *, now: datetime) -> None:
        """Make an address that waits the current one."""
        with self._db.transaction() as connection:
            connection.execute(
                update(_contact)
                .where(_contact.c.id == contact_id, _standing(Standing.ASKED))
                .values(standing=Standing.CURRENT.value, since=now, expires_at=None)
            )

    def retire(self, account_id: str, *, until: datetime) -> str | None:
        """Make the current address a former one, known since when it was; gives its id, or None when there was none."""
        statement = (
            update(_contact)
            .where(_contact.c.account_id == account_id, _standing(Standing.CURRENT))
            .values(standing=Standing.FORMER.value, expires_at=until)
            .returning(_contact.c.id)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).scalars().first()

    def restore(self, account_id: str, contact_id: str) -> bool:
        """Make a former address the current one again; tells whether the account has such a one."""
        statement = (
            update(_contact)
            .where(_contact.c.id == contact_id, _contact.c.account_id == account_id, _standing(Standing.FORMER))
            .values(standing=Standing.CURRENT.value, expires_at=None)
            .returning(_contact.c.id)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def forget(self, account_id: str) -> None:
        """Delete every address of an account."""
        with self._db.transaction() as connection:
            connection.execute(delete(_contact).where(_contact.c.account_id == account_id))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` addresses whose time was over at a moment; gives how many."""
        over = select(_contact.c.id).where(_contact.c.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            done = connection.execute(delete(_contact).where(_contact.c.id.in_(over)))
            return cast("CursorResult[Any]", done).rowcount

    def _all(self, *where: ColumnElement[bool]) -> tuple[SealedContact, ...]:
        with self._db.reading() as connection:
            return tuple(_value(row) for row in connection.execute(select(_contact).where(*where)))


def _standing(standing: Standing) -> ColumnElement[bool]:
    return _contact.c.standing == standing.value


def _value(row: Any) -> SealedContact:  # noqa: ANN401 - a row of the table above
    return SealedContact(
        id=row.id,
        account_id=row.account_id,
        sealed=row.sealed,
        standing=Standing(row.standing),
        since=row.since,
        expires_at=row.expires_at,
    )
