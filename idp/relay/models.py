"""The table of private addresses."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class PrivateAddressRow(Base):
    """One address that one service has of one citizen. Numbers are all that is kept of its mail."""

    __tablename__ = "private_address"
    __table_args__ = (UniqueConstraint("account_id", "client_id", "persona", "generation"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    #: Peppered digest of the part before the @, by which a letter finds it.
    local_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[str] = mapped_column(String(22), index=True)
    client_id: Mapped[str] = mapped_column(String(255), index=True)
    persona: Mapped[str] = mapped_column(String(22))
    #: How many addresses of the same choice ended before.
    generation: Mapped[int]
    #: The address and the one that it forwards to, under a key of the server's own.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    standing: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    forwarded: Mapped[int]
    returned: Mapped[int]
    last_forwarded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
