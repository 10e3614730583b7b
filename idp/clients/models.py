"""The tables of services and of what they registered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, JSONValue, UTCDateTime


class ClientRow(Base):
    """A relying party."""

    __tablename__ = "client"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    profile: Mapped[str]
    #: Name per language.
    names: Mapped[JSONValue] = mapped_column(JSONColumn)
    organisation: Mapped[JSONValue] = mapped_column(JSONColumn)
    #: The rest of the registration (OIDC Registration §2): read whole, never searched.
    registration: Mapped[JSONValue] = mapped_column(JSONColumn)
    #: SHA-256 of each accepted secret, in hexadecimal, newest first.
    secret_digests: Mapped[JSONValue] = mapped_column(JSONColumn)
    #: SHA-256 of the token that reads and changes this registration (RFC 7592 §3), in hexadecimal; none for a service
    #: that did not register itself.
    registration_token_digest: Mapped[str | None]
    #: When it was found that citizens had used a service which registered itself; until then it may be removed.
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class InitialAccessTokenRow(Base):
    """Leave to register services (RFC 7591 §1.2, initial access token)."""

    __tablename__ = "initial_access_token"

    #: SHA-256 of the token.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    #: What the operator calls it.
    label: Mapped[str]
    #: None: any number until it ends.
    uses_left: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class ClientLogoRow(Base):
    """A service's logo as we drew it anew; what the service published is never shown itself."""

    __tablename__ = "client_logo"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id"), primary_key=True)
    #: Where it was fetched from.
    source: Mapped[str]
    #: PNG without metadata.
    image: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ClientAudienceRow(Base):
    """A resource that tokens can be made for, and the resource server behind it (RFC 8707)."""

    __tablename__ = "client_audience"

    audience: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id", ondelete="CASCADE"), index=True)


class ClientOriginRow(Base):
    """An origin whose pages may call us in the name of a service (Fetch §3.2, "CORS protocol")."""

    __tablename__ = "client_origin"

    origin: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id", ondelete="CASCADE"), primary_key=True)


class RegisteredUseRow(Base):
    """One version of what a service needs details for. Its content never changes, only its state."""

    __tablename__ = "registered_use"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    purpose: Mapped[JSONValue] = mapped_column(JSONColumn)
    lawful_basis: Mapped[str] = mapped_column(Text)
    #: Claim, reason, essential, retention, smaller forms and what leaving it out means, per detail.
    details: Mapped[JSONValue] = mapped_column(JSONColumn)
    without_it: Mapped[JSONValue] = mapped_column(JSONColumn)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
