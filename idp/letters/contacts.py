"""Where a citizen can be reached: typed, confirmed by a letter, changed, taken away.

The server must be able to open an address while its owner sleeps, so it is sealed under a key of the server's own and
not in the vault: a copied table shows none, and whoever has table and secrets both can read them. No page or command
shows one to anybody but its owner.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, Entry, Kind
from idp.clock import Clock
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal
from idp.crypto.secrets import identifier
from idp.letters import policy
from idp.letters.contact_store import ContactStore
from idp.letters.errors import LinkGoneError, MailOffError, SameAddressError
from idp.letters.links import Links
from idp.letters.values import LIFETIMES, Address, Contact, Letter, Purpose, SealedContact, Standing
from idp.storage.db import Database

#: As long as the links in a letter about a change work.
FORMER_LIFETIME: Final = timedelta(days=30)
#: Every box has one length, so that none tells how long its address is.
_PADDED: Final = 256

#: Writes a letter to one address of an account: account, letter, address, facts.
Writer = Callable[[str, Letter, str, dict[str, str]], None]


class Contacts:
    """Contact addresses of citizens."""

    def __init__(
        self,
        *,
        db: Database,
        store: ContactStore,
        links: Links,
        activity: ActivityService,
        clock: Clock,
        secret: bytes,
        on: bool,
        write: Writer,
    ) -> None:
        """Keep addresses in `store`, sealed under a key of `secret`.

        :param on: whether this deployment sends letters.
        :param write: has a letter written to an address.
        """
        self._db = db
        self._store = store
        self._links = links
        self._activity = activity
        self._clock = clock
        self._key = derive(secret, purpose="contact addresses")
        self._on = on
        self._write = write

    def of(self, account_id: str) -> Contact:
        """Give a citizen's address, and the one that waits to be confirmed."""
        now, found = self._clock.now(), {}
        for row in self._store.of(account_id):
            if row.standing is not Standing.FORMER and (row.expires_at is None or row.expires_at > now):
                found[row.standing] = Address(row.id, self.open(row), row.since, row.expires_at)
        return Contact(current=found.get(Standing.CURRENT), asked=found.get(Standing.ASKED))

    def is_missing(self, account_id: str) -> bool:
        """Tell whether letters are sent here and this citizen gets none."""
        return self._on and self._store.current(account_id) is None

    def address(self, account_id: str) -> str | None:
        """Give the confirmed address of an account, for what has to be sent there; None when there is none."""
        row = self._store.current(account_id)
        return None if row is None else self.open(row)

    def at(self, account_id: str, moment: datetime) -> Address | None:
        """Give the confirmed address that an account had at a moment: now's, or one that is still kept.

        Where it had none then, the oldest that is known, whose `since` tells so: better than nobody to write to.
        """
        held = [row for row in self._store.of(account_id) if row.standing is not Standing.ASKED]
        held.sort(key=lambda row: row.since)
        row = next((row for row in held if _counted(row, moment)), held[0] if held else None)
        return None if row is None else Address(row.id, self.open(row), row.since, row.expires_at)

    def restore(self, account_id: str, contact_id: str) -> bool:
        """Put a former address back in the place of the current one; tells whether there was such a one."""
        now = self._clock.now()
        with self._db.transaction():
            self._store.hold(account_id)
            if all(row.id != contact_id for row in self._store.of(account_id) if row.standing is Standing.FORMER):
                return False
            self._store.drop_asked(account_id)
            self._store.retire(account_id, until=now + FORMER_LIFETIME)
            self._store.restore(account_id, contact_id)
            self._record(account_id, Kind.CONTACT_CONFIRMED)
            return True

    def ask(self, account_id: str, typed: str, *, browser: str) -> None:
        """Have a letter written to a new address; it counts once its link is followed.

        :param browser: the family of the browser that it was typed in.
        :raises InvalidAddressError: it is none.
        :raises SameAddressError: it is the contact address already.
        :raises MailOffError: this deployment sends no letters.
        """
        if not self._on:
            raise MailOffError
        address = policy.check_address(typed)
        now, contact_id = self._clock.now(), identifier()
        with self._db.transaction():
            self._store.hold(account_id)
            if self.address(account_id) == address:
                raise SameAddressError
            self._store.drop_asked(account_id)
            self._store.add(
                SealedContact(
                    id=contact_id,
                    account_id=account_id,
                    sealed=self._seal(address, account_id=account_id, contact_id=contact_id),
                    standing=Standing.ASKED,
                    since=now,
                    expires_at=now + LIFETIMES[Purpose.CONFIRM_CONTACT],
                )
            )
            self._record(account_id, Kind.CONTACT_ASKED, browser)
            self._write(account_id, Letter.CONTACT_CONFIRM, contact_id, {})

    def can_confirm(self, secret: str) -> bool:
        """Tell whether a link would confirm an address."""
        try:
            link = self._links.look(Purpose.CONFIRM_CONTACT, secret=secret)
        except LinkGoneError:
            return False
        return self._waits(link.subject)

    def confirm(self, secret: str) -> None:
        """Take the link of a letter as proof that its address is read. The address before hears of the change.

        :raises LinkGoneError: the link was used or is too old, or another address was given since.
        """
        with self._db.transaction():
            link = self._links.use(Purpose.CONFIRM_CONTACT, secret=secret)
            account_id, now = link.account_id, self._clock.now()
            self._store.hold(account_id)
            # Looked at before anything is changed: a caller may catch the error inside its own transaction.
            if not self._waits(link.subject):
                raise LinkGoneError
            before = self._store.retire(account_id, until=now + FORMER_LIFETIME)
            self._store.confirm(link.subject, now=now)
            self._record(account_id, Kind.CONTACT_CONFIRMED)
            self._write(account_id, Letter.CONTACT_CONFIRMED, link.subject, {})
            if before is not None:
                self._write(account_id, Letter.CONTACT_CHANGED, before, {})

    def remove(self, account_id: str, *, browser: str) -> None:
        """Take the contact address away, with one that waits. It hears of that."""
        now = self._clock.now()
        with self._db.transaction():
            self._store.hold(account_id)
            self._store.drop_asked(account_id)
            before = self._store.retire(account_id, until=now + FORMER_LIFETIME)
            if before is not None:
                self._record(account_id, Kind.CONTACT_REMOVED, browser)
                self._write(account_id, Letter.CONTACT_REMOVED, before, {BROWSER: browser} if browser else {})

    def open(self, row: SealedContact) -> str:
        """Open an address; an empty text when it does not open as what its row says that it is."""
        context = _context(row.account_id, row.id)
        try:
            return unseal(self._key, row.sealed, context=context).rstrip(b"\0").decode()
        except SealBrokenError:
            return ""

    def _waits(self, contact_id: str) -> bool:
        row = self._store.get(contact_id)
        asked = row is not None and row.standing is Standing.ASKED
        return asked and row is not None and row.expires_at is not None and row.expires_at > self._clock.now()

    def _seal(self, address: str, *, account_id: str, contact_id: str) -> bytes:
        return seal(self._key, address.encode().ljust(_PADDED, b"\0"), context=_context(account_id, contact_id))

    def _record(self, account_id: str, kind: Kind, browser: str = "") -> None:
        facts = {BROWSER: browser} if browser else {}
        self._activity.record(Entry(account_id=account_id, kind=kind, facts=facts))


def _counted(row: SealedContact, moment: datetime) -> bool:
    """Tell whether an address was the current one at a moment."""
    return row.since <= moment and (row.expires_at is None or moment < row.expires_at - FORMER_LIFETIME)


def _context(account_id: str, contact_id: str) -> bytes:
    return b"contact\0" + account_id.encode() + b"\0" + contact_id.encode()
