"""What registering, signing in and keeping share: the parts they work with, challenges, and the key slot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, METHOD, Entry, Kind
from idp.authentication.errors import SessionEndedError
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clock import Clock
from idp.crypto.sealing import derive
from idp.crypto.secrets import digest, identifier, random_key
from idp.letters.service import LetterService
from idp.letters.values import Letter, Way
from idp.passkeys import policy, verification
from idp.passkeys.errors import CeremonyGoneError, CopiedPasskeyError
from idp.passkeys.store import PasskeyStore
from idp.passkeys.values import Answer, Ceremony, Passkey, Purpose, RelyingParty
from idp.storage.db import Database
from idp.vault.service import VaultService
from idp.vault.values import OpenedSlot, SlotKind, VaultKey

#: How a ledger names this way in.
BY_PASSKEY = "passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of passkeys."""

    db: Database
    store: PasskeyStore
    accounts: AccountService
    vault: VaultService
    activity: ActivityService
    authentication: AuthenticationService
    letters: LetterService | None
    clock: Clock
    rp: RelyingParty


class Workshop:
    """Base of the use cases."""

    def __init__(self, parts: Parts) -> None:
        """Work with these parts."""
        self._parts = parts
        self._salt = policy.prf_salt(parts.rp)
        #: Hear, in the transaction of the proof, which account's session was proved with a passkey, and when that one
        #: was registered.
        self.heard_by: list[Callable[[str, str, datetime], None]] = []

    def _tell(self, passkey: Passkey, *, sid: str) -> None:
        for hear in self.heard_by:
            hear(passkey.account_id, sid, passkey.created_at)

    def _begin(
        self, purpose: Purpose, *, bound_to: str, account_id: str | None = None, user_handle: bytes | None = None
    ) -> tuple[str, bytes]:
        """Keep a new challenge; gives its id and itself.

        :param bound_to: a secret of the browser that asks, without which nobody answers.
        """
        parts, ceremony_id = self._parts, identifier()
        ceremony = Ceremony(challenge=random_key(), account_id=account_id, user_handle=user_handle)
        parts.store.add_ceremony(
            ceremony_id,
            ceremony,
            purpose=purpose,
            bound_to=digest(bound_to),
            expires_at=parts.clock.now() + policy.CEREMONY_LIFETIME,
        )
        return ceremony_id, ceremony.challenge

    def _take(self, purpose: Purpose, *, answer: Answer, bound_to: str) -> Ceremony:
        """Use a challenge up, whatever the answer is worth.

        :raises CeremonyGoneError: it is not there for this browser.
        """
        parts = self._parts
        found = parts.store.take_ceremony(
            answer.ceremony, purpose=purpose, bound_to=digest(bound_to), now=parts.clock.now()
        )
        if found is None:
            raise CeremonyGoneError
        return found

    def _use(self, passkey: Passkey, *, answer: Answer, challenge: bytes, browser: str) -> None:
        """Check an assertion, and note the passkey's use.

        A counter that does not rise is a sign of a copy. That try is refused and its owner told; the passkey goes on to
        sign in once its counter rises again, or one who copied it could lock its owner out by using it.

        :raises CeremonyRefusedError: it does not verify.
        :raises CopiedPasskeyError: the counter has not risen.
        """
        parts, now = self._parts, self._parts.clock.now()
        signed = verification.verify_assertion(
            unverified=answer.unverified_credential, challenge=challenge, rp=parts.rp, passkey=passkey
        )
        if parts.store.use(passkey.id, sign_count=signed.sign_count, backed_up=signed.backed_up, now=now):
            return
        with parts.db.transaction():
            parts.store.change(passkey.account_id, passkey.id, suspected_at=now)
            self._record(passkey.account_id, Kind.PASSKEY_SUSPECTED, browser=browser)
            self._write(passkey.account_id, Letter.PASSKEY_SUSPECTED, browser=browser)
        raise CopiedPasskeyError

    def _open(self, passkey: Passkey, prf: bytes | None) -> OpenedSlot | None:
        """Open the vault by what the PRF gave; None where it gave nothing, or the passkey has no slot."""
        if prf is None or passkey.slot_id is None:
            return None
        opened = self._parts.vault.open(passkey.account_id, kind=SlotKind.PASSKEY, secret=slot_secret(prf))
        if opened is None or opened.slot.id != passkey.slot_id:
            return None
        self._parts.vault.mark_used(passkey.account_id, opened.slot.id)
        return opened

    def _require_alive(self, session: Session) -> None:
        if self._parts.authentication.session(session.secret) is None:
            raise SessionEndedError

    def _record(self, account_id: str, kind: Kind, *, browser: str = "", method: str = "") -> None:
        facts = {name: fact for name, fact in ((BROWSER, browser), (METHOD, method)) if fact}
        self._parts.activity.record(Entry(account_id=account_id, kind=kind, facts=facts))

    def _write(self, account_id: str, letter: Letter, *, way: Way | None = None, browser: str = "") -> None:
        if self._parts.letters is not None:
            facts = {"browser": browser} if way is None else {"browser": browser, "way": way.value}
            self._parts.letters.write(account_id, letter, facts=facts, subject=BY_PASSKEY)


def slot_secret(prf: bytes) -> bytes:
    """Give what opens a passkey's slot: never the PRF's output itself."""
    return derive(prf, purpose="key slot of a passkey")


def key_of(session: Session) -> VaultKey:
    """Give the vault key of a session.

    :raises SessionEndedError: it cannot open the vault.
    """
    key = session.vault_key
    if key is None:
        raise SessionEndedError
    return key
