"""What came from elsewhere: a file that waits, chains from before, and seeds that have left or arrived."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import UTCDateTime


class BroughtFileRow(Base):
    """A file that was opened and waits for its citizen to say what of it comes in. Not for long."""

    __tablename__ = "brought_file"

    account_id: Mapped[str] = mapped_column(String(22), ForeignKey("account.id"), primary_key=True)
    #: Its content under the vault key.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: The first entry of its activity that does not fit; 0 when all do.
    broken: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class EarlierActivityRow(Base):
    """A part of a chain that another provider kept, under the vault key. Read by its citizen, never added to."""

    __tablename__ = "earlier_activity"

    account_id: Mapped[str] = mapped_column(String(22), ForeignKey("account.id"), primary_key=True)
    #: 1 for the earliest provider.
    ledger: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: 0 for what is known of the chain, then its entries in order.
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class TravelledSeedRow(Base):
    """A seed of identifiers that left in a file or came in one: no second account here may have it."""

    __tablename__ = "travelled_seed"

    #: Peppered one-way form of the seed.
    index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(22), ForeignKey("account.id"), index=True)
