"""Your sharing: who learns what, why, until when; and stopping, one button away."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.consent.errors import GrantGoneError
from idp.consent.values import Grant
from idp.web.access import citizen
from idp.web.citizen.sharing.shown import State, shared
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("sharing", __name__, url_prefix="/sharing")


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List every service, those that learn something now first."""
    known = [shared(grant) for grant in services().consent.shared_with(signed_in().account_id)]
    live = [one for one in known if one.state is State.LIVE]
    ended = [one for one in known if one.state is not State.LIVE]
    return render_template("citizen/sharing/sharing.html", live=live, ended=ended)


@bp.get("/<grant>")
@citizen
def service(grant: str) -> ResponseReturnValue:
    """Show one service, whether it still learns anything or not."""
    return render_template("citizen/sharing/service.html", service=shared(_own(grant)))


@bp.post("/<grant>/stop")
@citizen
def stop(grant: str) -> ResponseReturnValue:
    """Stop sharing, at once and for good; stopping twice is as good as once."""
    stopping = _own(grant)
    try:
        services().logout.stop_sharing(account_id=stopping.account_id, grant_id=stopping.id)
    except GrantGoneError:
        return redirect(url_for("sharing.service", grant=grant), code=303)
    flash(_("Sharing has stopped."), "success")
    return redirect(url_for("sharing.service", grant=grant), code=303)


def _own(grant: str) -> Grant:
    """Find a grant of this citizen; anybody else's does not exist here."""
    grants = services().consent.shared_with(signed_in().account_id)
    found = next((one for one in grants if one.id == grant), None)
    if found is None:
        abort(404)
    return found
