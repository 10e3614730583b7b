"""The one table of requests in flight."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, JSONValue, UTCDateTime


class InteractionRow(Base):
    """An authorization request waiting for its citizen; opens only with the secret in the citizen's URL."""

    __tablename__ = "interaction"

    #: SHA-256 of the secret, so that the database cannot continue anybody's sign-in.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[str]
    client_id: Mapped[str]
    #: SHA-256 of the browser's flow cookie; None until a browser takes a pushed request up.
    browser_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    #: The parameters, under a key derived from the secret: login_hint and claims values are personal.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    facts: Mapped[JSONValue] = mapped_column(JSONColumn)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
