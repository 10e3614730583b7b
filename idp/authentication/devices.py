"""The browsers of a citizen: where they are signed in, and which are known from before."""

from datetime import timedelta
from typing import Final

from idp.activity.values import Kind
from idp.authentication.desk import Desk
from idp.authentication.errors import SessionEndedError
from idp.authentication.policy import SEEN_PRECISION
from idp.authentication.values import Session, SessionSummary, SignedInBrowser, family
from idp.authentication.whereabouts import open_place
from idp.crypto.secrets import token
from idp.letters.values import Letter, Way
from idp.vault.values import Slot, SlotKind, SlotSecret

#: As many devices can be trusted at a time.
MOST_TRUSTED: Final = 10


class Devices(Desk):
    """What a citizen sees and ends."""

    def sessions_of(self, account_id: str) -> tuple[SessionSummary, ...]:
        """Give the browsers in which a citizen is signed in, the last used first."""
        return self._parts.sessions.of(account_id)

    def browsers(self, session: Session) -> tuple[SignedInBrowser, ...]:
        """Do the same for the citizen themselves, with the places that their open vault can read."""
        key = session.vault_key
        return tuple(
            SignedInBrowser(one, open_place(one.sealed_place, key, account_id=one.account_id, sid=one.sid))
            for one in self.sessions_of(session.account_id)
        )

    def end_session(self, account_id: str, sid: str) -> bool:
        """End one of a citizen's sessions; tells whether there was one."""
        with self._parts.db.transaction():
            held = {one.sid: family(one.browser, one.system) for one in self._parts.sessions.of(account_id)}
            ended = self._parts.sessions.end_of(account_id, sid=sid) > 0
            if ended:
                self._record(account_id, Kind.SIGNED_OUT, browser=held.get(sid, ""))
        return ended

    def rested(self, session: Session, *, used: bool) -> timedelta:
        """Tell for how long a session has rested, or has where its citizen has just been seen.

        :param used: this very request counts, as far as it is written down: once a minute.
        """
        rested = self._parts.clock.now() - session.seen_at
        return timedelta(0) if used and rested >= SEEN_PRECISION else rested

    def stay(self, session: Session) -> None:
        """Let a session rest anew from now on. It ends at the latest when it would have."""
        self._parts.sessions.keep(session)

    def trusted_devices(self, account_id: str) -> tuple[Slot, ...]:
        """Give the devices that open the vault by themselves once their citizen is known, the oldest first."""
        return tuple(slot for slot in self._parts.vault.slots(account_id) if slot.kind == SlotKind.DEVICE)

    def trust(self, session: Session, *, before: str | None = None) -> str:
        """Let this browser open the vault by itself once its citizen has signed in; gives the secret for its cookie.

        :param before: what made the browser a trusted device until now, which ends.
        :raises SessionEndedError: this session cannot open the vault, or has ended; or the account is locked, where
            nothing is added before its owner has put it right.
        """
        parts, key, account_id, secret = self._parts, session.vault_key, session.account_id, token()
        if key is None or session.repair_since is not None:
            raise SessionEndedError
        with parts.db.transaction():
            alive = parts.sessions.find(session.secret)
            if alive is None or alive.repair_since is not None:
                raise SessionEndedError
            if (replaced := parts.vault.device(account_id, before)) is not None:
                parts.vault.remove_slot(account_id, replaced.slot.id)
            # The one that was not used for longest makes room.
            held = sorted(self.trusted_devices(account_id), key=lambda slot: slot.used_at or slot.created_at)
            for slot in held[: max(0, len(held) - MOST_TRUSTED + 1)]:
                parts.vault.remove_slot(account_id, slot.id)
            new = SlotSecret(kind=SlotKind.DEVICE, secret=secret.encode(), label=session.browser, confirmed=True)
            parts.vault.add_slot(account_id, key, new)
            self._record(account_id, Kind.DEVICE_TRUSTED, browser=session.browser)
            self._write(account_id, Letter.WAY_ADDED, way=Way.TRUSTED_DEVICE.value, browser=session.browser)
        return secret

    def forget_trusted(self, session: Session, slot_id: str | None = None) -> int:
        """Let a device open the vault no longer, or every one of them; gives how many did until now.

        Nobody is signed out by it. What stays in the device's cookie opens nothing any more.
        """
        held = [one for one in self.trusted_devices(session.account_id) if slot_id in (None, one.id)]
        with self._parts.db.transaction():
            for one in held:
                self._parts.vault.remove_slot(session.account_id, one.id)
            if held:
                self._record(session.account_id, Kind.TRUSTED_DEVICES_FORGOTTEN, browser=session.browser)
                self._write(
                    session.account_id, Letter.WAY_REMOVED, way=Way.TRUSTED_DEVICE.value, browser=session.browser
                )
        return len(held)

    def known_browsers(self, account_id: str) -> int:
        """Count the browsers that strangers' tries at the account do not slow down."""
        return self._parts.store.known_browsers(account_id, now=self._parts.clock.now())

    def forget_browsers(self, session: Session) -> int:
        """Have every browser count as a strange one at its next sign-in; gives how many did not before.

        Nobody is signed out by it.
        """
        with self._parts.db.transaction():
            forgotten = self._parts.store.forget_browsers(session.account_id)
            if forgotten:
                self._record(session.account_id, Kind.BROWSERS_FORGOTTEN, browser=session.browser)
        return forgotten
