"""What becomes of a choice once it was made: paused, resumed, kept longer, stopped, ended. Each is a ledger row.

Services are told by `idp.logout`, which calls these in the transaction in which it tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from idp.activity.values import Entry, Kind
from idp.consent import ending
from idp.consent.errors import GrantGoneError
from idp.consent.recording import Deciding
from idp.consent.standing_store import Changed
from idp.consent.values import Duration, Grant


class Standing(Deciding):
    """The use cases of a choice that stands, on top of those of deciding."""

    def shared_with(self, account_id: str) -> tuple[Grant, ...]:
        """Return every grant of a citizen: those that are live first, the newest decision first.

        A one-time identity is forgotten as soon as it is over.
        """
        now = self._clock.now()
        known = [one for one in self._store.of_account(account_id) if _is_shown(one, now)]
        return tuple(sorted(known, key=lambda grant: not grant.live(now)))

    def own(self, account_id: str, grant_id: str) -> Grant | None:
        """Return one of the grants that :meth:`shared_with` gives; nobody else's."""
        grant = self._store.one(account_id, grant_id)
        return grant if grant is not None and _is_shown(grant, self._clock.now()) else None

    def pause(self, *, account_id: str, grant_id: str) -> Changed:
        """Let nothing leave until the citizen resumes: values stay sealed, no token works; one statement.

        :returns: what was; the service still has to be told: `logout.service` does both.
        :raises GrantGoneError: no such grant of this citizen, ended, or paused before.
        """
        with self._db.transaction():
            changed = self._standings.pause(account_id=account_id, grant_id=grant_id, now=self._clock.now())
            return self._noted(changed, Kind.PAUSED)

    def resume(self, *, account_id: str, grant_id: str) -> Changed:
        """Let leave again what was let go before, and nothing else; tokens that have not expired work again.

        :raises GrantGoneError: no such grant of this citizen, ended, or not paused.
        """
        with self._db.transaction():
            changed = self._standings.resume(account_id=account_id, grant_id=grant_id, now=self._clock.now())
            return self._noted(changed, Kind.RESUMED)

    def extend(self, *, account_id: str, grant_id: str) -> datetime:
        """Keep a standing choice as it is for as long as if it were made now; gives its new end.

        :raises GrantGoneError: no such grant of this citizen, ended, or made for one time.
        """
        now = self._clock.now()
        until = ending.months_later(now, self._reconfirm_months)
        remind_at = ending.reminded_at(until, duration=Duration.STANDING, now=now)
        with self._db.transaction():
            extended = self._standings.extend(
                account_id=account_id, grant_id=grant_id, until=until, remind_at=remind_at, now=now
            )
            self._noted(extended, Kind.EXTENDED)
        return until

    def withdraw(self, *, account_id: str, grant_id: str) -> Changed:
        """Stop sharing: sealed values and wrapped key deleted, every token dead, in one statement.

        :returns: what was; the service still has to be told: `logout.service` does both.
        :raises GrantGoneError: no such grant of this citizen, or stopped before.
        """
        with self._db.transaction():
            changed = self._standings.withdraw(account_id=account_id, grant_id=grant_id, now=self._clock.now())
            return self._noted(changed, Kind.STOPPED)

    def withdraw_all(self, account_id: str) -> tuple[Changed, ...]:
        """Stop everything that a citizen shares; the services still have to be told."""
        with self._db.transaction():
            stopped = self._standings.withdraw_all(account_id=account_id, now=self._clock.now())
            self._record(stopped, Kind.STOPPED)
        return stopped

    def end_service(self, client_id: str) -> None:
        """End what every citizen shares with a service that is no more, as if each had stopped."""
        with self._db.transaction():
            self._record(self._standings.end_service(client_id, now=self._clock.now()), Kind.SERVICE_ENDED)

    def end_due(self, limit: int) -> tuple[Changed, ...]:
        """Delete the sealed values of up to `limit` choices whose end has come; nothing has left since it came.

        What was for one time ends without a word: its row says from the start that it is for one visit.
        """
        with self._db.transaction():
            ended = self._standings.end_due(now=self._clock.now(), limit=limit)
            self._record((each for each in ended if each.duration is not Duration.ONCE), Kind.SHARING_ENDED)
        return ended

    def take_reminders(self, limit: int) -> tuple[Changed, ...]:
        """Take up to `limit` choices whose citizens are to be reminded of their end; each is given once."""
        return self._standings.take_reminders(now=self._clock.now(), limit=limit)

    def _noted(self, changed: Changed | None, kind: Kind) -> Changed:
        if changed is None:
            raise GrantGoneError
        self._record((changed,), kind)
        return changed

    def _record(self, changed: Iterable[Changed], kind: Kind) -> None:
        # In order of account, so that two that write at the same time never wait for each other's rows.
        for each in sorted(changed, key=lambda one: (one.account_id, one.client_id)):
            self._activity.record(
                Entry(account_id=each.account_id, kind=kind, client_id=each.client_id, claims=each.claims)
            )


def _is_shown(grant: Grant, now: datetime) -> bool:
    return not grant.prepared and (not grant.one_time or grant.stands(now))
