"""A vault that the password does not open: after a recovery by mail, until its owner opens it or begins a new one."""

from collections.abc import Callable

from idp.activity.values import Kind
from idp.authentication.desk import Desk
from idp.authentication.errors import RecoveryCodeMismatchError, SessionEndedError, SignInRefusedError
from idp.authentication.policy import browser_family
from idp.authentication.slow_down import Bucket
from idp.authentication.stretching import Stretched
from idp.authentication.values import Origin, Session, SignedIn
from idp.crypto.secrets import normalise_recovery_code, recovery_code
from idp.letters.values import Letter, Way
from idp.vault.values import SlotKind, SlotSecret, VaultKey


class Reopening(Desk):
    """Use cases of citizens whose password opens the account and not the vault. They open their own transactions."""

    def reset_password(self, *, new: str, origin: Origin, of: Callable[[], str]) -> SignedIn:
        """Set a password for somebody whom a letter has proved, end all sessions, and start one without the vault.

        The slot of the password before goes, since nobody can open it any more; every other way to open it stays.

        :param of: gives the account inside the transaction, once, or raises.
        :raises PasswordRefusedError: the password is not good enough.
        :raises SignInRefusedError: the account is not active.
        :raises SlowDownError: the server is too busy.
        """
        parts = self._parts
        parts.passwords.judge(new, about=())
        prepared = parts.passwords.prepare(new)
        with parts.db.transaction():
            account_id = of()
            account = parts.accounts.get(account_id)
            if account is None or not account.active:
                raise SignInRefusedError
            parts.store.locked_password(account_id)
            for slot in parts.vault.slots(account_id):
                if slot.kind == SlotKind.PASSWORD:
                    parts.vault.remove_slot(account_id, slot.id)
            parts.passwords.keep_first(account_id, prepared)
            parts.sessions.end_of(account_id)
            parts.codes.end_halves(account_id)
            parts.store.forget_browsers(account_id)
            browser = browser_family(origin.user_agent)
            self._record(account_id, Kind.RECOVERED_BY_MAIL, browser=browser)
            self._write(account_id, Letter.RECOVERED_BY_MAIL, browser=browser)
            return self._start(account_id, None, origin=origin, known=False, previous_session=None)

    def is_shut(self, account_id: str) -> bool:
        """Tell whether the password does not open the vault, because it was set by a letter."""
        has_password = self._parts.store.password(account_id) is not None
        return has_password and all(slot.kind != SlotKind.PASSWORD for slot in self._parts.vault.slots(account_id))

    def reopen(self, session: Session, *, code: str, password: str) -> str:
        """Open the vault by the recovery code and wrap it under the password; gives the session's new secret.

        Nothing is encrypted anew, so every detail, choice and identifier is what it was.

        :raises RecoveryCodeMismatchError: it is not this account's recovery code, or cannot be any.
        :raises SignInRefusedError: it is not the password.
        :raises SessionEndedError: the session has ended.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        parts = self._parts
        try:
            secret = normalise_recovery_code(code)
        except ValueError:
            raise RecoveryCodeMismatchError from None
        stretched = self._checked(session, password)
        opened = parts.vault.open(session.account_id, kind=SlotKind.RECOVERY, secret=secret)
        if opened is None:
            raise RecoveryCodeMismatchError
        with parts.db.transaction():
            parts.vault.mark_used(session.account_id, opened.slot.id)
            return self._wrapped(session, opened.key, stretched)

    def wrap_under(self, session: Session, *, password: str) -> str:
        """Wrap a vault that is open in this session, by a passkey or device, under the password too.

        :raises SignInRefusedError: it is not the password.
        :raises SessionEndedError: the vault is not open here, or the session has ended.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        key = session.vault_key
        if key is None:
            raise SessionEndedError
        stretched = self._checked(session, password)
        with self._parts.db.transaction():
            return self._wrapped(session, key, stretched)

    def begin_anew(self, session: Session, *, login: str, password: str, before: Callable[[], None]) -> tuple[str, str]:
        """Erase a vault that nobody opens any more and make an empty one; gives the session's new secret and the code.

        The authenticator app goes with it: its secret was sealed in there. Identifiers come out of the new vault, so
        services do not recognise the citizen.

        :param before: called first inside the transaction, for what has to end with the old vault.
        :raises SignInRefusedError: it is not the sign-in name, or not the password.
        :raises SessionEndedError: the session has ended.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        parts, account_id = self._parts, session.account_id
        stretched = self._checked(session, password)
        named = parts.accounts.find(login)
        if named is None or named.id != account_id:
            raise SignInRefusedError
        code = recovery_code()
        with parts.db.transaction():
            self._require_open(session)
            before()
            parts.sessions.end_of(account_id, keep_sid=session.sid)
            parts.codes.remove(account_id)
            parts.vault.erase(account_id)
            slots = (
                SlotSecret(kind=SlotKind.PASSWORD, secret=stretched.slot_secret, confirmed=True),
                SlotSecret(kind=SlotKind.RECOVERY, secret=normalise_recovery_code(code)),
            )
            key = parts.vault.create(account_id, login=login.strip(), slots=slots)
            self._record(account_id, Kind.VAULT_BEGUN_ANEW, browser=session.browser)
            self._write(account_id, Letter.VAULT_BEGUN_ANEW, browser=session.browser)
            return self._renewed(session, key), code

    def _checked(self, session: Session, password: str) -> Stretched:
        """Check the password at the price of a try of this session."""
        parts = self._parts
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="password")
        with self._judging(attempt):
            stretched = parts.passwords.check(password, stored=parts.store.password(session.account_id))
        if stretched is None:
            raise SignInRefusedError
        parts.door.succeeded(attempt)
        return stretched

    def _wrapped(self, session: Session, key: VaultKey, stretched: Stretched) -> str:
        parts, account_id = self._parts, session.account_id
        self._require_open(session)
        if all(slot.kind != SlotKind.PASSWORD for slot in parts.vault.slots(account_id)):
            slot = SlotSecret(kind=SlotKind.PASSWORD, secret=stretched.slot_secret, confirmed=True)
            parts.vault.add_slot(account_id, key, slot)
            self._record(account_id, Kind.VAULT_REOPENED, browser=session.browser)
            self._write(account_id, Letter.WAY_ADDED, way=Way.PASSWORD, browser=session.browser)
        return self._renewed(session, key)

    def _renewed(self, session: Session, key: VaultKey) -> str:
        # A password or a recovery code is no sign-in of its own: a session that began with more must not seem fresh.
        renew, began = self._parts.sessions.renew, session.auth_time
        secret = renew(session, key, acr=session.acr, amr=session.amr, auth_time=began)
        if secret is None:
            raise SessionEndedError
        return secret

    def _require_open(self, session: Session) -> None:
        if self._parts.sessions.find(session.secret) is None:
            raise SessionEndedError
