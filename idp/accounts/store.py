"""Where accounts are kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, case, insert, select, update
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

    def rename(self, account_id: str, *, login_index: bytes, now: datetime, kept_since: datetime) -> bool:
        """Put an account under another index, and keep the one before; tells whether there is such an account.

        :param kept_since: of several changes since then, the first one's name is kept.
        :raises LoginTakenError: another account has this index.
        """
        row = AccountRow
        first = case((row.renamed_at > kept_since, row.former_login_index), else_=row.login_index)
        try:
            with self.db.transaction() as connection, connection.begin_nested():
                return self.change(account_id, login_index=login_index, former_login_index=first, renamed_at=now)
        except IntegrityError:
            raise LoginTakenError from None

    def unrename(self, account_id: str, *, renamed_since: datetime) -> bool:
        """Put an account back under the index before; tells whether it was renamed since that moment."""
        row = AccountRow
        statement = (
            update(row)
            .where(row.id == account_id, row.renamed_at >= renamed_since, row.former_login_index.is_not(None))
            .values(login_index=row.former_login_index, former_login_index=None, renamed_at=None)
            .returning(row.id)
        )
        with self.db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def is_kept(self, login_index: bytes, *, since: datetime, own: str) -> bool:
        """Tell whether an index was another account's until it was renamed after a moment."""
        row = AccountRow
        statement = select(row.id).where(row.former_login_index == login_index, row.renamed_at > since, row.id != own)
        with self.db.reading() as connection:
            return connection.execute(statement).first() is not None

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
