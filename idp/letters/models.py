"""Contact addresses, sealed, and the links of letters, as digests."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class ContactRow(Base):
    """An address to which letters about an account go, went, or will go once it is confirmed."""

    __tablename__ = "contact"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    #: Under a key of the server's own, bound to this row and account, padded to one length.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: asked, current or former; at most one of each of the first two for an account.
    standing: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class LetterLinkRow(Base):
    """A link that a letter carried. The letter alone knows its secret."""

    __tablename__ = "letter_link"

    #: SHA-256 of the secret.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(24))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    subject: Mapped[str] = mapped_column(String(64))
    #: The address that the letter went to: a link proves that this one is read, and no other.
    contact_id: Mapped[str] = mapped_column(String(22))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
