"""Where accounts are kept."""

from typing import Any

from sqlalchemy import Executable, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from idp.accounts.errors import LoginTakenError
from idp.accounts.models import AccountRow
from idp.accounts.values import Account, State
from idp.storage.db import Database


class AccountStore:
    """Rows of the account table, as values."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self.db = db

    def add(self, account: Account, *, login_index: bytes) -> None:
        """Insert an account.

        :raises LoginTakenError: another account has this index.
        """
        try:
            # A savepoint, so that PostgreSQL lets the surrounding transaction go on after a refused insert.
            with self.db.transaction() as connection, connection.begin_nested():
                connection.execute(
                    insert(AccountRow).values(
                        id=account.id,
                        login_index=login_index,
                        state=account.state,
                        locale=account.locale,
                        created_at=account.created_at,
                    )
                )
        except IntegrityError:
            raise LoginTakenError from None

    def rename(self, account_id: str, *, login_index: bytes) -> bool:
        """Put an account under another index; tells whether there is such an account.

        :raises LoginTakenError: another account has this index.
        """
        try:
            with self.db.transaction() as connection, connection.begin_nested():
                return self.change(account_id, login_index=login_index)
        except IntegrityError:
            raise LoginTakenError from None

    def by_id(self, account_id: str) -> Account | None:
        """Give the account with this id."""
        return self._one(_SELECT.where(AccountRow.id == account_id))

    def by_index(self, login_index: bytes) -> Account | None:
        """Give the account with this sign-in index."""
        return self._one(_SELECT.where(AccountRow.login_index == login_index))

    def change(self, account_id: str, **columns: Any) -> bool:  # noqa: ANN401 - a column's own type
        """Set columns of one account; tells whether there is such an account."""
        with self.db.transaction() as connection:
            changed = connection.execute(
                update(AccountRow).where(AccountRow.id == account_id).values(**columns).returning(AccountRow.id)
            )
            return changed.first() is not None

    def _one(self, statement: Executable) -> Account | None:
        with self.db.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else _account(row)


_SELECT = select(AccountRow.id, AccountRow.state, AccountRow.locale, AccountRow.created_at, AccountRow.closes_at)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        state=State(row.state),
        locale=row.locale,
        created_at=row.created_at,
        closes_at=row.closes_at,
    )
