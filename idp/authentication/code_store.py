"""Where code applications and half-finished sign-ins are kept."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, insert, select, update

from idp.accounts.models import AccountRow
from idp.accounts.values import State
from idp.authentication.models import HalfSignInRow, OneTimeCodeRow
from idp.storage.db import Database
from idp.storage.dialects import insert_into


@dataclass(frozen=True, slots=True)
class SealedApp:
    """A row of a code application as it lies in the database."""

    sealed_secret: bytes = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HalfSignIn:
    """A password that was right, waiting for its code."""

    digest: bytes = field(repr=False)
    account_id: str
    wrapped_vault_key: bytes = field(repr=False)
    known_browser: bool
    expires_at: datetime


class CodeStore:
    """Rows of both, as values. Whatever may happen once is one statement whose WHERE holds the rule."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def app(self, account_id: str) -> SealedApp | None:
        """Give an account's code application, confirmed or not."""
        row = OneTimeCodeRow
        statement = select(row.sealed_secret, row.created_at, row.confirmed_at).where(row.account_id == account_id)
        with self._db.reading() as connection:
            found = connection.execute(statement).first()
        return None if found is None else SealedApp(found.sealed_secret, found.created_at, found.confirmed_at)

    def begin(self, account_id: str, sealed_secret: bytes, *, now: datetime) -> bool:
        """Keep a new application in the place of one that was never confirmed; False when one is confirmed."""
        columns = {"sealed_secret": sealed_secret, "last_step": 0, "created_at": now}
        statement = (
            insert_into(self._db, OneTimeCodeRow)
            .values(account_id=account_id, confirmed_at=None, **columns)
            .on_conflict_do_update(
                index_elements=["account_id"], set_=columns, where=OneTimeCodeRow.confirmed_at.is_(None)
            )
            .returning(OneTimeCodeRow.account_id)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def confirm(self, account_id: str, sealed_secret: bytes, *, sealed: bytes, step: int, now: datetime) -> bool:
        """Note the first code of an application, and keep its secret as `sealed` from now on; True once."""
        row = OneTimeCodeRow
        unconfirmed = (row.account_id == account_id, row.sealed_secret == sealed_secret, row.confirmed_at.is_(None))
        return self._changed(
            update(row).where(*unconfirmed).values(sealed_secret=sealed, confirmed_at=now, last_step=step)
        )

    def accept(self, account_id: str, sealed_secret: bytes, *, step: int) -> bool:
        """Use the code of a step up: True once, for a step later than every one before (RFC 6238 §5.2)."""
        row = OneTimeCodeRow
        usable = (
            row.account_id == account_id,
            row.sealed_secret == sealed_secret,
            row.confirmed_at.is_not(None),
            row.last_step < step,
        )
        return self._changed(update(row).where(*usable).values(last_step=step))

    def remove(self, account_id: str) -> bool:
        """Take an account's application away; tells whether there was one."""
        return self._changed(delete(OneTimeCodeRow).where(OneTimeCodeRow.account_id == account_id))

    def add_half(self, half: HalfSignIn) -> None:
        """Keep a half-finished sign-in."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(HalfSignInRow).values(
                    digest=half.digest,
                    account_id=half.account_id,
                    wrapped_vault_key=half.wrapped_vault_key,
                    known_browser=half.known_browser,
                    tries=0,
                    expires_at=half.expires_at,
                )
            )

    def half(self, digest: bytes, *, now: datetime) -> HalfSignIn | None:
        """Give a half-finished sign-in that has not ended, if its account is active."""
        row = HalfSignInRow
        statement = (
            select(row.digest, row.account_id, row.wrapped_vault_key, row.known_browser, row.expires_at)
            .join(AccountRow, AccountRow.id == row.account_id)
            .where(row.digest == digest, row.expires_at > now, AccountRow.state == State.ACTIVE.value)
        )
        with self._db.reading() as connection:
            found = connection.execute(statement).first()
        return None if found is None else HalfSignIn(**found._mapping)  # noqa: SLF001 - the way to columns by name

    def count(self, digest: bytes, *, most: int, now: datetime) -> bool:
        """Count a try; False when there were `most` before, or it is over."""
        row = HalfSignInRow
        return self._changed(
            update(row).where(row.digest == digest, row.expires_at > now, row.tries < most).values(tries=row.tries + 1)
        )

    def end_half(self, digest: bytes) -> bool:
        """Use a half-finished sign-in up; True once."""
        return self._changed(delete(HalfSignInRow).where(HalfSignInRow.digest == digest))

    def end_halves(self, account_id: str) -> None:
        """End every half-finished sign-in of an account, because its password is another one now."""
        with self._db.transaction() as connection:
            connection.execute(delete(HalfSignInRow).where(HalfSignInRow.account_id == account_id))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` half-finished sign-ins that were over at a moment; gives how many."""
        row = HalfSignInRow
        over = select(row.digest).where(row.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            return len(connection.execute(delete(row).where(row.digest.in_(over)).returning(row.digest)).all())

    def _changed(self, statement: Any) -> bool:  # noqa: ANN401 - an update or delete of any shape
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1
