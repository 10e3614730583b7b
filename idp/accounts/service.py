"""Making and finding accounts."""

from datetime import datetime, timedelta
from typing import Final

from idp.accounts.errors import LoginTakenError, UnknownAccountError
from idp.accounts.leaving import Leaving
from idp.accounts.policy import MAX_TYPED, check_login
from idp.accounts.store import AccountStore
from idp.accounts.values import Account, State
from idp.clock import Clock
from idp.crypto.sealing import blind_index
from idp.crypto.secrets import digest, identifier

#: As long as the letter about a change works.
NAME_KEPT: Final = timedelta(days=30)


class AccountService:
    """Accounts, known by a peppered index of their sign-in names.

    :param pepper: from settings, at least 32 bytes; without it a copied table does not tell who has an account.
    """

    def __init__(self, *, store: AccountStore, pepper: bytes, clock: Clock) -> None:
        """Work on `store`."""
        self._store = store
        self._pepper = pepper
        self._clock = clock
        #: Accounts whose owners are leaving, and the names of those who have left.
        self.leaving = Leaving(db=store.db, clock=clock)

    def create(self, login: str, *, locale: str | None = None) -> str:
        """Make an account and give its id.

        :raises InvalidLoginError: this cannot be a sign-in name.
        :raises LoginTakenError: somebody has it.
        """
        login_index = self._unretired(login)
        account = Account(id=identifier(), state=State.ACTIVE, locale=locale, created_at=self._clock.now())
        self._store.add(account, login_index=login_index)
        return account.id

    def rename(self, account_id: str, login: str) -> None:
        """Give an account another sign-in name. The one before stays its own for a while, for nobody else to take.

        :raises InvalidLoginError: this cannot be a sign-in name.
        :raises LoginTakenError: another account has it.
        :raises UnknownAccountError: there is no such account.
        """
        index, now = self._unretired(login, own=account_id), self._clock.now()
        if not self._store.rename(account_id, login_index=index, now=now, kept_since=now - NAME_KEPT):
            raise UnknownAccountError

    def give_name_back(self, account_id: str, *, renamed_since: datetime) -> bool:
        """Put an account that was renamed since a moment under its name before; tells whether it was."""
        return self._store.unrename(account_id, renamed_since=renamed_since)

    def index(self, login: str) -> bytes:
        """Give the one-way form under which a sign-in name is looked up; 32 bytes.

        What is longer than any name is not folded: the time that takes grows with the square of a run of combining
        marks, to a second for what one form holds.
        """
        if len(login) > MAX_TYPED:
            login = digest(login).hex()
        return blind_index(login, pepper=self._pepper)

    def find(self, login: str) -> Account | None:
        """Give the account with this sign-in name, whatever its state."""
        return self._store.by_index(self.index(login))

    def get(self, account_id: str) -> Account | None:
        """Give the account with this id, whatever its state."""
        return self._store.by_id(account_id)

    def by_index(self, login_index: bytes) -> Account | None:
        """Give the account whose sign-in name has this one-way form, whatever its state."""
        return self._store.by_index(login_index)

    def set_recovery(self, account_id: str, ready_at: datetime | None) -> None:
        """Note that a recovery by mail runs, which sessions of the account show, or that none does (None).

        :raises UnknownAccountError: there is no such account.
        """
        if not self._store.change(account_id, recovery_ready_at=ready_at):
            raise UnknownAccountError

    def set_repair(self, account_id: str, since: datetime | None) -> None:
        """Lock an account until its owner has put it right, or open it again (None).

        :raises UnknownAccountError: there is no such account.
        """
        if not self._store.change(account_id, repair_since=since):
            raise UnknownAccountError

    def set_state(self, account_id: str, state: State) -> None:
        """Suspend, close or reopen an account. Takes effect at the next request of each of its sessions.

        :raises UnknownAccountError: there is no such account.
        """
        if not self._store.change(account_id, state=state.value):
            raise UnknownAccountError

    def speak(self, account_id: str, locale: str) -> None:
        """Remember the language of an account's pages and letters.

        :raises UnknownAccountError: there is no such account.
        """
        if not self._store.change(account_id, locale=locale):
            raise UnknownAccountError

    def _unretired(self, login: str, *, own: str = "") -> bytes:
        """Give the index of a name to take, unless its owner left or changed it a while ago."""
        login_index = self.index(check_login(login))
        kept_since = self._clock.now() - NAME_KEPT
        if self.leaving.is_retired(login_index) or self._store.is_kept(login_index, since=kept_since, own=own):
            raise LoginTakenError
        return login_index
