"""How the ledger is kept."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, UTCDateTime


class ActivityRow(Base):
    """One thing that happened to one citizen.

    Account and client are named, not referenced: the ledger tells what happened also when they are gone.
    """

    __tablename__ = "activity"
    #: Covers what the plot of the last months counts; pages are read along the primary key.
    __table_args__ = (Index(None, "account_id", "at", "kind"),)

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
    #: SHA-256 over what the row says, which stays when its citizen deletes that; none in rows older than this column.
    content: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    #: For a row that its citizen deleted: the sequence number of the entry that says so.
    erased_by: Mapped[int | None]
    #: The hash of the row before.
    previous: Mapped[bytes]
    #: SHA-256 over place, `content` and `previous`.
    hash: Mapped[bytes]
