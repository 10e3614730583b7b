"""Accounts that are locked until their owners have put them right."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, UTCDateTime


class RepairRow(Base):
    """What was reported, what was proved since, and how far it has got. Since when it is locked, the account says."""

    __tablename__ = "repair"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    reported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: The ways in that were reported, as the ledger calls them.
    methods: Mapped[list[str]] = mapped_column(JSONColumn)
    proved_sid: Mapped[str | None] = mapped_column(String(22))
    #: SHA-256 of what a browser was given that opened a letter.
    browser_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    seen: Mapped[list[str]] = mapped_column(JSONColumn)
