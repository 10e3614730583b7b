"""Signing in with a passkey, and proving more with one in a session that began with less."""

from collections.abc import Callable

from idp.activity.values import Kind
from idp.authentication.errors import SignInRefusedError
from idp.authentication.policy import browser_family
from idp.authentication.values import Origin, Session, SignedIn
from idp.crypto.secrets import same
from idp.letters.values import Letter, Way
from idp.passkeys import policy, verification
from idp.passkeys.errors import (
    CeremonyGoneError,
    CeremonyRefusedError,
    UnknownCredentialError,
    UnknownPasskeyError,
)
from idp.passkeys.values import Answer, Begun, Claimant, Passkey, Proved, Purpose
from idp.passkeys.workshop import BY_PASSKEY, Workshop, slot_secret
from idp.vault.values import SlotKind, SlotSecret, VaultKey

#: Gives the secret that a browser holds as an account's trusted device, or None.
DeviceSecret = Callable[[str], str | None]


class SigningIn(Workshop):
    """Use cases of showing that a passkey is there. They open their own transactions."""

    def begin_sign_in(self, *, browser: str) -> Begun:
        """Give a browser what to ask for any passkey of this provider: the same for everybody, naming nobody.

        :param browser: the secret in its cookie.
        """
        ceremony, challenge = self._begin(Purpose.SIGN_IN, bound_to=browser)
        options = verification.request_options(challenge=challenge, rp=self._parts.rp, prf_salt=self._salt)
        return Begun(ceremony, options)

    def sign_in(
        self,
        *,
        answer: Answer,
        browser: str,
        origin: Origin,
        device_secret: DeviceSecret,
        previous_session: str | None = None,
    ) -> SignedIn:
        """Start a session for whoever's passkey has answered, with the vault open where the passkey opens it.

        A passkey that does not is followed by the trusted device, if this browser is one.

        :raises CeremonyGoneError: the challenge is not there for this browser (any more).
        :raises UnknownCredentialError: no passkey that signs in here.
        :raises CeremonyRefusedError: it proves nothing.
        :raises CopiedPasskeyError: its counter has not risen.
        :raises SlowDownError: this network has tried too often.
        """
        parts = self._parts
        attempt = parts.authentication.knock_with_key(origin)
        ceremony = self._take(Purpose.SIGN_IN, answer=answer, bound_to=browser)
        prf = policy.prf_output(answer.unverified_prf)
        passkey = self._claimed(answer).passkey
        self._use(passkey, answer=answer, challenge=ceremony.challenge, browser=browser_family(origin.user_agent))
        account_id = passkey.account_id
        with parts.db.transaction():
            opened = self._open(passkey, prf) or parts.vault.open_as_device(account_id, device_secret(account_id))
            try:
                signed = parts.authentication.admit(
                    account_id,
                    None if opened is None else opened.key,
                    amr=policy.amr(backup_eligible=passkey.backup_eligible),
                    method=BY_PASSKEY,
                    origin=origin,
                    previous_session=previous_session,
                )
            except SignInRefusedError:
                raise UnknownCredentialError from None
            self._tell(passkey, sid=signed.sid)
        parts.authentication.let_in(attempt)
        return signed

    def begin_proof(self, session: Session, *, passkey_id: str | None = None) -> Begun:
        """Give a citizen who is signed in what to prove more with.

        :param passkey_id: the only one that will do; any of theirs when left out.
        :raises UnknownPasskeyError: they have no such passkey.
        """
        held = self._parts.store.of(session.account_id)
        allowed = [passkey for passkey in held if passkey_id in (None, passkey.id)]
        if not allowed:
            raise UnknownPasskeyError
        ceremony, challenge = self._begin(Purpose.PROVE, bound_to=session.secret, account_id=session.account_id)
        options = verification.request_options(
            challenge=challenge, rp=self._parts.rp, prf_salt=self._salt, allowed=allowed
        )
        return Begun(ceremony, options)

    def prove(self, session: Session, answer: Answer, *, device_secret: DeviceSecret) -> Proved:
        """Let a session go on with what a passkey proves; opens the vault, or becomes able to, where it can.

        :raises CeremonyGoneError: the challenge is not there for this session (any more).
        :raises CeremonyRefusedError: it proves nothing, or is somebody else's passkey.
        :raises CopiedPasskeyError: its counter has not risen.
        :raises SessionEndedError: the session has ended.
        """
        parts = self._parts
        ceremony = self._take(Purpose.PROVE, answer=answer, bound_to=session.secret)
        prf = policy.prf_output(answer.unverified_prf)
        passkey = self._claimed(answer).passkey
        if ceremony.account_id != session.account_id:
            raise CeremonyGoneError
        if passkey.account_id != session.account_id:
            raise CeremonyRefusedError
        self._use(passkey, answer=answer, challenge=ceremony.challenge, browser=session.browser)
        with parts.db.transaction():
            self._require_alive(session)
            opened = self._open(passkey, prf) or parts.vault.open_as_device(
                session.account_id, device_secret(session.account_id)
            )
            key = session.vault_key or (None if opened is None else opened.key)
            added = self._add_slot(session, passkey, key, prf)
            self._tell(passkey, sid=session.sid)
            secret = parts.authentication.strengthen(
                session, key, amr=policy.amr(backup_eligible=passkey.backup_eligible), method=BY_PASSKEY
            )
        return Proved(secret, passkey.id, vault_open=key is not None, slot_added=added)

    def _add_slot(self, session: Session, passkey: Passkey, key: VaultKey | None, prf: bytes | None) -> bool:
        """Make a passkey a way to open the vault, once its PRF has given something and the vault is open.

        Not while the account is locked: nothing is added before its owner has put it right.
        """
        if prf is None or key is None or session.repair_since is not None:
            return False
        parts = self._parts
        # Held, and asked again: another window may have added it, or taken the passkey away, a moment before.
        parts.vault.hold_slots(session.account_id)
        if not any(one.id == passkey.id and one.slot_id is None for one in parts.store.of(session.account_id)):
            return False
        secret = SlotSecret(kind=SlotKind.PASSKEY, secret=slot_secret(prf), confirmed=True)
        slot = parts.vault.add_slot(session.account_id, key, secret)
        parts.store.change(session.account_id, passkey.id, slot_id=slot.id, has_prf=True)
        self._record(session.account_id, Kind.PASSKEY_OPENS_VAULT, browser=session.browser)
        self._write(session.account_id, Letter.WAY_ADDED, way=Way.PASSKEY, browser=session.browser)
        return True

    def _claimed(self, answer: Answer) -> Claimant:
        """Find the passkey that an answer names.

        :raises UnknownCredentialError: there is none, or its account is not open.
        :raises CeremonyRefusedError: the authenticator knows somebody else by it (WebAuthn §7.2 step 6).
        """
        credential_id, user_handle = verification.unverified_claim(answer.unverified_credential)
        found = self._parts.store.claimant(credential_id)
        if found is None or not found.active:
            raise UnknownCredentialError
        if user_handle is None or not same(user_handle, found.user_handle):
            raise CeremonyRefusedError
        return found
