"""The few rows that tokens need. Everything here ends by itself and is purged.

No foreign keys: these rows live for minutes, are written on the busiest path, and are only ever used together with a
fresh look at the grant, which is what says whether it still exists.
"""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class AuthorizationCode(Base):
    """An authorization code. It stays for a while after its use, so that a replay is recognised."""

    __tablename__ = "authorization_code"

    #: SHA-256 of the code.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    #: In clear, so that one statement redeems the code for its own client only.
    client_id: Mapped[str] = mapped_column(String(255))
    grant_id: Mapped[str] = mapped_column(String(22))
    account_id: Mapped[str] = mapped_column(String(22))
    #: The sign-on with its grant key, sealed under HKDF(code): the row alone opens nothing.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: Names everything issued from this code.
    issue_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    redeemed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeviceCode(Base):
    """A device that waits for its owner to say yes on another one (RFC 8628)."""

    __tablename__ = "device_code"

    #: SHA-256 of the device code.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    #: SHA-256 of the user code; free again when the row goes.
    user_code_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    client_id: Mapped[str] = mapped_column(String(255))
    #: What was asked for, under the server token key: values in `claims` are personal.
    request: Mapped[bytes] = mapped_column(LargeBinary)
    #: Public half of the X25519 key that the device code seeds (VAULT.md).
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: `pending`, `approved` or `denied`.
    state: Mapped[str] = mapped_column(String(8))
    #: The sign-on sealed for the device alone, once it is approved.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_id: Mapped[str | None] = mapped_column(String(22))
    grant_id: Mapped[str | None] = mapped_column(String(22))
    issue_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    #: Seconds that the device has to wait between two polls; grows when it does not (§3.5).
    interval: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    polled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RefreshChain(Base):
    """How far one line of refresh tokens has come; written at its first use."""

    __tablename__ = "refresh_chain"

    issue_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    grant_id: Mapped[str] = mapped_column(String(22))
    client_id: Mapped[str] = mapped_column(String(255))
    #: The generation that may be used next; the one before it has its grace.
    generation: Mapped[int]
    rotated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RevokedToken(Base):
    """A token, or everything issued from one code, that ends before its time."""

    __tablename__ = "revoked_token"

    #: `jti` of one access token, or the issue of many.
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class UsedAssertion(Base):
    """A client assertion that was accepted once (RFC 7523 §3, `jti`)."""

    __tablename__ = "used_assertion"

    #: SHA-256 of client and `jti`.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
