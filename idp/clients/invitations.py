"""Inviting others to register services: initial access tokens (RFC 7591 §1.2, §3)."""

from __future__ import annotations

from datetime import timedelta

from idp.clients.errors import RegistrationTokenError, UnknownInvitationError
from idp.clients.invitation import Invitation
from idp.clients.invitation_store import InvitationStore
from idp.clock import Clock
from idp.crypto.secrets import digest, token


class Invitations:
    """Use cases around initial access tokens."""

    def __init__(self, *, store: InvitationStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def invite(self, *, label: str, uses: int | None, days: int) -> str:
        """Make a token, to be shown once.

        :param uses: how many services it may register; None: any number until it ends.
        """
        made, now = token(), self._clock.now()
        self._store.add(digest(made), Invitation("", label, uses, now, now + timedelta(days=days)))
        return made

    def list(self) -> tuple[Invitation, ...]:
        """Return every invitation that has not been removed, the oldest first."""
        return self._store.all()

    def revoke(self, invitation_id: str) -> None:
        """End an invitation.

        :raises UnknownInvitationError: none begins so, or several do.
        """
        found = tuple(each for each in self._store.digests() if invitation_id and each.hex().startswith(invitation_id))
        if len(found) != 1 or not self._store.remove(found):
            raise UnknownInvitationError

    def check(self, shown: str | None) -> None:
        """Refuse whoever shows no token that could be used now.

        :raises RegistrationTokenError: none, unknown, ended or used up.
        """
        if shown is None or not self._store.usable(digest(shown), now=self._clock.now()):
            raise RegistrationTokenError

    def use(self, shown: str) -> None:
        """Use a token once, in the transaction that registers the service.

        :raises RegistrationTokenError: somebody else has used it up meanwhile, or it has ended.
        """
        if not self._store.use(digest(shown), now=self._clock.now()):
            raise RegistrationTokenError

    def purge(self, limit: int) -> int:
        """Remove up to `limit` tokens that have ended; how many went."""
        return self._store.purge(before=self._clock.now(), limit=limit)
