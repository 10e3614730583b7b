"""The tables of passkeys. Nothing in them signs in, and nothing a citizen typed is in clear."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, UTCDateTime


class PasskeyOwnerRow(Base):
    """How authenticators know a citizen: a random handle that says nothing (WebAuthn §14.6.1)."""

    __tablename__ = "passkey_owner"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    handle: Mapped[bytes] = mapped_column(LargeBinary(64), unique=True)


class PasskeyRow(Base):
    """One passkey: a public key, and what is noticed about its use."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: As the authenticator last gave it; zero for ever on those that count nothing.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSONColumn)
    #: Such as "Firefox on Linux".
    browser: Mapped[str] = mapped_column(String(40))
    #: The citizen's own name for it, under the vault key.
    sealed_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    has_prf: Mapped[bool]
    #: The key slot that its PRF opens. Removed together with it.
    slot_id: Mapped[str | None] = mapped_column(String(22))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When its counter last failed to rise, as a copy's would.
    suspected_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasskeyCeremonyRow(Base):
    """A challenge that waits for its answer; deleted as it is answered, whatever the answer is worth."""

    __tablename__ = "passkey_ceremony"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: SHA-256 of the secret in the cookie of the browser that asked.
    bound_to: Mapped[bytes] = mapped_column(LargeBinary(32))
    account_id: Mapped[str | None] = mapped_column(String(22))
    #: For an account that is still to be made.
    user_handle: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
