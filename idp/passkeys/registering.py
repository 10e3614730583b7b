"""Registering passkeys, for citizens who are signed in."""

from collections.abc import Sequence

from idp.activity.values import Kind
from idp.authentication.values import Session
from idp.crypto.secrets import identifier, random_key
from idp.letters.values import Letter, Way
from idp.passkeys import policy, verification
from idp.passkeys.errors import CeremonyGoneError, PasskeyHeldError, TooManyPasskeysError
from idp.passkeys.naming import seal_name
from idp.passkeys.values import Answer, Begun, NewCredential, Passkey, Purpose
from idp.passkeys.workshop import Workshop, key_of, slot_secret
from idp.vault.values import SlotKind, SlotSecret, VaultKey


class Registering(Workshop):
    """Use cases of adding a passkey."""

    def begin_registration(self, session: Session) -> Begun:
        """Give the browser what to make a passkey with.

        :raises TooManyPasskeysError: there are as many as there may be.
        :raises SessionEndedError: this session cannot open the vault.
        """
        parts, key = self._parts, key_of(session)
        held = self._room(session.account_id)
        login = parts.vault.read(session.account_id, key).login
        with parts.db.transaction():
            parts.store.keep_handle(session.account_id, random_key())
            handle = parts.store.handle(session.account_id) or b""
            ceremony, challenge = self._begin(Purpose.REGISTER, bound_to=session.secret, account_id=session.account_id)
        options = verification.creation_options(
            challenge=challenge, user_handle=handle, login=login, held=held, rp=parts.rp, prf_salt=self._salt
        )
        return Begun(ceremony, options)

    def register(self, session: Session, answer: Answer, *, name: str) -> Passkey:
        """Keep a passkey; where its PRF has given something, it opens the vault from now on.

        Opens its own transactions; must not be called inside one: a challenge stays used when its answer is refused.

        :param name: the citizen's own word for it; empty for none.
        :raises CeremonyGoneError: the challenge is not there (any more).
        :raises CeremonyRefusedError: what came back is not a passkey made here and now.
        :raises PasskeyHeldError: it is registered already.
        :raises NameRefusedError: it cannot be called that.
        :raises TooManyPasskeysError: there are as many as there may be.
        :raises SessionEndedError: this session cannot open the vault, or has ended.
        """
        parts, key, account_id = self._parts, key_of(session), session.account_id
        wanted = policy.check_name(name) if name.strip() else ""
        ceremony = self._take(Purpose.REGISTER, answer=answer, bound_to=session.secret)
        if ceremony.account_id != account_id:
            raise CeremonyGoneError
        made = verification.verify_creation(
            unverified=answer.unverified_credential, challenge=ceremony.challenge, rp=parts.rp
        )
        prf = policy.prf_output(answer.unverified_prf)
        with parts.db.transaction():
            self._require_alive(session)
            # Held until the end, so that two registrations at once do not both find room.
            parts.vault.hold_slots(account_id)
            self._room(account_id)
            passkey = self._keep(account_id, key, made, prf=prf, name=wanted, browser=session.browser)
            self._record(account_id, Kind.PASSKEY_ADDED, browser=session.browser)
            self._write(account_id, Letter.WAY_ADDED, way=Way.PASSKEY, browser=session.browser)
        return passkey

    def _keep(
        self, account_id: str, key: VaultKey, made: NewCredential, *, prf: bytes | None, name: str, browser: str
    ) -> Passkey:
        parts, passkey_id = self._parts, identifier()
        slot_id = None
        if prf is not None:
            # Whoever sent this output has just had it evaluated, so nothing is left to confirm.
            secret = SlotSecret(kind=SlotKind.PASSKEY, secret=slot_secret(prf), confirmed=True)
            slot_id = parts.vault.add_slot(account_id, key, secret).id
        sealed = seal_name(name, key=key, account_id=account_id, passkey_id=passkey_id) if name else None
        passkey = Passkey(
            id=passkey_id,
            account_id=account_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            transports=made.transports,
            browser=browser,
            sealed_name=sealed,
            backup_eligible=made.backup_eligible,
            backed_up=made.backed_up,
            has_prf=made.has_prf or prf is not None,
            slot_id=slot_id,
            created_at=parts.clock.now(),
            used_at=None,
            suspected_at=None,
        )
        if not parts.store.add(passkey, sign_count=made.sign_count):
            raise PasskeyHeldError
        return passkey

    def _room(self, account_id: str) -> Sequence[Passkey]:
        held = self._parts.store.of(account_id)
        if len(held) >= policy.MOST_PASSKEYS:
            raise TooManyPasskeysError
        return held
