"""Signing a browser in from another one: asked, answered, and used up.

The asking browser holds one secret, in its cookie. Address, code and number are made from it and cannot be turned
back; its digest names the row, and it seeds the key that the approval is sealed for. So nobody who has the row, the
picture or the code can become the browser that asked (VAULT.md, "Device and CIBA flows").
"""

from datetime import datetime
from typing import Final

from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, REASON, Entry, Kind
from idp.authentication.errors import SignInRefusedError
from idp.authentication.levels import is_relayed, relayed
from idp.authentication.policy import browser_name, system_name
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Origin, Session, SignedIn, family
from idp.clock import Clock
from idp.crypto import boxes, secrets
from idp.crypto.typed_codes import normalised
from idp.handover import policy
from idp.handover.errors import (
    HandoverExpiredError,
    HandoverPendingError,
    HandoverRefusedError,
    HandoverSettledError,
    IndirectApprovalError,
    UnknownHandoverError,
    WrongNumberError,
)
from idp.handover.sealed import Approved, Asking, open_approved, open_asking, seal_approved, seal_asking
from idp.handover.store import HandoverStore, Held
from idp.handover.values import Asked, State, Waiting
from idp.keys.service import KeyService
from idp.places import Place, Places
from idp.storage.db import Database
from idp.vault.values import VaultKey

#: How a ledger names this way in.
BY_OTHER_DEVICE: Final = "other_device"
_TRIES: Final = 5


class HandoverService:
    """What becomes of browsers that ask."""

    def __init__(
        self,
        *,
        db: Database,
        store: HandoverStore,
        keys: KeyService,
        authentication: AuthenticationService,
        activity: ActivityService,
        places: Places,
        clock: Clock,
        pepper: bytes,
    ) -> None:
        """Work on `store`; the pepper hides which networks two browsers are in."""
        self._db = db
        self._store = store
        self._keys = keys
        self._authentication = authentication
        self._activity = activity
        self._places = places
        self._clock = clock
        self._pepper = pepper

    # The asking side

    def begin(self, origin: Origin) -> str:
        """Let a browser ask; gives the secret for its cookie."""
        now = self._clock.now()
        for _ in range(_TRIES):
            secret = secrets.token()
            digest = secrets.digest(secret)
            held = Held(
                digest=digest,
                public_key=boxes.public_half(secret.encode()),
                asking=seal_asking(self._keys.token_ring(), self._described(origin, secret, digest), digest=digest),
                state=State.WAITING,
                created_at=now,
                expires_at=now + policy.LIFETIME,
            )
            link, code = secrets.digest(policy.link_of(secret)), secrets.digest(policy.code_of(secret))
            if self._store.add(held, link_digest=link, code_digest=code):
                return secret
        message = "no code is free"
        raise RuntimeError(message)

    def asked(self, secret: str | None) -> Asked | None:
        """Give what a browser shows, and how far it has come; None when it asks nothing, or not any more."""
        held = self._store.find(secrets.digest(secret)) if secret else None
        if held is None or secret is None or held.expires_at <= self._clock.now():
            return None
        return Asked(
            state=held.state,
            link=policy.link_of(secret),
            code=policy.code_of(secret),
            number=policy.number_of(secret),
            expires_at=held.expires_at,
        )

    def finish(self, secret: str | None, *, origin: Origin, previous_session: str | None = None) -> SignedIn:
        """Sign the asking browser in, once.

        :raises HandoverPendingError: nobody has answered yet.
        :raises HandoverRefusedError: the answer was no, a wrong number, or whoever approved has signed out since.
        :raises HandoverSettledError: it was used before.
        :raises UnknownHandoverError: this browser asks nothing, or its time is over.
        """
        asked = self.asked(secret)
        if asked is None or secret is None:
            raise UnknownHandoverError
        if asked.state is State.WAITING:
            raise HandoverPendingError
        if asked.state in (State.REFUSED, State.ENDED):
            raise HandoverRefusedError
        with self._db.transaction():
            approved = self._taken(secret)
            # A citizen who has had second thoughts signs out where they approved, or everywhere.
            if not any(one.sid == approved.sid for one in self._authentication.sessions_of(approved.account_id)):
                raise HandoverRefusedError
            try:
                return self._authentication.admit(
                    approved.account_id,
                    None if approved.vault_key is None else VaultKey(approved.vault_key),
                    amr=approved.amr,
                    method=BY_OTHER_DEVICE,
                    origin=origin,
                    previous_session=previous_session,
                )
            except SignInRefusedError:
                raise HandoverRefusedError from None

    # The approving side

    def find(self, named: str, *, origin: Origin) -> Waiting:
        """Find the browser that asks under an address or a typed code. Tries are limited where they are made.

        :param origin: of the browser that looks, to compare networks.
        :raises UnknownHandoverError: none does. :raises HandoverExpiredError: its time is over.
        :raises HandoverSettledError: somebody has answered already.
        """
        held = self._store.find_named(secrets.digest(normalised(named) or named))
        if held is None:
            raise UnknownHandoverError
        self._require_waiting(held, self._clock.now())
        asking = self._opened(held)
        mark = policy.network_mark(origin.address, pepper=self._pepper, digest=held.digest)
        return Waiting(
            digest=held.digest,
            browser=asking.browser,
            system=asking.system,
            place=Place(asking.country, asking.city) if asking.country else None,
            same_network=secrets.same(asking.network, mark),
            created_at=held.created_at,
            expires_at=held.expires_at,
        )

    def approve(self, session: Session, waiting: Waiting, *, number: int) -> None:
        """Have the asking browser signed in as the citizen of a session, whose sign-in must be a recent one.

        :raises WrongNumberError: not its number; it has to begin again.
        :raises HandoverSettledError: somebody was faster. :raises HandoverExpiredError: its time is over.
        :raises IndirectApprovalError: the session was itself begun from another browser.
        """
        if is_relayed(session.amr):
            raise IndirectApprovalError
        held = self._store.find(waiting.digest)
        if held is None:
            raise UnknownHandoverError
        if number != self._opened(held).number:
            self._settle(session, held, State.ENDED, Kind.OTHER_DEVICE_REFUSED, reason="number")
            raise WrongNumberError
        key = session.vault_key
        content = Approved(session.account_id, session.sid, relayed(session.amr), key.secret if key else None)
        sealed = seal_approved(held.public_key, content, digest=held.digest)
        self._settle(session, held, State.APPROVED, Kind.OTHER_DEVICE_APPROVED, sealed=sealed)

    def refuse(self, session: Session, waiting: Waiting) -> None:
        """Refuse it for good. Raises as :meth:`approve` does, but for the number."""
        held = self._store.find(waiting.digest)
        if held is None:
            raise UnknownHandoverError
        self._settle(session, held, State.REFUSED, Kind.OTHER_DEVICE_REFUSED, reason="refused")

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` rows whose time was over at a moment; gives how many."""
        return self._store.purge(now, limit)

    def _described(self, origin: Origin, secret: str, digest: bytes) -> Asking:
        place = self._places.find(origin.address)
        return Asking(
            browser=browser_name(origin.user_agent),
            system=system_name(origin.user_agent),
            country="" if place is None else place.country,
            city="" if place is None else place.city,
            network=policy.network_mark(origin.address, pepper=self._pepper, digest=digest),
            number=policy.number_of(secret),
        )

    def _opened(self, held: Held) -> Asking:
        asking = open_asking(self._keys.token_ring(), held.asking, digest=held.digest)
        if asking is None:
            # The key is gone: rotated twice while the browser waited.
            raise UnknownHandoverError
        return asking

    def _taken(self, secret: str) -> Approved:
        digest = secrets.digest(secret)
        sealed = self._store.take(digest, now=self._clock.now())
        if sealed is None:
            raise HandoverSettledError
        approved = open_approved(secret, sealed, digest=digest)
        if approved is None:
            raise HandoverRefusedError
        return approved

    def _settle(
        self, session: Session, held: Held, state: State, kind: Kind, *, sealed: bytes | None = None, reason: str = ""
    ) -> None:
        now, asking = self._clock.now(), self._opened(held)
        with self._db.transaction():
            if self._store.settle(held.digest, state, now=now, sealed=sealed):
                facts = {BROWSER: family(asking.browser, asking.system), REASON: reason}
                said = {name: fact for name, fact in facts.items() if fact}
                self._activity.record(Entry(account_id=session.account_id, kind=kind, facts=said))
                return
        self._require_waiting(held, now)
        raise HandoverSettledError

    def _require_waiting(self, held: Held, now: datetime) -> None:
        if held.state is not State.WAITING:
            raise HandoverSettledError
        if held.expires_at <= now:
            raise HandoverExpiredError
