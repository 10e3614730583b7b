"""The table of browsers that ask to be signed in from another one."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class HandoverRow(Base):
    """One browser that asks. What it was given is in its cookie and on its screen; here are digests."""

    __tablename__ = "handover"

    #: SHA-256 of the secret in its cookie, which binds all of this to that browser.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    #: SHA-256 of what the picture leads to, and of the code to type.
    link_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    #: Of the key that the browser's secret seeds.
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: Who asks, from roughly where, and the number that it shows: under the server token key.
    asking: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8))
    #: What was approved, with the vault key: only that browser opens it.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
