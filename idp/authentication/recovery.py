"""The recovery code: confirmed, renewed, and used when the password is lost."""

from idp.accounts.values import State
from idp.activity.values import Kind
from idp.authentication.desk import BY_RECOVERY_CODE, Desk
from idp.authentication.errors import RecoveryCodeMismatchError, SessionEndedError, SignInRefusedError
from idp.authentication.policy import browser_family
from idp.authentication.values import Origin, Recovered, Session
from idp.crypto.secrets import normalise_recovery_code, recovery_code
from idp.letters.values import Letter, Way
from idp.vault.values import SlotKind, SlotSecret, VaultKey


class Recovery(Desk):
    """The second way into a vault."""

    def confirm_recovery_code(self, account_id: str, code: str) -> None:
        """Note that its owner has written the code down, by what they typed. Any earlier code ends here.

        :raises RecoveryCodeMismatchError: it is not the code that was shown last.
        """
        parts = self._parts
        opened = parts.vault.open(account_id, kind=SlotKind.RECOVERY, secret=_secret(code))
        if opened is None:
            raise RecoveryCodeMismatchError
        with parts.db.transaction():
            others = [
                slot
                for slot in parts.vault.slots(account_id)
                if slot.kind == SlotKind.RECOVERY and slot.id != opened.slot.id
            ]
            # The old code typed again shows nothing about the new one.
            if any(slot.confirmed_at is None for slot in others):
                raise RecoveryCodeMismatchError
            if opened.slot.confirmed_at is not None:
                return
            parts.vault.confirm(account_id, opened.slot.id)
            for slot in others:
                parts.vault.remove_slot(account_id, slot.id)
            self._record(account_id, Kind.RECOVERY_CODE_CONFIRMED)

    def renew_recovery_code(self, session: Session) -> str:
        """Give a new recovery code to show once. The present one works until the new one is confirmed.

        :raises SessionEndedError: this session cannot open the vault, or has ended.
        """
        key = session.vault_key
        if key is None:
            raise SessionEndedError
        with self._parts.db.transaction():
            if self._parts.sessions.find(session.secret) is None:
                raise SessionEndedError
            self._record(session.account_id, Kind.RECOVERY_CODE_RENEWED, browser=session.browser)
            self._write(session.account_id, Letter.WAY_ADDED, way=Way.RECOVERY_CODE, browser=session.browser)
            return self._new_code(session.account_id, key)

    def recover(
        self, *, login: str, code: str, new_password: str, origin: Origin, previous_session: str | None = None
    ) -> Recovered:
        """Open the vault by recovery code, set a new password, end all sessions, start one.

        Used once, the code is replaced: the new one is in the answer, and the old one works until that is confirmed, so
        that nobody is left with none. Opens its own transactions; must not be called inside one.

        :raises PasswordRefusedError: the new password is not good enough.
        :raises RecoveryCodeMismatchError: what was typed cannot be any recovery code. Not counted as a try.
        :raises SignInRefusedError: the name or the code is wrong, or the account is suspended.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        parts = self._parts
        secret = _secret(code)
        parts.passwords.judge(new_password, about=(login,))
        credentials, attempt = self._knock(login, origin)
        # Stretched before the code is tried, so that a wrong one takes as long as the right one.
        with self._judging(attempt):
            prepared = parts.passwords.prepare(new_password)
        with parts.db.transaction():
            account_id = credentials.account_id if credentials else ""
            opened = parts.vault.open(account_id, kind=SlotKind.RECOVERY, secret=secret)
            if opened is not None and credentials is not None and credentials.state is State.ACTIVE:
                parts.door.succeeded(attempt)
                parts.vault.mark_used(account_id, opened.slot.id)
                if opened.slot.confirmed_at is None:
                    parts.vault.confirm(account_id, opened.slot.id)
                parts.passwords.replace(account_id, prepared, key=opened.key)
                parts.sessions.end_of(account_id)
                parts.codes.end_halves(account_id)
                # Whoever else signed in here before may be the reason for recovering.
                parts.store.forget_browsers(account_id)
                for slot in parts.vault.slots(account_id):
                    if slot.kind == SlotKind.DEVICE:
                        parts.vault.remove_slot(account_id, slot.id)
                renewed = self._new_code(account_id, opened.key)
                started = self._start(
                    account_id, opened.key, origin=origin, known=False, previous_session=previous_session
                )
                browser = browser_family(origin.user_agent)
                self._record(account_id, Kind.RECOVERED, browser=browser)
                self._write(account_id, Letter.RECOVERED, method=BY_RECOVERY_CODE, browser=browser)
                return Recovered(
                    account_id=account_id,
                    sid=started.sid,
                    session_secret=started.session_secret,
                    browser_token=started.browser_token,
                    recovery_code=renewed,
                    code_since=opened.slot.created_at,
                )
        self._refuse(credentials, attempt, origin=origin, method=BY_RECOVERY_CODE)
        raise SignInRefusedError

    def _drop_unconfirmed_code(self, account_id: str) -> None:
        """Take a code that was shown and never confirmed away, where an older one still works.

        Whoever had the account open for a moment may have had that code made, and would keep a way back in.
        """
        codes = [slot for slot in self._parts.vault.slots(account_id) if slot.kind == SlotKind.RECOVERY]
        if any(slot.confirmed_at is not None for slot in codes):
            self._remove_unconfirmed_codes(account_id)

    def _new_code(self, account_id: str, key: VaultKey) -> str:
        """Put a new code in the place of one that was never confirmed, beside one that was."""
        code = recovery_code()
        self._remove_unconfirmed_codes(account_id)
        secret = SlotSecret(kind=SlotKind.RECOVERY, secret=normalise_recovery_code(code))
        self._parts.vault.add_slot(account_id, key, secret)
        return code

    def _remove_unconfirmed_codes(self, account_id: str) -> None:
        for slot in self._parts.vault.slots(account_id):
            if slot.kind == SlotKind.RECOVERY and slot.confirmed_at is None:
                self._parts.vault.remove_slot(account_id, slot.id)


def _secret(code: str) -> bytes:
    try:
        return normalise_recovery_code(code)
    except ValueError:
        raise RecoveryCodeMismatchError from None
