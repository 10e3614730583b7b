"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC.

    SQLite has no time zones and would silently drop one, so a naive value is refused on the way in
    and every value carries UTC on the way out.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC.

        :raises ValueError: the value has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a stored moment needs a time zone"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its UTC zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


#: JSON text on SQLite, JSONB on PostgreSQL.
JSONColumn: JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

#: What a JSON column may hold; narrower types are given by the values that the stores return.
JSONValue = Any
