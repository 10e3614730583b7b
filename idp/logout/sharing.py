"""What becomes of sharing with a service, and what the service is told of it: paused, stopped, ended by time.

Both in one transaction. Citizens are reminded of an end here as well, because the reminder belongs to the end.
"""

from collections import defaultdict

from idp.consent.service import ConsentService
from idp.consent.standing_store import Changed
from idp.consent.values import Duration
from idp.letters.service import LetterService
from idp.letters.values import DAY, OTHERS, SERVICE, Letter
from idp.logout.farewells import Farewells
from idp.relay.service import RelayService
from idp.storage.db import Database


class SharingService:
    """The use cases of choices that rest or end."""

    def __init__(
        self,
        *,
        db: Database,
        consent: ConsentService,
        farewells: Farewells,
        relay: RelayService,
        letters: LetterService,
    ) -> None:
        self._db = db
        self._consent = consent
        self._farewells = farewells
        self._relay = relay
        self._letters = letters

    def pause(self, *, account_id: str, grant_id: str) -> None:
        """Pause sharing with a service. It hears what it hears when a session ends, and nothing of a pause.

        :raises GrantGoneError: no such grant of this citizen, ended, or paused before.
        """
        with self._db.transaction():
            paused = self._consent.pause(account_id=account_id, grant_id=grant_id)
            self._farewells.sharing_paused(account_id=account_id, client_id=paused.client_id, sub=paused.sub)

    def stop(self, *, account_id: str, grant_id: str) -> None:
        """Stop sharing with a service, and have it forget who is signed in.

        :raises GrantGoneError: no such grant of this citizen, or stopped before.
        """
        with self._db.transaction():
            self._over(self._consent.withdraw(account_id=account_id, grant_id=grant_id))

    def stop_all(self, account_id: str) -> int:
        """Stop sharing with every service, all or none, and have each forget who is signed in; gives how many."""
        with self._db.transaction():
            stopped = self._consent.withdraw_all(account_id)
            for each in stopped:
                self._over(each)
        return len(stopped)

    def end_due(self, limit: int) -> int:
        """Clear away up to `limit` choices whose end has come, and tell their services; gives how many.

        A single visit ends without a word: it is the service's own visit, and it may go on without us.
        """
        with self._db.transaction():
            ended = self._consent.end_due(limit)
            for each in ended:
                if each.duration is not Duration.ONCE:
                    self._over(each)
        return len(ended)

    def remind(self, limit: int) -> int:
        """Write to citizens what of theirs ends in a few weeks, up to `limit` choices; gives how many.

        One letter for a citizen, however many end at about the same time.
        """
        with self._db.transaction():
            due: dict[str, list[Changed]] = defaultdict(list)
            for each in self._consent.take_reminders(limit):
                due[each.account_id].append(each)
            for account_id, ending in due.items():
                first = min(ending, key=lambda each: each.ends_at)
                facts = {SERVICE: first.client_id, DAY: first.ends_at.date().isoformat()}
                if len(ending) > 1:
                    facts[OTHERS] = str(len(ending) - 1)
                self._letters.write(account_id, Letter.SHARING_ENDS, facts=facts)
        return sum(map(len, due.values()))

    def _over(self, choice: Changed) -> None:
        self._farewells.sharing_stopped(account_id=choice.account_id, client_id=choice.client_id, sub=choice.sub)
        self._relay.end_choice(choice.account_id, choice.client_id)
