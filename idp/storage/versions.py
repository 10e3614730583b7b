"""Counters by which processes notice that something they remember has changed.

A process keeps clients or keys in memory and asks for one number now and then; whoever changes the rows moves the
number on in the same transaction. No broker, and never a moment at which a change is lost.
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import BigInteger, Table, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base, Database
from idp.storage.dialects import insert_into


class Version(Base):
    """How often the rows of one kind have changed."""

    __tablename__ = "version"

    #: What is counted: `clients`, `keys`.
    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


_version: Final[Table] = Version.__table__  # type: ignore[assignment]
_READ: Final = select(_version.c.name, _version.c.number).where(_version.c.name.in_(bindparam("names", expanding=True)))


class Versions:
    """The counters of one database."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        self._bump = (
            insert_into(db, Version)
            .values(name=bindparam("counted"), number=1)
            .on_conflict_do_update(index_elements=["name"], set_={"number": _version.c.number + 1})
            .returning(_version.c.number)
        )

    def bump(self, name: str) -> int:
        """Say that the rows of this kind change; call it in the transaction that changes them.

        The row stays locked until that transaction ends, so writers who bump first also take turns.

        :returns: the new number, at least 1.
        """
        with self._db.transaction() as connection:
            number: Any = connection.execute(self._bump, {"counted": name}).scalar_one()
        return int(number)

    def read(self, names: Collection[str]) -> dict[str, int]:
        """Give the present numbers in one statement; 0 for what never changed."""
        with self._db.reading() as connection:
            rows = connection.execute(_READ, {"names": sorted(names)}).all()
        return dict.fromkeys(names, 0) | {row[0]: row[1] for row in rows}
