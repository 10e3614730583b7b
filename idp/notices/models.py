"""The outbox: written with what it tells of, in one transaction, and delivered afterwards."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, JSONValue, UTCDateTime


class NoticeRow(Base):
    """Something that somebody has to be told, until they have been."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    client_id: Mapped[str | None] = mapped_column(index=True)
    #: Identifiers that the addressee knows already, and nothing else.
    payload: Mapped[JSONValue] = mapped_column(JSONColumn)
    #: `waiting`, `told` or `given_up`.
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    #: When it may be tried next; whoever tries moves this on first, so that no other process tries at the same time.
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: A code of ours, never what the other side wrote.
    last_error: Mapped[str | None] = mapped_column(String(64))
