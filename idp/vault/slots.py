"""The ways to unlock a vault: made, opened, wrapped anew, confirmed, taken away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from idp.clock import Clock
from idp.crypto.secrets import identifier, random_key
from idp.vault import policy
from idp.vault.errors import UnknownSlotError
from idp.vault.sealed import unwrap_key, wrap_key
from idp.vault.store import VaultStore, WrappedSlot
from idp.vault.values import OpenedSlot, Slot, SlotKind, SlotSecret, VaultKey

#: A trusted device that was not used for this long opens nothing any more.
DEVICE_LIFETIME: Final = timedelta(days=365)


class KeySlots:
    """The slots of every vault. What a slot's kind means is for whoever holds its secret."""

    def __init__(self, *, store: VaultStore, clock: Clock) -> None:
        """Work on `store`."""
        self._store = store
        self._clock = clock

    def add_slot(self, account_id: str, key: VaultKey, new: SlotSecret) -> Slot:
        """Add a way to unlock."""
        now = self._clock.now()
        slot = Slot(
            id=identifier(),
            account_id=account_id,
            kind=new.kind,
            label=new.label,
            confirmed_at=now if new.confirmed else None,
            created_at=now,
            used_at=None,
        )
        salt = random_key()
        wrapped = wrap_key(key, secret=new.secret, salt=salt, account_id=account_id, slot_id=slot.id, kind=slot.kind)
        self._store.add_slot(WrappedSlot(slot=slot, salt=salt, wrapped_key=wrapped))
        return slot

    def open(self, account_id: str, *, kind: str, secret: bytes) -> OpenedSlot | None:
        """Try a secret on the account's slots of one kind; None when it opens none of them."""
        for held in self._store.slots(account_id, kind=kind):
            key = unwrap_key(
                held.wrapped_key, secret=secret, salt=held.salt, account_id=account_id, slot_id=held.slot.id, kind=kind
            )
            if key is not None:
                return OpenedSlot(slot=held.slot, key=key)
        return None

    def device(self, account_id: str, secret: str | None) -> OpenedSlot | None:
        """Look whether what a browser keeps makes it a trusted device; None too where it was not used for a year."""
        if secret is None:
            return None
        opened = self.open(account_id, kind=SlotKind.DEVICE, secret=secret.encode())
        if opened is None or _last_used(opened.slot) + DEVICE_LIFETIME <= self._clock.now():
            return None
        return opened

    def open_as_device(self, account_id: str, secret: str | None) -> OpenedSlot | None:
        """Open a vault by what a trusted device keeps, and note that it was used."""
        opened = self.device(account_id, secret)
        if opened is not None:
            self.mark_used(account_id, opened.slot.id)
        return opened

    def purge_devices(self, limit: int) -> int:
        """Delete at most `limit` slots of devices that were not used for a year; gives how many."""
        return self._store.purge_slots(SlotKind.DEVICE, unused_since=self._clock.now() - DEVICE_LIFETIME, limit=limit)

    def rewrap(self, opened: OpenedSlot, *, secret: bytes) -> None:
        """Let a slot be opened by a new secret and no longer by the old one.

        :raises UnknownSlotError: the slot has gone.
        """
        slot, salt = opened.slot, random_key()
        wrapped = wrap_key(
            opened.key, secret=secret, salt=salt, account_id=slot.account_id, slot_id=slot.id, kind=slot.kind
        )
        self._change(slot.account_id, slot.id, salt=salt, wrapped_key=wrapped)

    def confirm(self, account_id: str, slot_id: str) -> None:
        """Note that its owner has shown that they hold the secret.

        :raises UnknownSlotError: the account has no such slot.
        """
        self._change(account_id, slot_id, confirmed_at=self._clock.now())

    def mark_used(self, account_id: str, slot_id: str) -> None:
        """Note that the slot was just opened.

        :raises UnknownSlotError: the account has no such slot.
        """
        self._change(account_id, slot_id, used_at=self._clock.now())

    def remove_slot(self, account_id: str, slot_id: str) -> None:
        """Take a way to unlock away.

        :raises UnknownSlotError: the account has no such slot.
        """
        if not self._store.remove_slot(account_id, slot_id):
            raise UnknownSlotError

    def hold_slots(self, account_id: str) -> None:
        """Keep others from adding to or taking from what is decided on until the transaction ends. Only inside one."""
        self._store.hold_slots(account_id)

    def slots(self, account_id: str) -> tuple[Slot, ...]:
        """Give the ways to unlock, the oldest first."""
        return tuple(held.slot for held in self._store.slots(account_id))

    def ready(self, account_id: str) -> bool:
        """Tell whether two ways to unlock are confirmed, so that details may be taken."""
        held: Sequence[Slot] = self.slots(account_id)
        return policy.is_ready(held)

    def held_details(self, account_id: str) -> bool:
        """Tell, without opening it, whether a vault holds or ever held anything but its owner's name."""
        return any(document.version > 1 for document in self._store.documents(account_id).values())

    def _change(self, account_id: str, slot_id: str, **columns: object) -> None:
        if not self._store.change_slot(account_id, slot_id, **columns):
            raise UnknownSlotError


def _last_used(slot: Slot) -> datetime:
    return slot.used_at or slot.created_at
