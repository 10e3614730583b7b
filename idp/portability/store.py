"""Where files wait, chains from before are kept, and seeds that travelled are known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, insert, select

from idp.portability.models import BroughtFileRow, EarlierActivityRow, TravelledSeedRow
from idp.storage.db import Database
from idp.storage.dialects import insert_into

_BATCH = 200


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that waits."""

    sealed: bytes = field(repr=False)
    #: The first entry of its activity that does not fit, or None.
    broken: int | None


class PortabilityStore:
    """Rows of what travelled. Everything in them but numbers stays sealed."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    # Files that wait

    def put_file(self, account_id: str, file: SealedFile, *, until: datetime) -> None:
        """Keep a file in the place of one that waited before."""
        columns = {"sealed": file.sealed, "broken": file.broken or 0, "expires_at": until}
        statement = insert_into(self._db, BroughtFileRow).values(account_id=account_id, **columns)
        with self._db.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=columns))

    def file(self, account_id: str, *, now: datetime) -> SealedFile | None:
        """Give the file that waits."""
        row = BroughtFileRow
        statement = select(row.sealed, row.broken).where(row.account_id == account_id, row.expires_at > now)
        with self._db.reading() as connection:
            found = connection.execute(statement).one_or_none()
        return None if found is None else SealedFile(sealed=found.sealed, broken=found.broken or None)

    def drop_file(self, account_id: str) -> bool:
        """Forget the file that waits; tells whether there was one, to one of two that ask at once."""
        row = BroughtFileRow
        return self._count(delete(row).where(row.account_id == account_id)) == 1

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` files that waited too long; gives how many."""
        row = BroughtFileRow
        over = select(row.account_id).where(row.expires_at <= now).limit(limit)
        return self._count(delete(row).where(row.account_id.in_(over)))

    # Chains from before

    def add_ledger(self, account_id: str, ledger: int, parts: Iterable[bytes]) -> None:
        """Keep a chain, part by part."""
        batch: list[dict[str, Any]] = []
        with self._db.transaction() as connection:
            for part, sealed in enumerate(parts):
                batch.append({"account_id": account_id, "ledger": ledger, "part": part, "sealed": sealed})
                if len(batch) == _BATCH:
                    connection.execute(insert(EarlierActivityRow), batch)
                    batch = []
            if batch:
                connection.execute(insert(EarlierActivityRow), batch)

    def ledgers(self, account_id: str) -> dict[int, int]:
        """Give how many parts with entries each chain has, the earliest chain first."""
        row = EarlierActivityRow
        statement = (
            select(row.ledger, func.max(row.part).label("last"))
            .where(row.account_id == account_id)
            .group_by(row.ledger)
        ).order_by(row.ledger)
        with self._db.reading() as connection:
            return {found.ledger: found.last for found in connection.execute(statement)}

    def part(self, account_id: str, ledger: int, part: int) -> bytes | None:
        """Give one part of a chain, sealed."""
        row = EarlierActivityRow
        statement = select(row.sealed).where(row.account_id == account_id, row.ledger == ledger, row.part == part)
        with self._db.reading() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def parts(self, account_id: str, ledger: int) -> Iterator[tuple[int, bytes]]:
        """Give every part of a chain in order."""
        row = EarlierActivityRow
        statement = select(row.part, row.sealed).where(row.account_id == account_id, row.ledger == ledger)
        with self._db.reading() as connection:
            for found in connection.execute(statement.order_by(row.part)):
                yield found.part, found.sealed

    # Seeds

    def claim_seed(self, index: bytes, account_id: str) -> bool:
        """Note that a seed travels with an account; False when it is another's here."""
        row = TravelledSeedRow
        statement = insert_into(self._db, row).values(index=index, account_id=account_id).on_conflict_do_nothing()
        with self._db.transaction() as connection:
            connection.execute(statement)
            owner = connection.execute(select(row.account_id).where(row.index == index)).scalar_one()
        return bool(owner == account_id)

    def _count(self, statement: Any) -> int:  # noqa: ANN401 - a deletion of any shape
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount
