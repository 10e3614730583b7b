"""Recording what happened, showing it to its citizen, and checking that nobody changed it."""

from typing import Final

from idp.activity import policy
from idp.activity.errors import LedgerBusyError
from idp.activity.store import ActivityStore
from idp.activity.values import Entry, Kind, LinkedRow, Page, Row
from idp.clock import Clock

#: Two processes that write for one citizen at once: one of them tries again. Many more than ever meet.
_ATTEMPTS: Final = 50
_MAX_PAGE: Final = 200


class ActivityService:
    """The citizens' ledgers."""

    def __init__(self, *, store: ActivityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def record(self, entry: Entry) -> None:
        """Add an entry, in the caller's transaction when there is one: two statements, unless another came first.

        :raises UndeclaredFactError: a fact that this kind of entry does not declare.
        :raises LedgerBusyError: other entries of the same citizen kept coming first.
        """
        policy.check(entry)
        for _ in range(_ATTEMPTS):
            sequence, previous = self._store.last(entry.account_id) or (0, policy.BEGINNING)
            row = Row(
                account_id=entry.account_id,
                sequence=sequence + 1,
                at=self._clock.now(),
                kind=entry.kind,
                client_id=entry.client_id,
                claims=tuple(entry.claims),
                facts=entry.facts,
            )
            if self._store.add(LinkedRow(row=row, previous=previous, hash=policy.link(row, previous=previous))):
                return
        message = "other entries kept coming first"
        raise LedgerBusyError(message)

    def page(
        self,
        account_id: str,
        *,
        before: int | None = None,
        limit: int = 50,
        kind: Kind | None = None,
        client_id: str | None = None,
    ) -> Page:
        """Give a citizen's rows, the latest first; at most 200 at once.

        :param before: only rows older than this sequence number, as :attr:`Page.older` gives it.
        """
        limit = max(1, min(limit, _MAX_PAGE))
        rows = self._store.before(account_id, before=before, limit=limit + 1, kind=kind, client_id=client_id)
        shown = rows[:limit]
        return Page(rows=shown, older=shown[-1].sequence if len(rows) > limit else None)

    def verify(self, account_id: str) -> int | None:
        """Check a citizen's chain: the first sequence number that is missing or changed, or None when it is whole.

        Rows cut off at the end leave no gap, and somebody who can rewrite every row can rewrite every hash: the chain
        shows tampering to whoever kept an earlier hash, such as a citizen's download or the operator's backup.
        """
        chain = policy.Chain()
        chain.follow(self._store.in_order(account_id))
        return chain.broken
