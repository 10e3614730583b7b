"""The tables of this room. None holds an organisation's name for a person, nor a detail, in clear."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class TripRow(Base):
    """A way to an organisation that has begun and not come back. Used once, by being deleted."""

    __tablename__ = "organisation_trip"

    #: SHA-256 of `state`, which travels through the organisation.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    #: SHA-256 of the browser's flow cookie: nobody else's browser can come back with it.
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    organisation: Mapped[str] = mapped_column(String(40))
    #: Under a key derived from the flow cookie, which the organisation never sees.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class ArrivalRow(Base):
    """What came from an organisation, until its citizen has decided what to keep."""

    __tablename__ = "organisation_arrival"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    #: Of the browser session that it came to.
    sid: Mapped[str] = mapped_column(String(22), index=True)
    organisation: Mapped[str] = mapped_column(String(40))
    #: Under the vault key of that session.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
