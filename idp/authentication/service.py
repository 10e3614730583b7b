"""Signing in and out, and what a citizen does about their password and sessions."""

from collections.abc import Sequence
from datetime import datetime

from idp.accounts.service import AccountService
from idp.accounts.values import State
from idp.activity.service import ActivityService
from idp.activity.values import Kind
from idp.authentication.code_store import CodeStore
from idp.authentication.desk import BY_PASSWORD, Parts
from idp.authentication.devices import Devices
from idp.authentication.door import Door
from idp.authentication.errors import CodeNeededError, SessionEndedError, SignInRefusedError
from idp.authentication.file_passwords import FilePasswords
from idp.authentication.levels import Levels
from idp.authentication.mending import Mending
from idp.authentication.passwords import Passwords, Prepared
from idp.authentication.policy import browser_family
from idp.authentication.recovery import Recovery
from idp.authentication.renaming import Renaming
from idp.authentication.reopening import Reopening
from idp.authentication.second_factor import SecondFactor
from idp.authentication.session_store import SessionStore
from idp.authentication.sessions import EndListener, Sessions
from idp.authentication.signing_up import SigningUp
from idp.authentication.slow_down import Bucket
from idp.authentication.store import PasswordStore
from idp.authentication.stretching import Stretched, Stretcher
from idp.authentication.tries_store import TriesStore
from idp.authentication.values import Origin, Session, SignedIn
from idp.authentication.vouching import Vouching
from idp.clock import Clock
from idp.crypto.secrets import digest, token
from idp.letters.service import LetterService
from idp.letters.values import Letter
from idp.places import Places
from idp.settings import LevelSettings, PasswordSettings, SessionSettings
from idp.storage.db import Database
from idp.vault.errors import VaultError
from idp.vault.service import VaultService
from idp.vault.values import VaultKey


class AuthenticationService(
    SigningUp, Recovery, SecondFactor, FilePasswords, Devices, Renaming, Mending, Reopening, Vouching
):
    """Every use case of signing in; those about other things than the password are inherited, a module each."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        vault: VaultService,
        activity: ActivityService,
        clock: Clock,
        pepper: bytes,
        passwords: PasswordSettings,
        sessions: SessionSettings,
        levels: Sequence[LevelSettings],
        ended: EndListener,
        places: Places | None = None,
        letters: LetterService | None = None,
    ) -> None:
        """Put the parts together.

        :param ended: hears of every session that somebody ends, inside the transaction that ends it.
        :param letters: writes to citizens; nobody is written to when left out.
        :param places: tells roughly where a browser is; nothing is known of places when left out.
        """
        #: What signing in here can reach, and what ID tokens say of it.
        self.levels = Levels(levels)
        store = PasswordStore(db=db)
        stretcher = Stretcher(settings=passwords)
        super().__init__(
            Parts(
                db=db,
                store=store,
                passwords=Passwords(
                    db=db,
                    store=store,
                    stretcher=stretcher,
                    vault=vault,
                    clock=clock,
                    minimum=passwords.minimum_length,
                ),
                sessions=Sessions(store=SessionStore(db=db), settings=sessions, clock=clock, ended=ended),
                door=Door(db=db, store=TriesStore(db=db), pepper=pepper, clock=clock),
                accounts=accounts,
                vault=vault,
                activity=activity,
                clock=clock,
                codes=CodeStore(db=db),
                levels=self.levels,
                places=places or Places(),
                letters=letters,
            )
        )

    def sign_in(self, *, login: str, password: str, origin: Origin, previous_session: str | None = None) -> SignedIn:
        """Check a password, open the vault, and start a session in the place of the one this browser had.

        Opens its own transactions; must not be called inside one, because a try must stay counted when it is refused
        and nobody should wait for Argon2id.

        :raises CodeNeededError: the password is right; :meth:`finish_sign_in` takes the code.
        :raises SignInRefusedError: no such account, a wrong password or a suspended account: not said which, and the
            same work is done for each.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        credentials, attempt = self._knock(login, origin)
        passwords = self._parts.passwords
        # A second round is needed only when the password row changed while this one was being stretched.
        for _ in range(2):
            stored = credentials.password if credentials else None
            with self._judging(attempt):
                stretched = passwords.check(password, stored=stored)
            if credentials is None or stored is None or stretched is None or credentials.state is not State.ACTIVE:
                break
            with self._judging(attempt):
                renewed = passwords.prepare(password) if passwords.is_outdated(stored) else None
            half_secret = None
            with self._parts.db.transaction():
                if self._parts.store.locked_password(credentials.account_id) == stored:
                    self._parts.door.succeeded(attempt)
                    key = self._unlock(credentials.account_id, stretched, renewed)
                    if key is not None and not credentials.known_browser:
                        self._straighten_name(credentials.account_id, key, login)
                    # Where a letter set the password, nothing can check a code, and nothing is open that it guards.
                    shut = key is None and credentials.needs_code and self.is_shut(credentials.account_id)
                    if not credentials.needs_code or shut:
                        browser = browser_family(origin.user_agent)
                        self._record(credentials.account_id, Kind.SIGNED_IN, browser=browser, method=BY_PASSWORD)
                        return self._start(
                            credentials.account_id,
                            key,
                            origin=origin,
                            known=credentials.known_browser,
                            previous_session=previous_session,
                            method=BY_PASSWORD,
                        )
                    # Without the vault key no code can be checked, so a vault that does not open lets nobody in here.
                    if key is not None:
                        half_secret = self._begin_half(credentials.account_id, key, known=credentials.known_browser)
            if half_secret is not None:
                # Outside the transaction, which an error would roll back.
                raise CodeNeededError(half_secret)
            credentials = self._credentials(login, digest(origin.browser_token or token()))
        self._refuse(credentials, attempt, origin=origin, method=BY_PASSWORD)
        raise SignInRefusedError

    def admit(
        self,
        account_id: str,
        key: VaultKey | None,
        *,
        amr: tuple[str, ...],
        method: str,
        origin: Origin,
        previous_session: str | None = None,
    ) -> SignedIn:
        """Start a session for a citizen whose proof another room has checked, in the place of the one of this browser.

        :param key: the vault key, where the proof yields it; without one the session cannot open the vault.
        :param amr: what was proved (RFC 8176).
        :param method: the word by which the ledger names this way in.
        :raises SignInRefusedError: the account is not active.
        """
        parts = self._parts
        with parts.db.transaction():
            account = parts.accounts.get(account_id)
            if account is None or not account.active:
                raise SignInRefusedError
            browser = digest(origin.browser_token) if origin.browser_token else None
            known = browser is not None and parts.store.knows_browser(account_id, browser, now=parts.clock.now())
            self._record(account_id, Kind.SIGNED_IN, browser=browser_family(origin.user_agent), method=method)
            return self._start(
                account_id,
                key,
                origin=origin,
                known=known,
                previous_session=previous_session,
                amr=amr,
                method=method,
            )

    def session(self, secret: str | None) -> Session | None:
        """Give the session that a cookie belongs to, if it is alive and its account active. One statement.

        None for a citizen who is leaving: their account is at rest, and only :meth:`leaving_session` finds them.
        """
        return _staying(self._parts.sessions.find(secret))

    def leaving_session(self, secret: str | None) -> Session | None:
        """Give the session of a citizen who is leaving and may still stay."""
        session = self._parts.sessions.find(secret)
        return session if session is not None and session.closes_at is not None else None

    def session_at_rest(self, secret: str) -> Session | None:
        """Do the same for a citizen whom a browser is not with at the moment: looking at it keeps nothing alive."""
        return _staying(self._parts.sessions.find(secret, used=False))

    def sign_out(self, secret: str | None) -> None:
        """End the session of a cookie, if there is one."""
        with self._parts.db.transaction():
            account_id = self._parts.sessions.end(secret)
            if account_id is not None:
                self._record(account_id, Kind.SIGNED_OUT)

    def end_sessions(self, account_id: str) -> None:
        """End all sessions of an account that an operator keeps out."""
        with self._parts.db.transaction():
            self._parts.sessions.end_of(account_id)
            self._parts.codes.end_halves(account_id)

    def forget(self, account_id: str) -> None:
        """Delete what an account signs in with."""
        with self._parts.db.transaction():
            self._parts.store.forget_browsers(account_id)
            self._parts.store.forget_ways_in(account_id)

    def change_password(self, session: Session, *, current: str, new: str) -> None:
        """Set a new password, wrap the vault key under it, and end every other session and every unconfirmed code.

        Opens its own transactions; must not be called inside one.

        :raises SignInRefusedError: `current` is not the password, or not any more.
        :raises PasswordRefusedError: the new one is not good enough.
        :raises SessionEndedError: the vault cannot be opened in this session, or it ended meanwhile.
        :raises SlowDownError: too many tries in this session, or the server is too busy.
        """
        parts, key = self._parts, session.vault_key
        if key is None:
            raise SessionEndedError
        parts.passwords.judge(new, about=(parts.vault.read(session.account_id, key).login,))
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="password")
        stored = parts.store.password(session.account_id)
        with self._judging(attempt):
            if parts.passwords.check(current, stored=stored) is None:
                raise SignInRefusedError
            prepared = parts.passwords.prepare(new)
        with parts.db.transaction():
            # Stretching takes time, in which the owner may have thrown whoever asks for this out.
            if parts.store.locked_password(session.account_id) != stored:
                raise SignInRefusedError
            if parts.sessions.find(session.secret) is None:
                raise SessionEndedError
            parts.door.succeeded(attempt)
            parts.passwords.replace(session.account_id, prepared, key=key)
            parts.sessions.end_of(session.account_id, keep_sid=session.sid)
            parts.codes.end_halves(session.account_id)
            self._drop_unconfirmed_code(session.account_id)
            self._record(session.account_id, Kind.PASSWORD_CHANGED, browser=session.browser)
            self._write(session.account_id, Letter.PASSWORD_CHANGED, browser=session.browser)

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` sessions, counters and known browsers that were over at a moment; gives how many."""
        gone = self._parts.sessions.purge(before, limit)
        gone += self._parts.door.purge(before, limit - gone) if gone < limit else 0
        gone += self._parts.store.purge_browsers(before, limit - gone) if gone < limit else 0
        gone += self._parts.codes.purge(before, limit - gone) if gone < limit else 0
        return gone

    def _straighten_name(self, account_id: str, key: VaultKey, login: str) -> None:
        """Keep the name that was typed, where the vault still says the one that a stranger had put in its place."""
        parts = self._parts
        try:
            kept = parts.vault.read(account_id, key).login
            if parts.accounts.index(kept) != parts.accounts.index(login):
                parts.vault.rename(account_id, key, login.strip())
        except VaultError:
            # A vault that does not open is told of elsewhere, and a name in it is not worth a refused sign-in.
            return

    def _unlock(self, account_id: str, stretched: Stretched, renewed: Prepared | None) -> VaultKey | None:
        """Open the password's slot, and wrap it anew when the cost has changed.

        None for a vault that does not open although the password is right: its owner still gets in, to be told.
        """
        parts = self._parts
        opened = parts.passwords.open(account_id, slot_secret=stretched.slot_secret)
        if opened is None:
            return None
        parts.vault.mark_used(account_id, opened.slot.id)
        if renewed is not None:
            parts.passwords.replace(account_id, renewed, key=opened.key)
        return opened.key


def _staying(session: Session | None) -> Session | None:
    return session if session is None or session.closes_at is None else None
