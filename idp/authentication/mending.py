"""What a locked account needs while its owner puts it right; who that is, `idp.repair` decides."""

from datetime import datetime

from idp.activity.values import Kind
from idp.authentication.desk import Desk
from idp.authentication.errors import PasswordRefusedError, RecoveryCodeMismatchError, SessionEndedError
from idp.authentication.values import Session
from idp.crypto.secrets import normalise_recovery_code
from idp.letters.values import Letter, Way
from idp.vault.values import SlotKind


class Mending(Desk):
    """Use cases that ask for no password, because it may be a stranger's by now."""

    def shut_out(self, account_id: str) -> None:
        """End every session and half-finished sign-in, and forget every browser and trusted device."""
        parts = self._parts
        with parts.db.transaction():
            parts.sessions.end_of(account_id)
            parts.codes.end_halves(account_id)
            parts.store.forget_browsers(account_id)
            for slot in parts.vault.slots(account_id):
                if slot.kind == SlotKind.DEVICE:
                    parts.vault.remove_slot(account_id, slot.id)

    def password_since(self, account_id: str) -> datetime | None:
        """Tell when the password was set; None for an account without one."""
        stored = self._parts.store.password(account_id)
        return None if stored is None else stored.changed_at

    def code_app_since(self, account_id: str) -> datetime | None:
        """Tell when the code application was confirmed; None when there is none."""
        held = self._parts.codes.app(account_id)
        return None if held is None else held.confirmed_at

    def made_at(self, account_id: str, code: str) -> datetime | None:
        """Tell when the confirmed recovery code that was typed was made; None when it is none of this account.

        :raises RecoveryCodeMismatchError: it cannot be any recovery code.
        """
        try:
            secret = normalise_recovery_code(code)
        except ValueError:
            raise RecoveryCodeMismatchError from None
        opened = self._parts.vault.open(account_id, kind=SlotKind.RECOVERY, secret=secret)
        return None if opened is None or opened.slot.confirmed_at is None else opened.slot.created_at

    def drop_code_app(self, session: Session) -> None:
        """Take the code application away."""
        if self._parts.codes.remove(session.account_id):
            self._record(session.account_id, Kind.SECOND_FACTOR_REMOVED, browser=session.browser)
            self._write(session.account_id, Letter.WAY_REMOVED, way=Way.AUTHENTICATOR_APP, browser=session.browser)

    def replace_password(self, session: Session, *, new: str) -> None:
        """Set another password than the one there is, wrap the vault key under it, and end every other session.

        Opens its own transactions; must not be called inside one.

        :raises PasswordRefusedError: it is not good enough, or `same`: whoever knows the old one would know it.
        :raises SessionEndedError: the vault cannot be opened in this session, or it ended meanwhile.
        :raises SlowDownError: the server is too busy.
        """
        parts, key = self._parts, session.vault_key
        if key is None:
            raise SessionEndedError
        parts.passwords.judge(new, about=(parts.vault.read(session.account_id, key).login,))
        if parts.passwords.check(new, stored=parts.store.password(session.account_id)) is not None:
            raise PasswordRefusedError("same")
        prepared = parts.passwords.prepare(new)
        with parts.db.transaction():
            if parts.sessions.find(session.secret) is None:
                raise SessionEndedError
            parts.passwords.replace(session.account_id, prepared, key=key)
            parts.sessions.end_of(session.account_id, keep_sid=session.sid)
            parts.codes.end_halves(session.account_id)
            self._record(session.account_id, Kind.PASSWORD_CHANGED, browser=session.browser)
