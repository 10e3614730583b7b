"""Telling services of changed details: what the use case is put together from."""

from idp.activity.service import ActivityService
from idp.claims.catalogue import Catalogue
from idp.clock import Clock
from idp.consent.events import ServiceEvents
from idp.consent.service import ConsentService
from idp.consent.store import GrantStore
from idp.consent.telling import Tellings
from idp.consent.telling_store import ToldStore
from idp.notices.service import NoticeService
from idp.storage.db import Database


def build_tellings(
    *,
    db: Database,
    consent: ConsentService,
    events: ServiceEvents,
    notices: NoticeService,
    activity: ActivityService,
    catalogue: Catalogue,
    clock: Clock,
) -> Tellings:
    """Build it on the same rows as the choices that it changes."""
    return Tellings(
        db=db,
        store=ToldStore(db=db),
        grants=GrantStore(db=db),
        consent=consent,
        events=events,
        notices=notices,
        activity=activity,
        catalogue=catalogue,
        clock=clock,
    )
