"""Rows of what citizens share, from the side of what becomes of a choice: paused, resumed, kept longer, stopped, ended.

Each is one statement, so that of two windows, or of a window and the worker, one is first and the other finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Table, select, update

from idp.consent.models import GrantRow
from idp.consent.values import Duration
from idp.storage.db import Database

_grant: Final = cast("Table", GrantRow.__table__)

#: What ends takes its values and its key along, and no token of it comes back.
_GONE: Final[dict[str, Any]] = {
    "claims_sealed": None,
    "grant_key_wrapped": None,
    "paused_at": None,
    "remind_at": None,
    "token_epoch": _grant.c.token_epoch + 1,
}
_TOLD: Final = (
    _grant.c.account_id,
    _grant.c.client_id,
    _grant.c.sub,
    _grant.c.claims,
    _grant.c.duration,
    _grant.c.reconfirm_at,
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A grant that a statement has changed."""

    account_id: str
    client_id: str
    #: How the service knew the citizen.
    sub: str
    claims: tuple[str, ...]
    duration: Duration
    ends_at: datetime


class StandingStore:
    """The table `grant`, one change at a time."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    def pause(self, *, account_id: str, grant_id: str, now: datetime) -> Changed | None:
        """Let nothing leave until it is resumed; None when there is nothing to pause."""
        return self._one(account_id, grant_id, _stands(now), _grant.c.paused_at.is_(None), paused_at=now)

    def resume(self, *, account_id: str, grant_id: str, now: datetime) -> Changed | None:
        """Let leave again what may; None when there is nothing to resume."""
        return self._one(account_id, grant_id, _stands(now), _grant.c.paused_at.is_not(None), paused_at=None)

    def extend(
        self, *, account_id: str, grant_id: str, until: datetime, remind_at: datetime | None, now: datetime
    ) -> Changed | None:
        """Move the end of a standing choice; None when it has ended, or was for one time."""
        lasting = _grant.c.duration != Duration.ONCE.value
        return self._one(
            account_id,
            grant_id,
            _stands(now),
            lasting,
            duration=Duration.STANDING.value,
            reconfirm_at=until,
            remind_at=remind_at,
        )

    def withdraw(self, *, account_id: str, grant_id: str, now: datetime) -> Changed | None:
        """Delete what is shared and end its tokens; None when that was done before."""
        return self._one(account_id, grant_id, _grant.c.withdrawn_at.is_(None), withdrawn_at=now, **_GONE)

    def withdraw_all(self, *, account_id: str, now: datetime) -> tuple[Changed, ...]:
        """Do for everything that a citizen shares what :meth:`withdraw` does for one."""
        return self._change(
            _grant.c.account_id == account_id,
            _grant.c.withdrawn_at.is_(None),
            _grant.c.claims_sealed.is_not(None),
            withdrawn_at=now,
            **_GONE,
        )

    def end_service(self, client_id: str, *, now: datetime) -> tuple[Changed, ...]:
        """Do for all grants of a service what :meth:`withdraw` does for one."""
        return self._change(_grant.c.client_id == client_id, _grant.c.withdrawn_at.is_(None), withdrawn_at=now, **_GONE)

    def end_due(self, *, now: datetime, limit: int) -> tuple[Changed, ...]:
        """Delete the sealed values of at most `limit` choices whose end has come."""
        due = (_grant.c.reconfirm_at <= now, _grant.c.claims_sealed.is_not(None))
        ended = select(_grant.c.id).where(*due).limit(limit)
        # Asked of the row itself as well: it may have been kept longer since it was chosen.
        return self._change(_grant.c.id.in_(ended), *due, **_GONE)

    def take_reminders(self, *, now: datetime, limit: int) -> tuple[Changed, ...]:
        """Take at most `limit` reminders that are due: whoever gets one writes it."""
        due = select(_grant.c.id).where(_grant.c.remind_at <= now).limit(limit)
        return self._change(_grant.c.id.in_(due), _grant.c.remind_at <= now, remind_at=None)

    def _one(self, account_id: str, grant_id: str, *where: ColumnElement[bool], **values: Any) -> Changed | None:  # noqa: ANN401 - columns of several types
        changed = self._change(_grant.c.account_id == account_id, _grant.c.id == grant_id, *where, **values)
        return changed[0] if changed else None

    def _change(self, *where: ColumnElement[bool], **values: Any) -> tuple[Changed, ...]:  # noqa: ANN401 - as above
        with self._db.transaction() as connection:
            rows = connection.execute(update(_grant).where(*where).values(**values).returning(*_TOLD)).all()
        return tuple(map(_changed, rows))


def _stands(now: datetime) -> ColumnElement[bool]:
    """Say in SQL what :meth:`idp.consent.values.Grant.stands` says."""
    return _grant.c.withdrawn_at.is_(None) & _grant.c.claims_sealed.is_not(None) & (_grant.c.reconfirm_at > now)


def _changed(row: Row[Any]) -> Changed:
    return Changed(row.account_id, row.client_id, row.sub, tuple(row.claims), Duration(row.duration), row.reconfirm_at)
