"""Pausing, resuming and keeping longer: one button each, and the page of the service says what it did."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.consent.errors import GrantGoneError
from idp.web.access import citizen
from idp.web.citizen.sharing.own import own
from idp.web.citizen.wording import day_words
from idp.web.context import services
from idp.web.forms import safe_next
from idp.web.pages import page_blueprint

bp = page_blueprint("standing", __name__, url_prefix="/sharing")


@bp.post("/<grant>/pause")
@citizen
def pause(grant: str) -> ResponseReturnValue:
    """Let nothing leave for now; pausing twice is as good as once."""
    pausing = own(grant)
    try:
        services().sharing.pause(account_id=pausing.account_id, grant_id=pausing.id)
    except GrantGoneError:
        return _back(grant)
    flash(_("Sharing is paused. The service learns nothing until you resume."), "success")
    return _back(grant)


@bp.post("/<grant>/resume")
@citizen
def resume(grant: str) -> ResponseReturnValue:
    """Let leave again what was let go before."""
    resuming = own(grant)
    try:
        services().consent.resume(account_id=resuming.account_id, grant_id=resuming.id)
    except GrantGoneError:
        return _back(grant)
    flash(_("Sharing goes on as you chose before."), "success")
    return _back(grant)


@bp.post("/<grant>/extend")
@citizen
def extend(grant: str) -> ResponseReturnValue:
    """Keep a choice as it is for longer."""
    keeping = own(grant)
    try:
        until = services().consent.extend(account_id=keeping.account_id, grant_id=keeping.id)
    except GrantGoneError:
        flash(_("This has ended. Choose anew at your next visit to the service."), "warning")
        return _back(grant)
    flash(_("You share with this service until %(date)s.", date=day_words(until)), "success")
    return _back(grant)


def _back(grant: str) -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("next")) or url_for("sharing.service", grant=grant), code=303)
