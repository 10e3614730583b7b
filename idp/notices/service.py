"""Writing notices with what they tell of, and telling them until somebody takes them."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from idp.clock import Clock
from idp.crypto.secrets import identifier
from idp.notices import policy
from idp.notices.courier import Courier
from idp.notices.errors import UnknownNoticeError
from idp.notices.store import NoticeStore
from idp.notices.values import FINAL, Failure, Kind, NewNotice, Notice, State, Teller
from idp.settings import NoticeSettings
from idp.storage.db import Database

#: More than any teller takes, so that a second process never tells what the first one is still telling.
_LEASE: Final = timedelta(minutes=3)

log = logging.getLogger(__name__)


class NoticeService:
    """The outbox: rows written in the transaction of what they tell of, told after its commit."""

    def __init__(self, *, db: Database, store: NoticeStore, clock: Clock, settings: NoticeSettings) -> None:
        """Work on `store`; who tells what is registered with :meth:`told_by`."""
        self._db = db
        self._store = store
        self._clock = clock
        self._settings = settings
        self._tellers: dict[Kind, Teller] = {}
        self._courier = Courier(self.tell)

    def told_by(self, kind: Kind, teller: Teller) -> None:
        """Register who tells one kind of notice."""
        self._tellers[kind] = teller

    def add(self, notices: Iterable[NewNotice]) -> tuple[str, ...]:
        """Have these told once the open transaction is committed; one statement for all.

        :returns: their identifiers, in the same order.
        """
        now = self._clock.now()
        added = [
            Notice(
                id=identifier(),
                kind=new.kind,
                client_id=new.client_id,
                payload=new.payload,
                state=State.WAITING,
                attempts=0,
                due_at=now,
                created_at=now,
                ended_at=None,
                last_error=None,
            )
            for new in notices
        ]
        if added:
            with self._db.transaction():
                self._store.add(added)
                self._db.after_commit(lambda: self._send(added))
        return tuple(notice.id for notice in added)

    def tell(self, notice_id: str) -> bool:
        """Try one notice, unless it is not due or somebody else is at it; tells whether it was tried."""
        return self._tell(self._claim(notice_id))

    def tell_due(self) -> bool:
        """Try the notice that has waited longest; False when none is due."""
        return self._tell(self._claim(None))

    def list(self, *, state: State | None = None, limit: int = 1000) -> tuple[Notice, ...]:
        """Give the notices of the outbox, the newest first."""
        return self._store.list(state=state, limit=limit)

    def found(self, notice_ids: Sequence[str]) -> tuple[Notice, ...]:
        """Give those of the notices that are still kept; no statement for none."""
        return self._store.found(notice_ids) if notice_ids else ()

    def retry(self, notice_id: str) -> None:
        """Have a notice that was not told tried again now.

        :raises UnknownNoticeError: there is none that was not told.
        """
        if not self._store.revive(notice_id, now=self._clock.now()):
            raise UnknownNoticeError

    def retry_all(self) -> int:
        """Have every notice that was not told tried again now; gives how many."""
        return self._store.revive(None, now=self._clock.now())

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` notices that were told or given up long enough ago; gives how many."""
        return self._store.purge(ended_before=now - timedelta(days=self._settings.keep_days), limit=limit)

    def close(self, *, wait_seconds: float = 2.0) -> None:
        """Let what is being told be told."""
        self._courier.stop(wait_seconds=wait_seconds)

    def _send(self, added: Iterable[Notice]) -> None:
        for notice in added:
            self._courier.send(notice.id)

    def _claim(self, notice_id: str | None) -> Notice | None:
        now = self._clock.now()
        return self._store.claim(now=now, until=now + _LEASE, notice_id=notice_id)

    def _tell(self, notice: Notice | None) -> bool:
        if notice is None:
            return False
        failure = self._told(notice)
        now = self._clock.now()
        if failure is None:
            self._store.end(notice.id, state=State.TOLD, at=now, error=None)
        elif failure in FINAL or notice.attempts >= self._settings.attempts:
            self._store.end(notice.id, state=State.GIVEN_UP, at=now, error=failure.value)
        else:
            self._store.put_off(notice.id, until=now + self._pause(notice.attempts), error=failure.value)
        return True

    def _told(self, notice: Notice) -> Failure | None:
        # Outside a transaction: it waits for somebody else's server.
        try:
            return self._tellers[notice.kind](notice)
        except Exception as error:  # noqa: BLE001 - counted as a try, or it would be tried for ever
            log.error("notice %s could not be told: %s", notice.id, type(error).__name__)  # noqa: TRY400 - its text may quote
            return Failure.FAULT

    def _pause(self, attempts: int) -> timedelta:
        return policy.pause(
            attempts,
            first=timedelta(seconds=self._settings.first_pause_seconds),
            longest=timedelta(seconds=self._settings.longest_pause_seconds),
        )
