"""Rows of requests in flight. Every change is one statement whose WHERE holds the rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, Table, delete, insert, or_, select, update

from idp.interactions.models import InteractionRow
from idp.interactions.values import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.storage.db import Database

_table = cast("Table", InteractionRow.__table__)


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as it lies in the database: sealed."""

    digest: bytes = field(repr=False)
    kind: Kind
    client_id: str
    browser_digest: bytes | None = field(repr=False)
    sealed: bytes = field(repr=False)
    facts: Mapping[str, Any] = field(hash=False)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class InteractionStore:
    """The table `interaction`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    def add(self, stored: Stored) -> None:
        """Insert a new request."""
        row = {
            "digest": stored.digest,
            "kind": stored.kind.value,
            "client_id": stored.client_id,
            "browser_digest": stored.browser_digest,
            "sealed": stored.sealed,
            "facts": dict(stored.facts),
            "created_at": stored.created_at,
            "expires_at": stored.expires_at,
            "used_at": stored.used_at,
        }
        with self._db.transaction() as connection:
            connection.execute(insert(_table).values(row))

    def find(self, digest: bytes) -> Stored | None:
        """Return the request with this digest, in whatever state it is."""
        with self._db.reading() as connection:
            row = connection.execute(select(_table).where(InteractionRow.digest == digest)).one_or_none()
        if row is None:
            return None
        fields = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
        return Stored(**{**fields, "kind": Kind(fields["kind"])})

    def adopt(self, digest: bytes, *, browser_digest: bytes, now: datetime, expires_at: datetime) -> bool:
        """Bind a pushed request to the first browser that brings it; the same browser may bring it again."""
        return self._change(
            update(_table)
            .where(
                InteractionRow.digest == digest,
                InteractionRow.used_at.is_(None),
                InteractionRow.expires_at > now,
                or_(InteractionRow.browser_digest.is_(None), InteractionRow.browser_digest == browser_digest),
            )
            .values(kind=Kind.INTERACTIVE.value, browser_digest=browser_digest, expires_at=expires_at)
        )

    def note(self, digest: bytes, *, facts: Mapping[str, Any], now: datetime) -> bool:
        """Replace the facts of a request that is still open."""
        return self._change(
            update(_table)
            .where(InteractionRow.digest == digest, InteractionRow.used_at.is_(None), InteractionRow.expires_at > now)
            .values(facts=dict(facts))
        )

    def finish(self, digest: bytes, *, now: datetime) -> bool:
        """Use the request up; one of any number of simultaneous calls is told True."""
        return self._change(
            update(_table)
            .where(InteractionRow.digest == digest, InteractionRow.used_at.is_(None), InteractionRow.expires_at > now)
            .values(used_at=now)
        )

    def purge(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` requests whose time ended before the moment."""
        ended = select(InteractionRow.digest).where(InteractionRow.expires_at < before).limit(limit)
        with self._db.transaction() as connection:
            result = connection.execute(delete(_table).where(InteractionRow.digest.in_(ended)))
        return cast("CursorResult[Any]", result).rowcount

    def _change(self, statement: Any) -> bool:  # noqa: ANN401 - an update of any shape
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1
