"""Passwords, browser sessions, and the counters of the slow-down."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, UTCDateTime


class PasswordRow(Base):
    """How to check a citizen's password, and with which Argon2id parameters it was last derived."""

    __tablename__ = "password"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    memory_kib: Mapped[int]
    iterations: Mapped[int]
    parallelism: Mapped[int]
    #: SHA-256 of the verifier, so that a stolen row is not itself the thing that is compared.
    verifier_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BrowserSessionRow(Base):
    """One browser in which a citizen is signed in."""

    __tablename__ = "browser_session"

    #: SHA-256 of the session secret, which is in the cookie only.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sid: Mapped[str] = mapped_column(String(22), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    auth_time: Mapped[datetime] = mapped_column(UTCDateTime)
    acr: Mapped[str] = mapped_column(String(80))
    amr: Mapped[list[str]] = mapped_column(JSONColumn)
    #: Under HKDF(session secret); None when the way of signing in could not open the vault.
    wrapped_vault_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: What the browser called itself, such as "Firefox".
    browser: Mapped[str] = mapped_column(String(40))
    #: What it ran on, such as "Linux".
    system: Mapped[str] = mapped_column(String(40))
    #: Roughly where it was when its citizen signed in: country and city under the vault key, never an address.
    sealed_place: Mapped[bytes | None] = mapped_column(LargeBinary)


class KnownBrowserRow(Base):
    """A browser in which somebody signed in to this account before. It proves nothing else."""

    __tablename__ = "known_browser"

    #: SHA-256 of the device cookie.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class ClientSessionRow(Base):
    """A service that a browser session signed in to and that wants to hear when the session ends.

    Only services with an address for it have rows, so that signing in to all others writes nothing.
    """

    __tablename__ = "client_session"

    #: Of the browser session, which may be gone already: telling services outlives it.
    sid: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(primary_key=True)
    #: By which the service knows the citizen in it. One session can sign in under several, and each has to end.
    sub: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(String(22), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class OneTimeCodeRow(Base):
    """An authenticator application that shows codes (TOTP, RFC 6238)."""

    __tablename__ = "one_time_code"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    #: The shared secret under the vault key: only who gave the password, or recovered, can check a code against it.
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    #: The last time step that was accepted; one that is not later is refused (RFC 6238 §5.2).
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: Unset until a first code has proved that the application works.
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HalfSignInRow(Base):
    """Somebody who gave the right password and not yet the code of their application. Opens nothing by itself."""

    __tablename__ = "half_sign_in"

    #: SHA-256 of a secret that is in a cookie only, and so binds this to one browser.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    #: Under HKDF(secret), as in a session.
    wrapped_vault_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: Whether the owner signed in in this browser before.
    known_browser: Mapped[bool]
    tries: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class SignInTriesRow(Base):
    """How many tries failed lately for one key: an account from one network, from one browser, or at all."""

    __tablename__ = "sign_in_tries"

    #: Peppered digest: the row names neither an account nor an address, and exists for unknown names as well.
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
