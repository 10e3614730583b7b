"""Rows of ways that have begun and of what came. Both are used once, by the statement that deletes them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select

from idp.organisations.models import ArrivalRow, TripRow
from idp.storage.db import Database


@dataclass(frozen=True, slots=True)
class SealedArrival:
    """What came, as it lies in the database."""

    id: str
    sid: str
    organisation: str
    sealed: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime


class OrganisationStore:
    """The tables of this room."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def set_out(self, digest: bytes, *, browser: bytes, organisation: str, sealed: bytes, expires_at: datetime) -> None:
        """Keep a way that begins."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(TripRow).values(
                    digest=digest,
                    browser_digest=browser,
                    organisation=organisation,
                    sealed=sealed,
                    expires_at=expires_at,
                )
            )

    def come_back(self, digest: bytes, *, browser: bytes, organisation: str, now: datetime) -> bytes | None:
        """Use a way up; None when there is none that this browser can come back on. Another browser uses none up."""
        row = TripRow
        statement = (
            delete(row)
            .where(
                row.digest == digest,
                row.browser_digest == browser,
                row.organisation == organisation,
                row.expires_at > now,
            )
            .returning(row.sealed)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).scalar()

    def add_arrival(self, arrival: SealedArrival) -> None:
        """Keep what came, in the place of what came to this session before."""
        with self._db.transaction() as connection:
            connection.execute(delete(ArrivalRow).where(ArrivalRow.sid == arrival.sid))
            connection.execute(
                insert(ArrivalRow).values(
                    id=arrival.id,
                    sid=arrival.sid,
                    organisation=arrival.organisation,
                    sealed=arrival.sealed,
                    created_at=arrival.created_at,
                    expires_at=arrival.expires_at,
                )
            )

    def arrival(self, arrival_id: str, *, sid: str, now: datetime) -> SealedArrival | None:
        """Give what came to a session and waits."""
        row = ArrivalRow
        statement = select(row.id, row.sid, row.organisation, row.sealed, row.created_at, row.expires_at).where(
            row.id == arrival_id, row.sid == sid, row.expires_at > now
        )
        with self._db.reading() as connection:
            found = connection.execute(statement).first()
        return None if found is None else SealedArrival(*found)

    def use_arrival(self, arrival_id: str, *, sid: str) -> bool:
        """Delete what came; True for one of any number of calls."""
        row = ArrivalRow
        statement = delete(row).where(row.id == arrival_id, row.sid == sid).returning(row.id)
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` rows of each kind whose time had ended at a moment; gives how many."""
        gone = 0
        ways = select(TripRow.digest).where(TripRow.expires_at <= before).limit(limit)
        arrivals = select(ArrivalRow.id).where(ArrivalRow.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            statement = delete(TripRow).where(TripRow.digest.in_(ways)).returning(TripRow.digest)
            gone += len(connection.execute(statement).all())
            waiting = delete(ArrivalRow).where(ArrivalRow.id.in_(arrivals)).returning(ArrivalRow.id)
            return gone + len(connection.execute(waiting).all())
