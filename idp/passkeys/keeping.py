"""What citizens do about the passkeys that they have: look, name, remove."""

from idp.activity.values import Kind
from idp.authentication.values import Session
from idp.letters.values import Letter, Way
from idp.passkeys import policy
from idp.passkeys.errors import UnknownPasskeyError
from idp.passkeys.naming import open_name, seal_name
from idp.passkeys.values import Named, Passkey
from idp.passkeys.workshop import Workshop, key_of


class Keeping(Workshop):
    """Use cases of a citizen's own passkeys."""

    @property
    def rp_id(self) -> str:
        """How browsers know us (WebAuthn §4, RP ID)."""
        return self._parts.rp.id

    def of(self, account_id: str) -> tuple[Passkey, ...]:
        """Give a citizen's passkeys, the oldest first. One statement."""
        return self._parts.store.of(account_id)

    def named(self, session: Session) -> tuple[Named, ...]:
        """Do the same with their names, as far as the vault is open."""
        key = session.vault_key
        return tuple(Named(passkey, open_name(passkey, key=key)) for passkey in self.of(session.account_id))

    def one(self, session: Session, passkey_id: str) -> Named:
        """Give one of them.

        :raises UnknownPasskeyError: they have no such passkey.
        """
        found = next((named for named in self.named(session) if named.passkey.id == passkey_id), None)
        if found is None:
            raise UnknownPasskeyError
        return found

    def rename(self, session: Session, passkey_id: str, *, name: str) -> None:
        """Give a passkey another name.

        :raises NameRefusedError: it cannot be called that.
        :raises UnknownPasskeyError: they have no such passkey.
        :raises SessionEndedError: this session cannot open the vault.
        """
        sealed = seal_name(
            policy.check_name(name), key=key_of(session), account_id=session.account_id, passkey_id=passkey_id
        )
        with self._parts.db.transaction():
            if not self._parts.store.change(session.account_id, passkey_id, sealed_name=sealed):
                raise UnknownPasskeyError
            self._record(session.account_id, Kind.PASSKEY_RENAMED, browser=session.browser)

    def require_removable(self, session: Session, passkey_id: str) -> None:
        """Make sure that a passkey may go.

        :raises UnknownPasskeyError: they have no such passkey.
        :raises LastWayInError: nothing would be left to sign in with.
        :raises TooFewWaysError: fewer than two ways to open the vault would be left, and it holds details.
        """
        parts, account_id = self._parts, session.account_id
        passkey = self.one(session, passkey_id).passkey
        has_password = parts.authentication.password_since(account_id) is not None
        policy.require_ways_left(
            parts.vault.slots(account_id),
            without=passkey.slot_id,
            signs_in=has_password or len(self.of(account_id)) > 1,
            holds_details=parts.vault.held_details(account_id),
        )

    def remove(self, session: Session, passkey_id: str) -> None:
        """Take a passkey away, and the key slot that it opens.

        :raises UnknownPasskeyError: they have no such passkey.
        :raises LastWayInError: nothing would be left to sign in with.
        :raises TooFewWaysError: fewer than two ways to open the vault would be left, and it holds details.
        :raises SessionEndedError: the session has ended.
        """
        parts = self._parts
        with parts.db.transaction():
            # Held until the end, so that two ways removed at once do not each count on the other.
            parts.vault.hold_slots(session.account_id)
            self._require_alive(session)
            self.require_removable(session, passkey_id)
            self._take_away(session, passkey_id)

    def remove_in_repair(self, session: Session, passkey_id: str) -> None:
        """Take a passkey away that its account's owner says is not theirs, whatever is left; nothing for none such."""
        with self._parts.db.transaction():
            self._parts.vault.hold_slots(session.account_id)
            if any(passkey.id == passkey_id for passkey in self.of(session.account_id)):
                self._take_away(session, passkey_id)

    def forget(self, account_id: str) -> None:
        """Delete every passkey of an account that is closed, whose vault is erased by others."""
        self._parts.store.forget(account_id)

    def purge(self, limit: int) -> int:
        """Delete at most `limit` challenges that nobody answered; gives how many."""
        return self._parts.store.purge(self._parts.clock.now(), limit)

    def _take_away(self, session: Session, passkey_id: str) -> None:
        parts, account_id = self._parts, session.account_id
        passkey = self.one(session, passkey_id).passkey
        if passkey.slot_id is not None:
            parts.vault.remove_slot(account_id, passkey.slot_id)
        parts.store.remove(account_id, passkey_id)
        self._record(account_id, Kind.PASSKEY_REMOVED, browser=session.browser)
        self._write(account_id, Letter.WAY_REMOVED, way=Way.PASSKEY, browser=session.browser)
