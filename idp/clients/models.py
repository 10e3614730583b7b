"""The tables of services and of what they registered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
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
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


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
