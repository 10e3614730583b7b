"""Where passkeys and ceremonies are kept. Whatever may happen once is one statement whose WHERE holds the rule."""

from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, RowMapping, delete, insert, select, update

from idp.accounts.models import AccountRow
from idp.accounts.values import State
from idp.passkeys.models import PasskeyCeremonyRow, PasskeyOwnerRow, PasskeyRow
from idp.passkeys.values import Ceremony, Claimant, Passkey, Purpose
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.vault.models import KeySlotRow

#: A slot that went with a vault that was given up is none.
_COLUMNS = (
    *(getattr(PasskeyRow, field.name) for field in fields(Passkey) if field.name != "slot_id"),
    KeySlotRow.id.label("slot_id"),
)
_SLOT = KeySlotRow.id == PasskeyRow.slot_id


class PasskeyStore:
    """Rows of passkeys, their owners and ceremonies, as values."""

    def __init__(self, *, db: Database) -> None:
        """Keep rows in `db`."""
        self._db = db

    def add_ceremony(
        self, ceremony_id: str, ceremony: Ceremony, *, purpose: Purpose, bound_to: bytes, expires_at: datetime
    ) -> None:
        """Keep a challenge."""
        with self._db.transaction() as connection:
            connection.execute(
                insert(PasskeyCeremonyRow).values(
                    id=ceremony_id,
                    purpose=purpose.value,
                    challenge=ceremony.challenge,
                    bound_to=bound_to,
                    account_id=ceremony.account_id,
                    user_handle=ceremony.user_handle,
                    expires_at=expires_at,
                )
            )

    def take_ceremony(self, ceremony_id: str, *, purpose: Purpose, bound_to: bytes, now: datetime) -> Ceremony | None:
        """Use a challenge up: gives it once, to the browser that it was given to, for what it was given for."""
        row = PasskeyCeremonyRow
        statement = (
            delete(row)
            .where(row.id == ceremony_id, row.purpose == purpose.value, row.bound_to == bound_to, row.expires_at > now)
            .returning(row.challenge, row.account_id, row.user_handle)
        )
        with self._db.transaction() as connection:
            found = connection.execute(statement).first()
        return None if found is None else Ceremony(found.challenge, found.account_id, found.user_handle)

    def handle(self, account_id: str) -> bytes | None:
        """Give how authenticators know a citizen; None before their first passkey."""
        statement = select(PasskeyOwnerRow.handle).where(PasskeyOwnerRow.account_id == account_id)
        with self._db.reading() as connection:
            return connection.execute(statement).scalar()

    def keep_handle(self, account_id: str, handle: bytes) -> None:
        """Keep a handle, unless the citizen has one."""
        statement = insert_into(self._db, PasskeyOwnerRow).values(account_id=account_id, handle=handle)
        with self._db.transaction() as connection:
            connection.execute(statement.on_conflict_do_nothing(index_elements=["account_id"]))

    def add(self, passkey: Passkey, *, sign_count: int) -> bool:
        """Keep a passkey; False when its credential is registered already."""
        values = {field.name: getattr(passkey, field.name) for field in fields(Passkey)}
        values |= {"transports": list(passkey.transports), "sign_count": sign_count}
        statement = insert_into(self._db, PasskeyRow).values(**values)
        statement = statement.on_conflict_do_nothing(index_elements=["credential_id"])
        with self._db.transaction() as connection:
            return connection.execute(statement.returning(PasskeyRow.id)).first() is not None

    def of(self, account_id: str) -> tuple[Passkey, ...]:
        """Give a citizen's passkeys, the oldest first."""
        statement = (
            select(*_COLUMNS)
            .outerjoin(KeySlotRow, _SLOT)
            .where(PasskeyRow.account_id == account_id)
            .order_by(PasskeyRow.created_at, PasskeyRow.id)
        )
        with self._db.reading() as connection:
            return tuple(_passkey(row) for row in connection.execute(statement).mappings())

    def claimant(self, credential_id: bytes) -> Claimant | None:
        """Give the passkey with this credential id, and whose it is."""
        statement = (
            select(*_COLUMNS, PasskeyOwnerRow.handle, AccountRow.state)
            .join(PasskeyOwnerRow, PasskeyOwnerRow.account_id == PasskeyRow.account_id)
            .join(AccountRow, AccountRow.id == PasskeyRow.account_id)
            .outerjoin(KeySlotRow, _SLOT)
            .where(PasskeyRow.credential_id == credential_id)
        )
        with self._db.reading() as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            return None
        return Claimant(_passkey(row), user_handle=row["handle"], active=row["state"] == State.ACTIVE.value)

    def use(self, passkey_id: str, *, sign_count: int, backed_up: bool, now: datetime) -> bool:
        """Note a use: True for a counter that has risen, or that never counted (WebAuthn §7.2 step 22)."""
        row = PasskeyRow
        rises = row.sign_count < sign_count if sign_count else row.sign_count == 0
        return self._changed(
            update(row)
            .where(row.id == passkey_id, rises)
            .values(sign_count=sign_count, backed_up=backed_up, used_at=now)
        )

    def change(self, account_id: str, passkey_id: str, **columns: Any) -> bool:  # noqa: ANN401 - a column's own type
        """Set columns of one of a citizen's passkeys; tells whether they have it."""
        row = PasskeyRow
        return self._changed(update(row).where(row.id == passkey_id, row.account_id == account_id).values(**columns))

    def remove(self, account_id: str, passkey_id: str) -> bool:
        """Delete one of a citizen's passkeys; tells whether they had it."""
        row = PasskeyRow
        return self._changed(delete(row).where(row.id == passkey_id, row.account_id == account_id))

    def forget(self, account_id: str) -> None:
        """Delete every passkey of a citizen, their handle, and what they have begun."""
        with self._db.transaction() as connection:
            for row in (PasskeyRow, PasskeyOwnerRow, PasskeyCeremonyRow):
                connection.execute(delete(row).where(row.account_id == account_id))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` ceremonies that were over at a moment; gives how many."""
        row = PasskeyCeremonyRow
        over = select(row.id).where(row.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            return len(connection.execute(delete(row).where(row.id.in_(over)).returning(row.id)).all())

    def _changed(self, statement: Any) -> bool:  # noqa: ANN401 - an update or delete of any shape
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1


def _passkey(row: RowMapping) -> Passkey:
    values = {field.name: row[field.name] for field in fields(Passkey)}
    return Passkey(**(values | {"transports": tuple(row["transports"])}))
