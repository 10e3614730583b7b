"""Where slots and documents are kept. Everything here stays sealed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from idp.storage.db import Database
from idp.vault.models import KeySlotRow, VaultDocumentRow
from idp.vault.values import Slot


@dataclass(frozen=True, slots=True)
class WrappedSlot:
    """A slot with the wrapped key that it holds."""

    slot: Slot
    salt: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """A document's box, and the version that it claims to be."""

    version: int
    sealed: bytes = field(repr=False)


class VaultStore:
    """Rows of key slots and documents, as values."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def add_slot(self, wrapped: WrappedSlot) -> None:
        """Insert a slot."""
        slot = wrapped.slot
        with self._db.transaction() as connection:
            connection.execute(
                insert(KeySlotRow).values(
                    id=slot.id,
                    account_id=slot.account_id,
                    kind=slot.kind,
                    label=slot.label,
                    salt=wrapped.salt,
                    wrapped_key=wrapped.wrapped_key,
                    confirmed_at=slot.confirmed_at,
                    created_at=slot.created_at,
                    used_at=slot.used_at,
                )
            )

    def slots(self, account_id: str, *, kind: str | None = None) -> tuple[WrappedSlot, ...]:
        """Give an account's slots, the oldest first."""
        statement = select(*KeySlotRow.__table__.columns).where(KeySlotRow.account_id == account_id)
        if kind is not None:
            statement = statement.where(KeySlotRow.kind == kind)
        with self._db.reading() as connection:
            rows = connection.execute(statement.order_by(KeySlotRow.created_at, KeySlotRow.id)).all()
        return tuple(_wrapped_slot(row) for row in rows)

    def hold_slots(self, account_id: str) -> None:
        """Hold an account's slots until the transaction ends. Must run inside one."""
        statement = select(KeySlotRow.id).where(KeySlotRow.account_id == account_id).order_by(KeySlotRow.id)
        with self._db.transaction() as connection:
            connection.execute(statement.with_for_update()).all()

    def change_slot(self, account_id: str, slot_id: str, **columns: Any) -> bool:  # noqa: ANN401 - a column's own type
        """Set columns of one slot; tells whether the account has it."""
        statement = (
            update(KeySlotRow)
            .where(KeySlotRow.id == slot_id, KeySlotRow.account_id == account_id)
            .values(**columns)
            .returning(KeySlotRow.id)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def remove_slot(self, account_id: str, slot_id: str) -> bool:
        """Delete one slot; tells whether the account had it."""
        statement = (
            delete(KeySlotRow)
            .where(KeySlotRow.id == slot_id, KeySlotRow.account_id == account_id)
            .returning(KeySlotRow.id)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def purge_slots(self, kind: str, *, unused_since: datetime, limit: int) -> int:
        """Delete at most `limit` slots of a kind that were not used since a moment; gives how many."""
        row = KeySlotRow
        last_used = func.coalesce(row.used_at, row.created_at)
        over = select(row.id).where(row.kind == kind, last_used <= unused_since).limit(limit)
        with self._db.transaction() as connection:
            return len(connection.execute(delete(row).where(row.id.in_(over)).returning(row.id)).all())

    def add_document(self, account_id: str, persona: str, *, document: SealedDocument) -> None:
        """Insert a persona's first document."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(VaultDocumentRow).values(
                    account_id=account_id, persona=persona, version=document.version, sealed=document.sealed
                )
            )

    def document(self, account_id: str, persona: str) -> SealedDocument | None:
        """Give a persona's document, still sealed."""
        statement = select(VaultDocumentRow.version, VaultDocumentRow.sealed).where(
            VaultDocumentRow.account_id == account_id, VaultDocumentRow.persona == persona
        )
        with self._db.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else SealedDocument(version=row.version, sealed=row.sealed)

    def documents(self, account_id: str) -> dict[str, SealedDocument]:
        """Give every document of an account by its persona, still sealed."""
        statement = select(VaultDocumentRow.persona, VaultDocumentRow.version, VaultDocumentRow.sealed).where(
            VaultDocumentRow.account_id == account_id
        )
        with self._db.reading() as connection:
            return {row.persona: SealedDocument(row.version, row.sealed) for row in connection.execute(statement)}

    def remove_document(self, account_id: str, persona: str) -> bool:
        """Delete a persona's document; tells whether there was one."""
        statement = (
            delete(VaultDocumentRow)
            .where(VaultDocumentRow.account_id == account_id, VaultDocumentRow.persona == persona)
            .returning(VaultDocumentRow.persona)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None

    def version(self, account_id: str, persona: str) -> int | None:
        """Give the version of a persona's document, or None when there is no such persona."""
        statement = select(VaultDocumentRow.version).where(
            VaultDocumentRow.account_id == account_id, VaultDocumentRow.persona == persona
        )
        with self._db.reading() as connection:
            return connection.execute(statement).scalar()

    def erase(self, account_id: str) -> None:
        """Delete every document and slot of an account."""
        with self._db.transaction() as connection:
            connection.execute(delete(VaultDocumentRow).where(VaultDocumentRow.account_id == account_id))
            connection.execute(delete(KeySlotRow).where(KeySlotRow.account_id == account_id))

    def replace_document(self, account_id: str, persona: str, *, document: SealedDocument) -> bool:
        """Put a document in the place of the version before it; tells whether that one was still there."""
        statement = (
            update(VaultDocumentRow)
            .where(
                VaultDocumentRow.account_id == account_id,
                VaultDocumentRow.persona == persona,
                VaultDocumentRow.version == document.version - 1,
            )
            .values(version=document.version, sealed=document.sealed)
            .returning(VaultDocumentRow.version)
        )
        with self._db.transaction() as connection:
            return connection.execute(statement).first() is not None


def _wrapped_slot(row: Row[Any]) -> WrappedSlot:
    slot = Slot(
        id=row.id,
        account_id=row.account_id,
        kind=row.kind,
        label=row.label,
        confirmed_at=row.confirmed_at,
        created_at=row.created_at,
        used_at=row.used_at,
    )
    return WrappedSlot(slot=slot, salt=row.salt, wrapped_key=row.wrapped_key)
