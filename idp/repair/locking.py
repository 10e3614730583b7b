"""The lock: what "this was not me" does, from a letter or from the citizen's own record."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.activity.values import METHOD, Entry, Kind, Row
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clock import Clock
from idp.crypto.secrets import digest, token
from idp.letters.errors import LinkGoneError
from idp.letters.service import LetterService
from idp.letters.values import Letter, Purpose
from idp.repair import policy
from idp.repair.errors import NoSuchRowError
from idp.repair.store import RepairStore
from idp.repair.values import Repair
from idp.storage.db import Database

#: A row's number is a 32-bit integer in every database.
_MOST_ROWS: Final = 2**31 - 2


class Locking:
    """Locks accounts."""

    def __init__(
        self,
        *,
        db: Database,
        store: RepairStore,
        accounts: AccountService,
        activity: ActivityService,
        letters: LetterService,
        authentication: AuthenticationService,
        clock: Clock,
    ) -> None:
        """Work on `store`."""
        self._db = db
        self._store = store
        self._accounts = accounts
        self._activity = activity
        self._letters = letters
        self._authentication = authentication
        self._clock = clock
        #: What else ends with a lock: called with the account, inside the transaction.
        self.also: list[Callable[[str], object]] = []

    def can_lock(self, secret: str) -> bool:
        """Tell whether a link of a letter would lock an account."""
        try:
            self._letters.links.look(Purpose.NOT_ME, secret=secret)
        except LinkGoneError:
            return False
        return True

    def by_letter(self, secret: str) -> str:
        """Lock the account that a letter was about; gives what proves later that this browser opened it.

        A letter proves that the address which it went to is read. Where that is not the address from before what is
        reported, an intruder may have put it there: such a link still locks, and proves nothing; and while the account
        is locked, it does not throw the owner out of repairing it.

        :raises LinkGoneError: the link was used, is too old, or was never made.
        """
        with self._db.transaction():
            link = self._letters.links.use(Purpose.NOT_ME, secret=secret)
            before, since = self._store.get(link.account_id), policy.reported(link.written_at)
            earliest = since if before is None else min(before.reported_at, since)
            address = self._letters.contacts.at(link.account_id, earliest)
            owned = address is not None and address.id == link.contact_id
            if before is not None and not owned:
                raise LinkGoneError
            browser = token()
            self._lock(link.account_id, at=link.written_at, method=link.subject, browser=browser if owned else None)
        return browser

    def row(self, session: Session, sequence: int) -> Row:
        """Give the row of a citizen's record that they may report.

        :raises NoSuchRowError: there is none.
        """
        if not 0 < sequence <= _MOST_ROWS:
            raise NoSuchRowError
        rows = self._activity.page(session.account_id, before=sequence + 1, limit=1).rows
        if not rows or rows[0].sequence != sequence:
            raise NoSuchRowError
        return rows[0]

    def by_row(self, session: Session, sequence: int) -> None:
        """Lock the account of a citizen who found something in their record; this session ends as well.

        :raises NoSuchRowError: there is no such row.
        """
        row = self.row(session, sequence)
        with self._db.transaction():
            self._lock(session.account_id, at=row.at, method=row.facts.get(METHOD, ""), browser=None)

    def _lock(self, account_id: str, *, at: datetime, method: str, browser: str | None) -> None:
        before, since = self._store.get(account_id), policy.reported(at)
        earlier = before is not None and before.reported_at < since
        self._store.put(
            Repair(
                account_id=account_id,
                # What was reported first reaches furthest back.
                reported_at=before.reported_at if before is not None and earlier else since,
                # Each of them was in a stranger's hands.
                methods=(frozenset() if before is None else before.methods) | ({method} if method else set()),
                proved_sid=None,
                browser_digest=None if browser is None else digest(browser),
                seen=frozenset(),
            )
        )
        self._accounts.set_repair(account_id, self._clock.now())
        # Whoever was in it may have had it closed; its owner is here and decides anew.
        if self._accounts.leaving.keep(account_id):
            self._activity.record(Entry(account_id=account_id, kind=Kind.CLOSING_ENDED))
        # A stranger may have changed the name too, and nobody but they would know the new one.
        if self._accounts.give_name_back(account_id, renamed_since=since):
            self._activity.record(Entry(account_id=account_id, kind=Kind.LOGIN_CHANGED))
        self._authentication.shut_out(account_id)
        for act in self.also:
            act(account_id)
        self._activity.record(Entry(account_id=account_id, kind=Kind.LOCKED))
        self._letters.write(account_id, Letter.REPAIR_BEGUN, as_of=since)
