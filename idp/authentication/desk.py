"""What signing in, signing up and recovery share: the parts they work with, and starting a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, METHOD, Entry, Kind
from idp.authentication.code_store import CodeStore
from idp.authentication.door import Attempt, Door
from idp.authentication.errors import SlowDownError
from idp.authentication.levels import PASSWORD_AMR, Levels
from idp.authentication.passwords import Passwords
from idp.authentication.policy import KNOWN_BROWSER_LIFETIME, browser_family
from idp.authentication.sessions import Sessions
from idp.authentication.slow_down import Bucket, network
from idp.authentication.store import Credentials, PasswordStore
from idp.authentication.values import Origin, SignedIn
from idp.clock import Clock
from idp.crypto.secrets import digest, token
from idp.letters.service import LetterService
from idp.letters.values import Letter
from idp.places import Places
from idp.storage.db import Database
from idp.vault.service import VaultService
from idp.vault.values import VaultKey

#: How a ledger names the ways to sign in.
BY_PASSWORD = "password"  # noqa: S105 - a word of the ledger
BY_RECOVERY_CODE = "recovery_code"
BY_CODE = "code"
BY_PASSWORD_AND_CODE = "password_and_code"  # noqa: S105 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of authentication."""

    db: Database
    store: PasswordStore
    passwords: Passwords
    sessions: Sessions
    door: Door
    accounts: AccountService
    vault: VaultService
    activity: ActivityService
    clock: Clock
    codes: CodeStore
    #: Which `acr` a way in reaches.
    levels: Levels
    places: Places
    #: Writes to citizens; nobody is written to when left out.
    letters: LetterService | None = None


class Desk:
    """Base of the use cases."""

    def __init__(self, parts: Parts) -> None:
        """Work with these parts."""
        self._parts = parts

    def _knock(self, login: str, origin: Origin) -> tuple[Credentials | None, Attempt]:
        """Look a sign-in name up and count the try, in the same steps whether or not there is such an account.

        :raises SlowDownError: this network or browser has to wait.
        """
        parts = self._parts
        login_index = parts.accounts.index(login)
        browser = digest(origin.browser_token or token())
        credentials = self._credentials(login, browser)
        known = credentials is not None and credentials.known_browser
        bucket = Bucket.BROWSER if known else Bucket.NETWORK
        place = browser.hex() if known else network(origin.address)
        return credentials, parts.door.enter(login_index, bucket=bucket, place=place)

    @contextmanager
    def _judging(self, attempt: Attempt) -> Iterator[None]:
        """Stretch inside: a try that the server was too busy to judge is not held against anybody."""
        try:
            yield
        except SlowDownError:
            self._parts.door.withdraw(attempt)
            raise

    def _credentials(self, login: str, browser: bytes) -> Credentials | None:
        parts = self._parts
        return parts.store.credentials(parts.accounts.index(login), browser=browser, now=parts.clock.now())

    def _refuse(self, credentials: Credentials | None, attempt: Attempt, *, origin: Origin, method: str) -> None:
        """Let a failed try press on the account and tell its owner; the same work when there is no owner."""
        parts = self._parts
        with parts.db.transaction():
            parts.door.failed(attempt)
            if credentials is None:
                parts.door.mimic()
            else:
                browser = browser_family(origin.user_agent)
                self._record(credentials.account_id, Kind.SIGN_IN_REFUSED, browser=browser, method=method)

    def _record(self, account_id: str, kind: Kind, *, browser: str = "", method: str = "") -> None:
        """Write a row into the owner's ledger."""
        facts = {name: fact for name, fact in ((BROWSER, browser), (METHOD, method)) if fact}
        self._parts.activity.record(Entry(account_id=account_id, kind=kind, facts=facts))

    def _write(self, account_id: str, letter: Letter, *, method: str = "", **facts: str) -> None:
        """Have the owner told by mail, where they gave an address.

        :param method: the way in that it is about, which proves nothing any more when its owner says that it was not
            them.
        """
        if self._parts.letters is not None:
            self._parts.letters.write(account_id, letter, facts=facts, subject=method)

    def _start(
        self,
        account_id: str,
        key: VaultKey | None,
        *,
        origin: Origin,
        known: bool,
        previous_session: str | None,
        amr: tuple[str, ...] = PASSWORD_AMR,
        method: str = "",
    ) -> SignedIn:
        """Start a session in the place of the one that this browser had, and remember the browser.

        :param method: how, in the ledger's words, for the letter about a browser that was not known; none without.
        """
        parts = self._parts
        # A browser keeps its token only where this account gave it one: anybody could have planted another.
        browser_token = origin.browser_token if known and origin.browser_token else token()
        with parts.db.transaction():
            goes_on = parts.sessions.make_way(previous_session, account_id=account_id)
            secret, sid = parts.sessions.begin(
                account_id,
                key,
                acr=parts.levels.strongest(amr),
                amr=amr,
                user_agent=origin.user_agent,
                sid=goes_on,
                place=parts.places.find(origin.address),
            )
            until = parts.clock.now() + KNOWN_BROWSER_LIFETIME
            parts.store.know_browser(account_id, digest(browser_token), until=until)
            if method and not known:
                family = browser_family(origin.user_agent)
                self._write(account_id, Letter.NEW_DEVICE, method=method, browser=family)
        return SignedIn(
            account_id=account_id,
            sid=sid,
            session_secret=secret,
            browser_token=browser_token,
            vault_open=key is not None,
        )
