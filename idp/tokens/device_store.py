"""Rows of devices that wait (RFC 8628), through Core. What may happen once is one statement whose WHERE says so."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, select, update

from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.tokens.models import DeviceCode

_device: Final = cast("Table", DeviceCode.__table__)


class DeviceState(StrEnum):
    """How far a device has come."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    USED = "used"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device that waits, or has waited."""

    digest: bytes = field(repr=False)
    client_id: str
    #: What was asked for, sealed.
    request: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    state: DeviceState
    #: Seconds.
    interval: int
    created_at: datetime
    polled_at: datetime | None
    expires_at: datetime


_COLUMNS: Final = tuple(
    _device.c[name]
    for name in (
        "digest",
        "client_id",
        "request",
        "public_key",
        "state",
        "interval",
        "created_at",
        "polled_at",
        "expires_at",
    )
)


class DeviceStore:
    """The table `device_code`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        self._add = insert_into(db, DeviceCode).on_conflict_do_nothing()

    def add(self, row: DeviceRow, *, user_code_digest: bytes) -> bool:
        """Keep a device; False when its user code is another's at the moment."""
        values = {name: getattr(row, name) for name in DeviceRow.__slots__}
        values |= {"state": row.state.value, "user_code_digest": user_code_digest}
        return self._changed(self._add.values(values))

    def find(self, digest: bytes) -> DeviceRow | None:
        """Give a device by its own code."""
        return self._one(_device.c.digest == digest)

    def find_typed(self, user_code_digest: bytes) -> DeviceRow | None:
        """Give a device by the code that its owner types."""
        return self._one(_device.c.user_code_digest == user_code_digest)

    def polled(self, digest: bytes, *, now: datetime, longer: int) -> None:
        """Note that a device asked, and by how much longer it has to wait from now on."""
        self._changed(
            update(_device)
            .where(_device.c.digest == digest, _device.c.state == DeviceState.PENDING.value)
            .values(polled_at=now, interval=_device.c.interval + longer)
        )

    def settle(self, digest: bytes, state: DeviceState, *, now: datetime, **values: object) -> bool:
        """Approve or deny a device that waits; False when that was done before, or its time is over."""
        return self._changed(
            update(_device)
            .where(_device.c.digest == digest, _device.c.state == DeviceState.PENDING.value, _device.c.expires_at > now)
            .values(state=state.value, **values)
        )

    def take(self, digest: bytes, *, client_id: str, now: datetime) -> tuple[bytes, bytes] | None:
        """Use an approved device code up: its sealed content and its issue, for one of any number of callers."""
        statement = (
            update(_device)
            .where(
                _device.c.digest == digest,
                _device.c.client_id == client_id,
                _device.c.state == DeviceState.APPROVED.value,
                _device.c.expires_at > now,
            )
            .values(state=DeviceState.USED.value)
            .returning(_device.c.sealed, _device.c.issue_id)
        )
        with self._db.transaction() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else (row.sealed, row.issue_id)

    def _one(self, condition: Any) -> DeviceRow | None:  # noqa: ANN401 - SQLAlchemy's expression
        with self._db.reading() as connection:
            row = connection.execute(select(*_COLUMNS).where(condition)).mappings().one_or_none()
        return None if row is None else DeviceRow(**{**row, "state": DeviceState(row["state"])})

    def _changed(self, statement: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's expression
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1
