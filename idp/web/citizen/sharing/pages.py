"""Your sharing: who learns what, why, until when; and stopping, one button away."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.consent.errors import GrantGoneError
from idp.web.access import citizen
from idp.web.citizen.sharing.own import own
from idp.web.citizen.sharing.shown import State, shared
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("sharing", __name__, url_prefix="/sharing")


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List every service, those that learn something now first."""
    known = [shared(grant) for grant in services().consent.shared_with(signed_in().account_id)]
    live = [one for one in known if one.state in (State.LIVE, State.PAUSED)]
    ended = [one for one in known if one not in live]
    return render_template("citizen/sharing/sharing.html", live=live, ended=ended)


@bp.get("/<grant>")
@citizen
def service(grant: str) -> ResponseReturnValue:
    """Show one service, whether it still learns anything or not."""
    return render_template("citizen/sharing/service.html", service=shared(own(grant)))


@bp.post("/<grant>/stop")
@citizen
def stop(grant: str) -> ResponseReturnValue:
    """Stop sharing, at once and for good; stopping twice is as good as once."""
    stopping = own(grant)
    try:
        services().logout.stop_sharing(account_id=stopping.account_id, grant_id=stopping.id)
    except GrantGoneError:
        return redirect(url_for("sharing.service", grant=grant), code=303)
    flash(_("Sharing has stopped."), "success")
    return redirect(url_for("sharing.service", grant=grant), code=303)
