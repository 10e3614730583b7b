"""The account table."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class AccountRow(Base):
    """A citizen, without a word about them."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    #: Peppered one-way form of the sign-in name. The pepper is not in the database.
    login_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: The name before, which stays theirs for a while: whoever changes it must not keep its owner out.
    former_login_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    renamed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Its owner said that something was not them, and has not put it right yet: nothing is shared or added meanwhile.
    repair_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: A recovery by mail runs: from when on it lets its holder set a password, unless it is cancelled.
    recovery_ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Its owner is leaving: when everything is erased. None for everybody else.
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    #: When a letter reminded them of it.
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RetiredNameRow(Base):
    """A sign-in name whose owner has left, kept for a while so that nobody else passes for them. Names no account."""

    __tablename__ = "retired_name"

    #: As in `account`.
    login_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
