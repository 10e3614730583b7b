"""How the ledger is kept."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, UTCDateTime


class ActivityRow(Base):
    """One thing that happened to one citizen.

    Account and client are named, not referenced: the ledger tells what happened also when they are gone.
    """

    __tablename__ = "activity"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    #: Counted for each citizen on their own; with the account it makes the order in which pages are read.
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str]
    client_id: Mapped[str | None]
    #: Names of details.
    claims: Mapped[list[str]] = mapped_column(JSONColumn)
    #: What :data:`idp.activity.values.FACTS` declares for the kind.
    facts: Mapped[dict[str, str]] = mapped_column(JSONColumn)
    #: The hash of the row before.
    previous: Mapped[bytes]
    #: SHA-256 over this row and `previous`.
    hash: Mapped[bytes]
