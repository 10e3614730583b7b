"""The front page: what this is, or, for a citizen who is signed in, what needs them."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.consent.values import Duration
from idp.web.access import public
from idp.web.citizen.sharing.shown import SharedService, shared
from idp.web.context import current_session, leaving_session, name_of, other_sessions, services
from idp.web.pages import page_blueprint

bp = page_blueprint("home", __name__)

#: How long before a standing choice is asked again the front page mentions it.
SOON = timedelta(days=30)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Welcome whoever is here."""
    session = current_session()
    if session is None and leaving_session() is not None:
        return redirect(url_for("closing.form"), code=303)
    if session is None:
        return render_template("citizen/entrance/welcome.html")
    if session.repair_since is not None:
        return redirect(url_for("repair.index"), code=303)
    ready = services().vault.ready(session.account_id)
    return render_template(
        "citizen/home.html",
        name=name_of(session),
        in_company=bool(other_sessions()),
        ready=ready,
        ending=_ending(session.account_id),
        months=services().settings.consent.reconfirm_months,
        vault_shut=session.vault_key is None,
        contact_missing=services().letters.contacts.is_missing(session.account_id),
    )


def _ending(account_id: str) -> tuple[SharedService, ...]:
    now = services().clock.now()
    return tuple(
        shared(grant)
        for grant in services().consent.shared_with(account_id)
        if grant.stands(now) and grant.duration is not Duration.ONCE and grant.reconfirm_at - now <= SOON
    )
