"""How keys are kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, UTCDateTime

_CURRENT = text("state <> 'retired'")


class SigningKeyRow(Base):
    """One key of the provider: for signing, for others to encrypt to, or for sealing tokens."""

    __tablename__ = "signing_key"
    __table_args__ = (
        # At most one in use and one to follow, for each algorithm: what two processes that start or rotate at the
        # same moment cannot break.
        Index(
            "uq_signing_key_current",
            "algorithm",
            "state",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    kid: Mapped[str] = mapped_column(primary_key=True)
    #: `sign`, `encrypt` or `seal`.
    use: Mapped[str]
    algorithm: Mapped[str]
    #: `next`, `active` or `retired`.
    state: Mapped[str]
    #: PKCS #8, or 32 bytes for a token key, sealed under a key derived from `secrets.key_encryption`.
    sealed_private: Mapped[bytes]
    #: Nothing for a token key.
    public_jwk: Mapped[dict[str, Any] | None] = mapped_column(JSONColumn)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When the last thing made with a retired key has ended; the row goes after it.
    publish_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
