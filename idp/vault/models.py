"""The vault's tables. Both hold sealed bytes; nothing in them opens without its owner."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class KeySlotRow(Base):
    """One way to unlock a vault."""

    __tablename__ = "key_slot"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    #: password, recovery, and what later issues add: data, not schema.
    kind: Mapped[str] = mapped_column(String(16))
    #: A name for a key or a device, such as "YubiKey"; empty for a password or a code.
    label: Mapped[str] = mapped_column(String(80))
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: The vault key under HKDF(secret, salt), bound to this slot's id, account and kind.
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: When its owner showed that they hold the secret. Only confirmed slots count as a way back in.
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class VaultDocumentRow(Base):
    """The sealed document of one persona."""

    __tablename__ = "vault_document"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    persona: Mapped[str] = mapped_column(String(22), primary_key=True)
    #: Bound into the box, so that an older box put back under the newer number does not open.
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
