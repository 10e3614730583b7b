"""Recording what happened, showing it to its citizen, and checking that nobody changed it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from idp.activity import policy
from idp.activity.errors import LedgerBusyError
from idp.activity.filters import ALL, Facets, Filter
from idp.activity.reading import Reading
from idp.activity.store import ActivityStore
from idp.activity.values import EXTENT, Checked, Entry, Kind, LinkedRow, Mark, Page, Row
from idp.clock import Clock

#: Two processes that write for one citizen at once: one of them tries again. Many more than ever meet.
_ATTEMPTS: Final = 50
_MAX_PAGE: Final = 200


class ActivityService:
    """The citizens' ledgers."""

    def __init__(self, *, store: ActivityStore, clock: Clock) -> None:
        self._store = store
        self._reading = Reading(db=store.db)
        self._clock = clock

    def record(self, entry: Entry) -> int:
        """Add an entry, in the caller's transaction when there is one: two statements, unless another came first.

        :returns: its sequence number.
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
            if self._store.add(row, policy.linked(row, previous=previous)):
                return row.sequence
        message = "other entries kept coming first"
        raise LedgerBusyError(message)

    def page(
        self,
        account_id: str,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
        fitting: Filter = ALL,
    ) -> Page:
        """Give a citizen's rows, the latest first; at most 200 at once. What they deleted is not among them.

        :param before: only rows older than this sequence number, as :attr:`Page.older` gives it.
        :param after: the rows just newer than this sequence number, as :attr:`Page.newer` gives it.
        """
        limit = max(1, min(limit, _MAX_PAGE))
        if after is not None:
            rows = self._reading.newer(account_id, after=after, limit=limit + 1, fitting=fitting)
            shown = tuple(reversed(rows[:limit]))
            newer = shown[0].sequence if len(rows) > limit else None
            return Page(rows=shown, older=shown[-1].sequence if shown else None, newer=newer)
        rows = self._reading.older(account_id, before=before, limit=limit + 1, fitting=fitting)
        shown = rows[:limit]
        newer = shown[0].sequence if shown and before is not None else None
        return Page(rows=shown, older=shown[-1].sequence if len(rows) > limit else None, newer=newer)

    def facets(self, account_id: str) -> Facets:
        """Give the services, details and browsers that occur in a citizen's rows."""
        return self._reading.facets(account_id)

    def counts(self, account_id: str, *, months: Sequence[datetime]) -> tuple[dict[str, int], ...]:
        """Count a citizen's rows by kind, from each of these moments to the next, and from the last one on."""
        return self._reading.counts(account_id, months=months)

    def count(self, account_id: str, *, fitting: Filter) -> int:
        """Count the rows that a deletion of these would take."""
        return self._reading.count(account_id, fitting=fitting)

    def chain(self, account_id: str) -> Iterator[LinkedRow]:
        """Give all rows of a citizen from the first, deleted ones too, read in bounded batches."""
        return self._reading.in_order(account_id)

    def verify(self, account_id: str) -> int | None:
        """Check a citizen's chain: the first sequence number that is missing or changed, or None when it is whole.

        Rows cut off at the end leave no gap, and somebody who can rewrite every row can rewrite every hash: the chain
        shows tampering to whoever kept an earlier hash, such as a citizen's download or the operator's backup.
        """
        chain = policy.Chain()
        chain.follow(self._reading.in_order(account_id))
        return self._falsely_deleted(account_id) if chain.broken is None else chain.broken

    def verify_part(self, account_id: str, *, reached: Mark, limit: int) -> Checked:
        """Do a part of :meth:`verify`: at most `limit` rows on from a mark that an earlier part reached."""
        chain = policy.Chain(reached)
        chain.follow(islice(self._reading.in_order(account_id, after=reached.sequence), limit))
        finished = chain.broken is not None or chain.reached.sequence < reached.sequence + limit
        broken = self._falsely_deleted(account_id) if finished and chain.broken is None else chain.broken
        return Checked(mark=chain.reached, broken=broken, finished=finished)

    def last(self, account_id: str) -> int:
        """Give the sequence number of a citizen's latest row, deleted ones counted; 0 when there is none."""
        return (self._store.last(account_id) or (0, b""))[0]

    def delete(self, account_id: str, *, fitting: Filter, extent: str) -> int:
        """Delete what the rows that fit say, for their citizen; gives how many.

        Their places, digests and links stay, so that the chain can still be followed, and an entry tells how many were
        deleted and seals what is left of them. Such entries cannot be deleted.

        :param extent: `one`, `older` or `service`: the word of the entry.
        """
        with self._store.db.transaction():
            remains, last = policy.Remains(), 0
            for linked in self._store.held(account_id, fitting=fitting):
                remains.add(linked)
                last = linked.sequence
            if not remains.count:
                return 0
            facts = {EXTENT: extent, **remains.facts}
            told = self.record(Entry(account_id=account_id, kind=Kind.ACTIVITY_DELETED, facts=facts))
            self._store.empty(account_id, fitting=fitting, up_to=last, erased_by=told, now=self._clock.now())
        return remains.count

    def _falsely_deleted(self, account_id: str) -> int | None:
        """Give the first row that is passed off as deleted, or stands in the place of one; None when there is none."""
        false: list[int] = []
        for erased_by, rows in self._reading.deletions(account_id):
            remains, first = policy.Remains(), 0
            for linked in rows:
                first = first or linked.sequence
                remains.add(linked)
            if not remains.fits(self._reading.at(account_id, erased_by)):
                false.append(first)
        # An entry whose rows came back in another form would have no rows to seal.
        false += self._reading.untold(account_id)
        return min(false, default=None)
