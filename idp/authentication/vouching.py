"""What rooms that prove citizens in ways of their own need, and how a vault that stayed locked is opened."""

from idp.activity.values import Kind
from idp.authentication.desk import BY_PASSWORD, BY_RECOVERY_CODE, Desk
from idp.authentication.door import Attempt
from idp.authentication.errors import RecoveryCodeMismatchError, SessionEndedError, SignInRefusedError
from idp.authentication.slow_down import Bucket, network
from idp.authentication.values import Origin, Session
from idp.crypto.secrets import normalise_recovery_code
from idp.vault.values import OpenedSlot, SlotKind, VaultKey

#: How a ledger names it.
BY_TRUSTED_DEVICE = "trusted_device"
#: Keys cannot be guessed, so tries with them are counted for a network and press on nobody.
_KEYS = b"keys"


class Vouching(Desk):
    """Use cases that other rooms complete."""

    def knock_with_key(self, origin: Origin) -> Attempt:
        """Count a try to sign in with a key of any citizen.

        :raises SlowDownError: this network has to wait.
        """
        return self._parts.door.enter(_KEYS, bucket=Bucket.NETWORK, place=network(origin.address))

    def let_in(self, attempt: Attempt) -> None:
        """Forget the tries of a network from which somebody got in."""
        self._parts.door.succeeded(attempt)

    def strengthen(self, session: Session, key: VaultKey | None, *, amr: tuple[str, ...], method: str) -> str:
        """Let a session go on with what another room has proved of its citizen just now; gives its new secret.

        :param key: the vault key, of the session or that the proof yields; None leaves the vault locked.
        :param method: the word by which the ledger names what was proved.
        :raises SessionEndedError: the session has ended.
        """
        with self._parts.db.transaction():
            self._record(session.account_id, Kind.PROVED_AGAIN, browser=session.browser, method=method)
            acr = self._parts.levels.strongest(amr)
            return self._going_on(self._parts.sessions.renew(session, key, acr=acr, amr=amr))

    def open_vault_by_password(self, session: Session, *, password: str) -> str:
        """Open the vault in a session that began without; gives its new secret. Not inside a transaction.

        :raises SignInRefusedError: it is not the password, or does not open the vault.
        :raises SessionEndedError: the session has ended.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        parts = self._parts
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="password")
        with self._judging(attempt):
            stretched = parts.passwords.check(password, stored=parts.store.password(session.account_id))
        opened = None
        if stretched is not None:
            opened = parts.passwords.open(session.account_id, slot_secret=stretched.slot_secret)
        if opened is None:
            raise SignInRefusedError
        parts.door.succeeded(attempt)
        return self._opened(session, opened, method=BY_PASSWORD)

    def open_vault_by_recovery_code(self, session: Session, *, code: str) -> str:
        """Do the same by the recovery code, which stays as it is: it was typed at home, by somebody who had signed in.

        :raises RecoveryCodeMismatchError: it is not this account's recovery code, or cannot be any.
        :raises SessionEndedError: the session has ended.
        :raises SlowDownError: too many tries.
        """
        parts = self._parts
        try:
            secret = normalise_recovery_code(code)
        except ValueError:
            raise RecoveryCodeMismatchError from None
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="recovery code")
        opened = parts.vault.open(session.account_id, kind=SlotKind.RECOVERY, secret=secret)
        if opened is None:
            raise RecoveryCodeMismatchError
        parts.door.succeeded(attempt)
        return self._opened(session, opened, method=BY_RECOVERY_CODE)

    def open_vault_as_device(self, session: Session, *, secret: str | None) -> str:
        """Do the same by what makes this browser a trusted device.

        :raises SignInRefusedError: it is none.
        :raises SessionEndedError: the session has ended.
        """
        opened = self._parts.vault.device(session.account_id, secret)
        if opened is None:
            raise SignInRefusedError
        return self._opened(session, opened, method=BY_TRUSTED_DEVICE)

    def _opened(self, session: Session, opened: OpenedSlot, *, method: str) -> str:
        """Put the key into the session. What it proved when it began stays what services are told."""
        parts = self._parts
        with parts.db.transaction():
            if parts.sessions.find(session.secret) is None:
                raise SessionEndedError
            parts.vault.mark_used(session.account_id, opened.slot.id)
            self._record(session.account_id, Kind.VAULT_OPENED, browser=session.browser, method=method)
            return self._going_on(
                parts.sessions.renew(session, opened.key, acr=session.acr, amr=session.amr, auth_time=session.auth_time)
            )

    @staticmethod
    def _going_on(secret: str | None) -> str:
        if secret is None:
            raise SessionEndedError
        return secret
