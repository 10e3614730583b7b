"""The sign-in name changed: its index and its place in the vault together, and nothing else."""

from idp.accounts.policy import check_login
from idp.activity.values import Kind
from idp.authentication.desk import Desk
from idp.authentication.errors import SameLoginError, SessionEndedError, SignInRefusedError
from idp.authentication.levels import proved_by_key
from idp.authentication.slow_down import Bucket
from idp.authentication.values import Session
from idp.letters.values import Letter


class Renaming(Desk):
    """What a citizen does about their sign-in name."""

    def needs_password_to_rename(self, session: Session) -> bool:
        """Tell whether the password is wanted as well: not from somebody who signed in here with a key of theirs."""
        return not proved_by_key(session.amr)

    def change_login(self, session: Session, *, new: str, password: str) -> str:
        """Give an account another sign-in name, and give it back as it is kept.

        Opens its own transactions; must not be called inside one. Sessions, sharing and details stay as they are.

        :param password: not looked at where :meth:`needs_password_to_rename` says no.
        :raises InvalidLoginError: this cannot be a sign-in name.
        :raises LoginTakenError: somebody has it. Told at the price of a try, which stays counted.
        :raises SameLoginError: it is this account's, letter for letter.
        :raises SignInRefusedError: it is not the password, or not any more.
        :raises SessionEndedError: the vault cannot be opened in this session, or it ended meanwhile.
        :raises SlowDownError: too many tries, or the server is too busy.
        :raises VaultChangedError: the vault was changed at this moment; nothing happened.
        """
        parts, key = self._parts, session.vault_key
        if key is None:
            raise SessionEndedError
        new = check_login(new)
        if parts.vault.read(session.account_id, key).login == new:
            raise SameLoginError
        # Each name that is tried counts, also when the password was right: it might be asked for others' names.
        parts.door.enter(session.account_id.encode(), bucket=Bucket.SESSION, place="sign-in name")
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="password")
        stored = parts.store.password(session.account_id)
        if self.needs_password_to_rename(session):
            with self._judging(attempt):
                if parts.passwords.check(password, stored=stored) is None:
                    raise SignInRefusedError
        with parts.db.transaction():
            # Stretching takes time, in which the owner may have thrown whoever asks for this out.
            if parts.store.locked_password(session.account_id) != stored:
                raise SignInRefusedError
            if parts.sessions.find(session.secret) is None:
                raise SessionEndedError
            parts.accounts.rename(session.account_id, new)
            parts.vault.rename(session.account_id, key, new)
            parts.door.succeeded(attempt)
            self._record(session.account_id, Kind.LOGIN_CHANGED, browser=session.browser)
            self._write(session.account_id, Letter.LOGIN_CHANGED, browser=session.browser)
        return new
