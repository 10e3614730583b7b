"""Who puts a locked account right: more than what may have been stolen has to be shown."""

from datetime import datetime, timedelta

from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clock import Clock
from idp.crypto.secrets import digest, matches, token
from idp.letters.errors import LinkGoneError
from idp.letters.service import LetterService
from idp.letters.values import Address, Letter, Purpose
from idp.repair import policy
from idp.repair.errors import NotLockedError, NotProvedError
from idp.repair.store import RepairStore
from idp.repair.values import Proof, Repair, Shelf
from idp.storage.db import Database


class Proving:
    """Proofs, and who has given one. A session that is asked about is alive."""

    def __init__(
        self,
        *,
        db: Database,
        store: RepairStore,
        letters: LetterService,
        authentication: AuthenticationService,
        clock: Clock,
        waiting: timedelta,
    ) -> None:
        """Work on `store`.

        :param waiting: time to object, after which less is taken as proof where nothing better was ever there.
        """
        self._db = db
        self._store = store
        self._letters = letters
        self._authentication = authentication
        self._clock = clock
        self._waiting = waiting
        #: Rooms that keep ways in beside password, app and code.
        self.shelves: list[Shelf] = []

    def proof(self, session: Session, *, browser: str | None) -> Proof:
        """Tell whether this citizen has shown more than what may be stolen, and how they can.

        :param browser: what a letter left in this browser, or None.
        :raises NotLockedError: the account is not locked.
        """
        repair, since = self._of(session)
        address = self._letters.contacts.at(session.account_id, repair.reported_at) if self._letters.on else None
        # An address that came after what was reported may be whoever's that was. It counts once there was time to
        # object; so does the password where there is no address at all.
        sound, waited = is_sound(address, repair), since + self._waiting <= self._clock.now()
        given = (
            repair.proved_sid == session.sid
            or (_opened_letter(repair, browser) and (sound or waited))
            or self._gave_code(repair, session)
            or (address is None and waited)
        )
        return Proof(
            given=given,
            by_letter=address is not None and (sound or waited),
            by_code=policy.BY_RECOVERY_CODE not in repair.methods,
            waits_until=None if sound or waited else since + self._waiting,
        )

    def trusted_at(self, account_id: str) -> datetime | None:
        """Tell whose time's contact address letters about a locked account go to; None for one that is open."""
        repair = self._store.get(account_id)
        return None if repair is None else repair.reported_at

    def recovered_by_mail(self, account_id: str, sid: str) -> None:
        """Note that a session began by a recovery whose letters went to the address from before."""
        repair = self._store.get(account_id)
        if repair is not None and is_sound(self._letters.contacts.at(account_id, repair.reported_at), repair):
            self._store.change(account_id, proved_sid=sid)

    def send_letter(self, session: Session) -> None:
        """Have a letter sent to the address that the account had before anything happened."""
        repair, _since = self._of(session)
        self._letters.write(session.account_id, Letter.REPAIR_LINK, as_of=repair.reported_at)

    def can_open_letter(self, secret: str) -> bool:
        """Tell whether the link of such a letter works."""
        try:
            self._letters.links.look(Purpose.REPAIR, secret=secret)
        except LinkGoneError:
            return False
        return True

    def open_letter(self, secret: str) -> str:
        """Take the link as proof that the mail is read; gives what shows it in this browser.

        :raises LinkGoneError: the link was used or is too old, or the account is not locked any more.
        """
        with self._db.transaction():
            link = self._letters.links.use(Purpose.REPAIR, secret=secret)
            repair = self._store.get(link.account_id)
            # An earlier report may have moved the date before the address that this letter went to.
            address = None if repair is None else self._letters.contacts.at(link.account_id, repair.reported_at)
            if address is None or address.id != link.contact_id:
                raise LinkGoneError
            browser = token()
            self._store.change(link.account_id, browser_digest=digest(browser))
        return browser

    def prove_by_code(self, session: Session, code: str) -> None:
        """Take the recovery code as proof.

        :raises RecoveryCodeMismatchError: it cannot be any recovery code.
        :raises NotProvedError: it is not this account's, was made since, or is what was reported.
        """
        self.recovered(session.account_id, session.sid, made_at=self._authentication.made_at(session.account_id, code))
        repair, _since = self._of(session)
        if repair.proved_sid != session.sid:
            raise NotProvedError

    def recovered(self, account_id: str, sid: str, *, made_at: datetime | None) -> None:
        """Note that a session began by, or was given, a recovery code; nothing happens where that proves nothing."""
        repair = self._store.get(account_id)
        if repair is not None and policy.counts(repair, method=policy.BY_RECOVERY_CODE, made_at=made_at):
            self._store.change(account_id, proved_sid=sid)

    def used_key(self, account_id: str, sid: str, made_at: datetime) -> None:
        """Note that a passkey was used in a session; nothing happens where that one proves nothing.

        That session and no other: somebody else's may be open at the same time.

        :param made_at: when the passkey was registered.
        """
        repair = self._store.get(account_id)
        if repair is not None and policy.counts(repair, method=policy.BY_PASSKEY, made_at=made_at):
            self._store.change(account_id, proved_sid=sid)

    def _of(self, session: Session) -> tuple[Repair, datetime]:
        """Give what is known of a session's account, and since when it is locked."""
        repair = None if session.repair_since is None else self._store.get(session.account_id)
        if repair is None or session.repair_since is None:
            raise NotLockedError
        return repair, session.repair_since

    def _require(self, session: Session, browser: str | None) -> None:
        if not self.proof(session, browser=browser).given:
            raise NotProvedError

    def _gave_code(self, repair: Repair, session: Session) -> bool:
        """Tell whether the session began with a code of an application that was there before."""
        if "otp" not in session.amr:
            return False
        since = self._authentication.code_app_since(session.account_id)
        return policy.counts(repair, method=policy.BY_PASSWORD_AND_CODE, made_at=since)


def is_sound(address: Address | None, repair: Repair) -> bool:
    """Tell whether an address was the account's before what was reported."""
    return address is not None and address.since <= repair.reported_at


def _opened_letter(repair: Repair, browser: str | None) -> bool:
    return (
        bool(browser)
        and repair.browser_digest is not None
        and matches(secret=browser or "", digest=repair.browser_digest)
    )
