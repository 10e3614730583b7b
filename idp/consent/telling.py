"""Telling services of a changed detail: sealed anew for those that the citizen picks, and for no other.

A service that is not picked keeps the value that it has until its citizen signs in there again. What is remembered of
each telling are names and identifiers; whether the service has heard is asked of the outbox, and whether it has looked
of the grant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from idp.activity.values import Entry, Kind
from idp.consent.errors import GrantGoneError
from idp.consent.release import vault_key
from idp.consent.sealed import SharedValues, open_values, seal_values, unwrap_key
from idp.consent.told import Difference, Holding, Progress, Telling, Told
from idp.consent.values import Grant
from idp.crypto.secrets import identifier
from idp.notices.values import Notice, State

if TYPE_CHECKING:
    from idp.activity.service import ActivityService
    from idp.authentication.values import Session
    from idp.claims.catalogue import Catalogue
    from idp.clock import Clock
    from idp.consent.events import ServiceEvents
    from idp.consent.service import ConsentService
    from idp.consent.store import GrantStore
    from idp.consent.telling_store import ToldStore
    from idp.notices.service import NoticeService
    from idp.storage.db import Database

#: How long the page remembers who was told.
KEPT_DAYS: Final = 30


class Tellings:
    """The use case "tell them"."""

    def __init__(
        self,
        *,
        db: Database,
        store: ToldStore,
        grants: GrantStore,
        consent: ConsentService,
        events: ServiceEvents,
        notices: NoticeService,
        activity: ActivityService,
        catalogue: Catalogue,
        clock: Clock,
    ) -> None:
        self._db = db
        self._store = store
        self._grants = grants
        self._consent = consent
        self._events = events
        self._notices = notices
        self._activity = activity
        self._catalogue = catalogue
        self._clock = clock

    def holders(self, session: Session, *, claim: str, attribute_id: str) -> tuple[Holding, ...]:
        """Return the services that have a detail, with what each has differently. Nothing is written."""
        now = self._clock.now()
        return tuple(
            Holding(grant, self._events.heard_by(grant.client_id), self._differences(grant, session, forms))
            for grant in self._consent.shared_with(session.account_id)
            if grant.live(now) and (forms := self._forms(grant, claim, attribute_id))
        )

    def tell(self, session: Session, *, claim: str, attribute_id: str, grant_ids: Collection[str]) -> int:
        """Give the services that were picked the present value, and tell them so; gives how many got it.

        One that has it already, or that the citizen stopped meanwhile, is passed over. All or none in one commit.

        :raises GrantGoneError: a choice was made anew in another window at this moment; look again.
        """
        picked = [each for each in self.holders(session, claim=claim, attribute_id=attribute_id) if each.differences]
        picked = [each for each in picked if each.grant.id in grant_ids]
        with self._db.transaction():
            for holding in picked:
                self._give(holding, session, attribute_id=attribute_id)
        return len(picked)

    def told(self, account_id: str, attribute_id: str) -> tuple[Telling, ...]:
        """Return who was told of a detail lately and what became of it, the newest first."""
        rows = self._store.of_detail(account_id, attribute_id)
        grants = {grant.id: grant for grant in self._consent.shared_with(account_id)} if rows else {}
        notices = {
            notice.id: notice for notice in self._notices.found([one.notice_id for one in rows if one.notice_id])
        }
        return tuple(
            _telling(told, grants[told.grant_id], notices.get(told.notice_id or ""))
            for told in rows
            if told.grant_id in grants
        )

    def retry(self, account_id: str, attribute_id: str, told_id: str) -> bool:
        """Have a service that could not be reached told again; tells whether there was something to tell."""
        for telling in self.told(account_id, attribute_id):
            notice = telling.told.notice_id
            if telling.told.id == told_id and notice and telling.progress in (Progress.TRYING, Progress.UNREACHABLE):
                self._notices.retry(notice)
                return True
        return False

    def purge(self, now: datetime, limit: int) -> int:
        """Forget at most `limit` tellings from long ago; gives how many."""
        return self._store.purge(before=now - timedelta(days=KEPT_DAYS), limit=limit)

    def _give(self, holding: Holding, session: Session, *, attribute_id: str) -> None:
        grant, now = holding.grant, self._clock.now()
        grant_key = unwrap_key(grant, vault_key=vault_key(session))
        fresh = self._consent.values_now(grant, session=session)
        forms = [each.claim for each in holding.differences]
        shared = _merged(open_values(grant, grant_key=grant_key), fresh, self._with_companions(forms))
        # The vault's version stays: what else changed is sealed when the citizen signs in there again.
        sealed = replace(
            grant,
            claims=shared.claims,
            claims_sealed=seal_values(shared, grant=grant, grant_key=grant_key),
            sealed_at=now,
        )
        if not self._grants.reseal(sealed, as_of=grant.updated_at):
            raise GrantGoneError
        notice = self._events.claims_updated(client_id=grant.client_id, sub=grant.sub, claims=forms)
        self._store.put(Told(identifier(), grant.account_id, attribute_id, grant.id, notice, now))
        self._activity.record(
            Entry(account_id=grant.account_id, kind=Kind.TOLD, client_id=grant.client_id, claims=tuple(forms))
        )

    def _forms(self, grant: Grant, claim: str, attribute_id: str) -> tuple[str, ...]:
        """Return the forms in which a grant gives this very detail."""
        found = []
        for decision in grant.decisions:
            definition = self._catalogue.find(decision.form)
            if not decision.allowed or definition is None or decision.attribute_id not in (None, attribute_id):
                continue
            if (definition.derived_from or definition.name) == claim:
                found.append(decision.form)
        return tuple(dict.fromkeys(found))

    def _differences(self, grant: Grant, session: Session, forms: Sequence[str]) -> tuple[Difference, ...]:
        had = self._consent.opened(grant, session=session)
        if had is None:
            return ()
        fresh = self._consent.values_now(grant, session=session)
        return tuple(
            Difference(form, had.values.get(form), fresh.values[form])
            for form in forms
            if form in fresh.values and fresh.values[form] != had.values.get(form)
        )

    def _with_companions(self, forms: Collection[str]) -> frozenset[str]:
        return frozenset(forms) | {name for form in forms for name in self._catalogue.companions(form)}


def _merged(had: SharedValues, fresh: SharedValues, names: Collection[str]) -> SharedValues:
    """Put the present values of some names among those that the service has."""
    values = {name: value for name, value in had.values.items() if name not in names}
    values |= {name: value for name, value in fresh.values.items() if name in names}
    changed = {**had.changed, **{name: moment for name, moment in fresh.changed.items() if name in names}}
    return replace(had, values=values, changed=changed)


def _telling(told: Told, grant: Grant, notice: Notice | None) -> Telling:
    if grant.last_used_at is not None and grant.last_used_at > told.told_at:
        return Telling(told, grant.client_id, Progress.FETCHED, grant.last_used_at)
    if told.notice_id is None:
        return Telling(told, grant.client_id, Progress.WAITING, told.told_at)
    if notice is None or notice.state is State.TOLD:
        at = told.told_at if notice is None or notice.ended_at is None else notice.ended_at
        return Telling(told, grant.client_id, Progress.TOLD, at)
    if notice.state is State.GIVEN_UP:
        return Telling(told, grant.client_id, Progress.UNREACHABLE, notice.ended_at or told.told_at)
    progress = Progress.UNDER_WAY if notice.last_error is None else Progress.TRYING
    return Telling(told, grant.client_id, progress, told.told_at)
