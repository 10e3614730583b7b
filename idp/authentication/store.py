"""Where passwords and known browsers are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, select

from idp.accounts.models import AccountRow
from idp.accounts.values import State
from idp.authentication.models import KnownBrowserRow, OneTimeCodeRow, PasswordRow
from idp.authentication.values import Cost, StoredPassword
from idp.storage.db import Database
from idp.storage.dialects import insert_into


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is known about a sign-in name and the browser that it was typed in."""

    account_id: str
    state: State
    #: None for an account that has no password.
    password: StoredPassword | None
    #: Whether somebody signed in to this account in this browser before.
    known_browser: bool
    #: Whether the password alone does not sign in: a code application is set up.
    needs_code: bool = False


class PasswordStore:
    """Rows of passwords and known browsers, as values."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def credentials(self, login_index: bytes, *, browser: bytes, now: datetime) -> Credentials | None:
        """Give all that a sign-in needs in one statement, so that a name without an account costs the same."""
        with self._db.reading() as connection:
            values = {"login_index": login_index, "browser": browser, "now": now}
            row = connection.execute(_CREDENTIALS, values).first()
        if row is None:
            return None
        password = None if row.salt is None else _stored(row)
        return Credentials(
            account_id=row.id,
            state=State(row.state),
            password=password,
            known_browser=row.browser is not None,
            needs_code=row.code_since is not None,
        )

    def password(self, account_id: str) -> StoredPassword | None:
        """Give an account's password row."""
        statement = select(*PasswordRow.__table__.columns).where(PasswordRow.account_id == account_id)
        with self._db.reading() as connection:
            return _stored(connection.execute(statement).first())

    def locked_password(self, account_id: str) -> StoredPassword | None:
        """Give an account's password row and hold it until the transaction ends. Must run inside one.

        Whoever works on a password and its key slot holds this row first: another order could end in a deadlock, and
        none at all in a slot that the row's password does not open.
        """
        statement = select(*PasswordRow.__table__.columns).where(PasswordRow.account_id == account_id)
        with self._db.transaction() as connection:
            return _stored(connection.execute(statement.with_for_update()).first())

    def put_password(self, account_id: str, password: StoredPassword) -> None:
        """Keep a password in the place of the one before it."""
        columns = {
            "salt": password.salt,
            "memory_kib": password.cost.memory_kib,
            "iterations": password.cost.iterations,
            "parallelism": password.cost.parallelism,
            "verifier_digest": password.verifier_digest,
            "changed_at": password.changed_at,
        }
        statement = insert_into(self._db, PasswordRow).values(account_id=account_id, **columns)
        with self._db.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=columns))

    def know_browser(self, account_id: str, browser: bytes, *, until: datetime) -> None:
        """Remember a browser, or remember it for longer."""
        statement = insert_into(self._db, KnownBrowserRow).values(
            digest=browser, account_id=account_id, expires_at=until
        )
        with self._db.transaction() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["digest", "account_id"], set_={"expires_at": until})
            )

    def knows_browser(self, account_id: str, browser: bytes, *, now: datetime) -> bool:
        """Tell whether somebody signed in to an account in this browser before."""
        row = KnownBrowserRow
        statement = select(row.digest).where(row.digest == browser, row.account_id == account_id, row.expires_at > now)
        with self._db.reading() as connection:
            return connection.execute(statement).first() is not None

    def known_browsers(self, account_id: str, *, now: datetime) -> int:
        """Count the browsers in which somebody signed in to an account lately."""
        row = KnownBrowserRow
        statement = select(func.count()).where(row.account_id == account_id, row.expires_at > now)
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one()

    def forget_browsers(self, account_id: str) -> int:
        """Forget every browser of an account; gives how many there were."""
        row = KnownBrowserRow
        with self._db.transaction() as connection:
            return len(connection.execute(delete(row).where(row.account_id == account_id).returning(row.digest)).all())

    def forget_ways_in(self, account_id: str) -> None:
        """Delete an account's password and one-time codes."""
        with self._db.transaction() as connection:
            connection.execute(delete(PasswordRow).where(PasswordRow.account_id == account_id))
            connection.execute(delete(OneTimeCodeRow).where(OneTimeCodeRow.account_id == account_id))

    def purge_browsers(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` browsers that were forgotten at a moment; gives how many."""
        row = KnownBrowserRow
        over = select(row.digest).where(row.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            statement = delete(row).where(row.expires_at <= before, row.digest.in_(over)).returning(row.digest)
            return len(connection.execute(statement).all())


_CREDENTIALS = (
    select(
        AccountRow.id,
        AccountRow.state,
        PasswordRow.salt,
        PasswordRow.memory_kib,
        PasswordRow.iterations,
        PasswordRow.parallelism,
        PasswordRow.verifier_digest,
        PasswordRow.changed_at,
        KnownBrowserRow.digest.label("browser"),
        OneTimeCodeRow.confirmed_at.label("code_since"),
    )
    .outerjoin(PasswordRow, PasswordRow.account_id == AccountRow.id)
    .outerjoin(OneTimeCodeRow, OneTimeCodeRow.account_id == AccountRow.id)
    .outerjoin(
        KnownBrowserRow,
        and_(
            KnownBrowserRow.account_id == AccountRow.id,
            KnownBrowserRow.digest == bindparam("browser"),
            KnownBrowserRow.expires_at > bindparam("now"),
        ),
    )
    .where(AccountRow.login_index == bindparam("login_index"))
)


def _stored(row: Any) -> StoredPassword | None:  # noqa: ANN401 - a row of either statement
    if row is None:
        return None
    return StoredPassword(
        salt=row.salt,
        cost=Cost(memory_kib=row.memory_kib, iterations=row.iterations, parallelism=row.parallelism),
        verifier_digest=row.verifier_digest,
        changed_at=row.changed_at,
    )
