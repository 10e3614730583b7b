"""Who asked for a letter, and recoveries."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime

_RUNNING = text("state = 'running'")


class RecoveryRequestRow(Base):
    """A sign-in name that somebody asked to recover, whether or not anybody has it: both leave the same row."""

    __tablename__ = "recovery_request"

    #: As in `account`; the pepper is not in the database.
    login_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RecoveryRow(Base):
    """One recovery of one account."""

    __tablename__ = "recovery"
    __table_args__ = (
        # One that runs for an account, however many follow a link at once.
        Index("ix_recovery_running", "account_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    #: running, cancelled, done or over.
    state: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    half_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ready_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    until: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: When the letters half way and at the end were written.
    half_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ready_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
