"""Entries of the ledger about leaving."""

from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, Entry, Kind
from idp.authentication.values import Session


def note(activity: ActivityService, session: Session, kind: Kind) -> None:
    """Record what a citizen did in a session."""
    facts = {BROWSER: session.browser} if session.browser else {}
    activity.record(Entry(account_id=session.account_id, kind=kind, facts=facts))
