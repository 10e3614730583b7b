"""Where browser sessions are kept."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from idp.accounts.models import AccountRow
from idp.accounts.values import State
from idp.authentication.models import BrowserSessionRow
from idp.authentication.values import Session, SessionSummary
from idp.storage.db import Database
from idp.storage.prepared import Prepared


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to keep."""

    digest: bytes = field(repr=False)
    sid: str
    account_id: str
    at: datetime
    expires_at: datetime
    acr: str
    amr: tuple[str, ...]
    wrapped_vault_key: bytes | None = field(repr=False)
    browser: str
    system: str
    sealed_place: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was just ended."""

    account_id: str
    sid: str


class SessionStore:
    """Rows of browser sessions, as values."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db
        self._find = Prepared(_FIND, db=db)

    def add(self, new: NewSession) -> None:
        """Insert a session."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(BrowserSessionRow).values(
                    digest=new.digest,
                    sid=new.sid,
                    account_id=new.account_id,
                    created_at=new.at,
                    seen_at=new.at,
                    auth_time=new.at,
                    expires_at=new.expires_at,
                    acr=new.acr,
                    amr=list(new.amr),
                    wrapped_vault_key=new.wrapped_vault_key,
                    browser=new.browser,
                    system=new.system,
                    sealed_place=new.sealed_place,
                )
            )

    def find(self, digest: bytes, *, secret: str) -> Session | None:
        """Give the session with this digest, if its account is active: one statement, asked on every page."""
        row = self._find.one({"digest": digest})
        return None if row is None else Session(**(row | {"amr": tuple(row["amr"])}), secret=secret)

    def touch(self, sid: str, *, at: datetime) -> None:
        """Note that a session was used."""
        with self._db.transaction() as connection:
            connection.execute(update(BrowserSessionRow).where(BrowserSessionRow.sid == sid).values(seen_at=at))

    def renew(
        self,
        digest: bytes,
        *,
        to: bytes,
        wrapped_vault_key: bytes | None,
        auth_time: datetime,
        seen_at: datetime,
        acr: str,
        amr: tuple[str, ...],
    ) -> bool:
        """Put a session under a new digest, with what its citizen has proved now; False when there is none."""
        row = BrowserSessionRow
        statement = (
            update(row)
            .where(row.digest == digest)
            .values(
                digest=to,
                wrapped_vault_key=wrapped_vault_key,
                auth_time=auth_time,
                seen_at=seen_at,
                acr=acr,
                amr=list(amr),
            )
            .returning(row.sid)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).scalar() is not None

    def remove(self, digest: bytes) -> Ended | None:
        """End the session with this digest, or None when there was none."""
        row = BrowserSessionRow
        statement = delete(row).where(row.digest == digest).returning(row.account_id, row.sid)
        with self._db.transaction() as connection:
            ended = connection.execute(statement).one_or_none()
        return None if ended is None else Ended(account_id=ended[0], sid=ended[1])

    def remove_of(self, account_id: str, *, sid: str | None = None, keep_sid: str | None = None) -> tuple[str, ...]:
        """End an account's sessions: all, the one named, or all but the one to keep; gives their `sid`."""
        conditions: list[ColumnElement[bool]] = [BrowserSessionRow.account_id == account_id]
        if sid is not None:
            conditions.append(BrowserSessionRow.sid == sid)
        if keep_sid is not None:
            conditions.append(BrowserSessionRow.sid != keep_sid)
        with self._db.transaction() as connection:
            gone = connection.execute(delete(BrowserSessionRow).where(*conditions).returning(BrowserSessionRow.sid))
            return tuple(gone.scalars())

    def of(self, account_id: str) -> tuple[SessionSummary, ...]:
        """Give an account's sessions, the last used first."""
        row = BrowserSessionRow
        statement = (
            select(*(getattr(row, name) for name in SessionSummary.__slots__))
            .where(row.account_id == account_id)
            .order_by(row.seen_at.desc())
        )
        with self._db.reading() as connection:
            return tuple(SessionSummary(**found) for found in connection.execute(statement).mappings())

    def purge(self, *, expired_before: datetime, seen_before: datetime, limit: int) -> int:
        """Delete at most `limit` sessions that are over; gives how many."""
        row = BrowserSessionRow
        over = select(row.digest).where((row.expires_at <= expired_before) | (row.seen_at <= seen_before)).limit(limit)
        with self._db.transaction() as connection:
            gone = connection.execute(delete(row).where(row.digest.in_(over)).returning(row.sid))
            return len(gone.all())


_FIND = (
    select(
        BrowserSessionRow.sid,
        BrowserSessionRow.account_id,
        BrowserSessionRow.auth_time,
        BrowserSessionRow.acr,
        BrowserSessionRow.amr,
        BrowserSessionRow.created_at,
        BrowserSessionRow.seen_at,
        BrowserSessionRow.expires_at,
        BrowserSessionRow.browser.label("browser_name"),
        BrowserSessionRow.system,
        BrowserSessionRow.wrapped_vault_key,
        AccountRow.locale,
        AccountRow.repair_since,
        AccountRow.recovery_ready_at,
        AccountRow.closes_at,
    )
    .join(AccountRow, AccountRow.id == BrowserSessionRow.account_id)
    .where(BrowserSessionRow.digest == bindparam("digest"), AccountRow.state == State.ACTIVE.value)
)
