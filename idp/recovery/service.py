"""The use cases of recovery by mail: asked for, begun, told of, cancelled, finished."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, Entry, Kind
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Origin, Session, SignedIn
from idp.clock import Clock
from idp.crypto.secrets import identifier
from idp.letters.errors import LinkGoneError
from idp.letters.service import LetterService
from idp.letters.values import UNTIL, Letter, Purpose
from idp.notices.service import NoticeService
from idp.notices.values import Failure, NewNotice, Notice
from idp.notices.values import Kind as NoticeKind
from idp.recovery import policy
from idp.recovery.errors import RecoveryOverError
from idp.recovery.store import RecoveryStore
from idp.recovery.values import Recovery, State, Times
from idp.settings import RecoverySettings
from idp.storage.db import Database

_REQUEST: Final = "request"

#: Tells which moment's contact address may be trusted, where not today's.
TrustedAt = Callable[[str], datetime | None]


class RecoveryService:
    """Recoveries by mail."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        activity: ActivityService,
        letters: LetterService,
        notices: NoticeService,
        authentication: AuthenticationService,
        clock: Clock,
        settings: RecoverySettings,
    ) -> None:
        """Put the parts together, and tell the outbox who answers requests."""
        self._db = db
        self._store = RecoveryStore(db=db)
        self._accounts = accounts
        self._activity = activity
        self._letters = letters
        self._notices = notices
        self._authentication = authentication
        self._clock = clock
        self._waiting = timedelta(hours=settings.waiting_hours)
        #: Set by whoever knows of locked accounts: letters about those go where they went before.
        self.trusted_at: TrustedAt = lambda _account_id: None
        notices.told_by(NoticeKind.RECOVERY, self.tell)

    # Asking for a letter

    def ask(self, login: str) -> None:
        """Have a letter sent to whoever has this sign-in name and a contact address.

        The same work whether or not there is such a name: what it is, is looked up after the answer has left. A name
        gets one letter an hour, whoever asks; the links in those that left work on, so that nobody can use up its
        owner's turn.
        """
        now, request_id = self._clock.now(), identifier()
        with self._db.transaction():
            index = self._accounts.index(login)
            self._store.ask(index, request_id, now=now, unless_since=now - policy.BETWEEN_LETTERS)
            self._notices.add([NewNotice(NoticeKind.RECOVERY, None, {_REQUEST: request_id})])

    def tell(self, notice: Notice) -> Failure | None:
        """Write the letter of a request, where there is somebody to write to."""
        login_index = self._store.asked(notice.payload[_REQUEST])
        account = None if login_index is None else self._accounts.by_index(login_index)
        if account is not None and account.active:
            self._write(account.id, Letter.RECOVERY_ASKED)
        return None

    # Beginning

    def waiting(self, secret: str) -> timedelta:
        """Tell how long a recovery that the link of a letter begins will wait.

        :raises RecoveryOverError: the link was used or is too old.
        """
        try:
            link = self._letters.links.look(Purpose.RECOVERY_BEGIN, secret=secret)
        except LinkGoneError:
            raise RecoveryOverError from None
        now = self._clock.now()
        return self._times(link.account_id, now).ready_at - now

    def begin(self, secret: str) -> Recovery:
        """Start the waiting time. Where one runs already, that one goes on.

        :raises RecoveryOverError: the link was used or is too old.
        """
        now = self._clock.now()
        with self._db.transaction():
            try:
                link = self._letters.links.use(Purpose.RECOVERY_BEGIN, secret=secret)
            except LinkGoneError:
                raise RecoveryOverError from None
            account_id = link.account_id
            self._store.end_overdue(account_id, now=now)
            new = Recovery(identifier(), account_id, self._times(account_id, now), State.RUNNING)
            if not self._store.begin(new):
                running = self._store.running(account_id, now=now)
                if running is None:
                    raise RecoveryOverError
                return running
            self._accounts.set_recovery(account_id, new.times.ready_at)
            self._record(account_id, Kind.RECOVERY_BEGUN)
            self._write(account_id, Letter.RECOVERY_BEGUN, about=new)
        return new

    def remind(self, limit: int) -> int:
        """Write to at most `limit` citizens each whose recovery is half way, or whose waiting time is over."""
        now = self._clock.now()
        with self._db.transaction():
            half = self._store.take_half(now=now, limit=limit)
            ready = self._store.take_ready(now=now, limit=limit)
            over = {one.id for one in ready}
            for one in half:
                # Nobody looked for long: one letter says both.
                if one.id not in over:
                    self._write(one.account_id, Letter.RECOVERY_HALF_WAY, about=one)
            for one in ready:
                self._write(one.account_id, Letter.RECOVERY_READY, about=one)
        return len(half) + len(ready)

    # Cancelling

    def can_cancel(self, secret: str) -> bool:
        """Tell whether a link would cancel a recovery that runs."""
        try:
            link = self._letters.links.look(Purpose.RECOVERY_CANCEL, secret=secret)
        except LinkGoneError:
            return False
        return self._runs(link.subject) is not None

    def cancel_by_letter(self, secret: str) -> None:
        """Cancel from a letter.

        :raises RecoveryOverError: the link was used, or nothing runs any more.
        """
        with self._db.transaction():
            try:
                link = self._letters.links.use(Purpose.RECOVERY_CANCEL, secret=secret)
            except LinkGoneError:
                raise RecoveryOverError from None
            if self._runs(link.subject) is None:
                raise RecoveryOverError
            self.cancel(link.account_id)

    def cancel_by(self, session: Session) -> None:
        """Cancel as a citizen who is signed in.

        :raises RecoveryOverError: nothing runs, or the account is locked: then a stranger may be who cancels.
        """
        if session.repair_since is not None or not self.cancel(session.account_id):
            raise RecoveryOverError

    def cancel(self, account_id: str) -> bool:
        """Cancel what runs for an account; tells whether anything did."""
        with self._db.transaction():
            if not self._store.cancel(account_id, now=self._clock.now()):
                return False
            self._over(account_id)
            self._record(account_id, Kind.RECOVERY_CANCELLED)
            self._write(account_id, Letter.RECOVERY_CANCELLED)
            return True

    # The end

    def can_set_password(self, secret: str) -> bool:
        """Tell whether a link still lets its holder set a password."""
        try:
            link = self._letters.links.look(Purpose.RECOVERY_PASSWORD, secret=secret)
        except LinkGoneError:
            return False
        running, now = self._runs(link.subject), self._clock.now()
        return running is not None and running.times.ready_at <= now < running.times.until

    def set_password(self, secret: str, *, new: str, origin: Origin) -> SignedIn:
        """Set a new password and start a session that cannot open the vault. Not inside a transaction.

        :raises RecoveryOverError: cancelled, done, too early, too late, or a link that was never made.
        :raises PasswordRefusedError: the password is not good enough.
        :raises SlowDownError: the server is too busy.
        """
        if not self.can_set_password(secret):
            raise RecoveryOverError

        def finished() -> str:
            try:
                link = self._letters.links.use(Purpose.RECOVERY_PASSWORD, secret=secret)
            except LinkGoneError:
                raise RecoveryOverError from None
            account_id = self._store.finish(link.subject, now=self._clock.now())
            if account_id is None:
                raise RecoveryOverError
            self._over(account_id)
            return account_id

        return self._authentication.reset_password(new=new, origin=origin, of=finished)

    def purge(self, limit: int) -> int:
        """Write what is due, and delete at most `limit` requests and recoveries that are over; gives how many."""
        self.remind(limit)
        now = self._clock.now()
        asked, ended = now - policy.REQUEST_KEPT, now - policy.REMEMBERED
        return self._store.purge(asked_before=asked, ended_before=ended, limit=limit)

    def _times(self, account_id: str, now: datetime) -> Times:
        cancelled = self._store.cancelled_since(account_id, now - policy.REMEMBERED)
        return policy.times(now, waiting=self._waiting, cancelled=cancelled)

    def _runs(self, recovery_id: str) -> Recovery | None:
        found = self._store.get(recovery_id)
        return found if found is not None and found.state is State.RUNNING else None

    def _over(self, account_id: str) -> None:
        self._accounts.set_recovery(account_id, None)
        self._letters.links.end(account_id, Purpose.RECOVERY_BEGIN, Purpose.RECOVERY_CANCEL, Purpose.RECOVERY_PASSWORD)

    def _record(self, account_id: str, kind: Kind, browser: str = "") -> None:
        facts = {BROWSER: browser} if browser else {}
        self._activity.record(Entry(account_id=account_id, kind=kind, facts=facts))

    def _write(self, account_id: str, letter: Letter, *, about: Recovery | None = None) -> None:
        facts = {}
        if about is not None:
            until = about.times.until if letter is Letter.RECOVERY_READY else about.times.ready_at
            facts = {UNTIL: until.strftime("%Y-%m-%dT%H:%M")}
        subject = "" if about is None else about.id
        self._letters.write(account_id, letter, facts=facts, subject=subject, as_of=self.trusted_at(account_id))
