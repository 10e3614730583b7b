"""Which account to use for a service: the one signed in here, or another (OpenID Connect Core §3.1.2.1)."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from idp.web import context
from idp.web.access import citizen
from idp.web.citizen.arriving import Arrival
from idp.web.pages import page_blueprint

bp = page_blueprint("choose_account", __name__, url_prefix="/choose-account")


@bp.get("/<interaction>")
@citizen
def form(interaction: str) -> ResponseReturnValue:
    """Show the account of this browser and the way to another one."""
    pending = context.pending(interaction)
    return render_template(
        "citizen/choose_account.html", asking=Arrival(pending=pending).asking, login=context.sign_in_name()
    )


@bp.post("/<interaction>")
@citizen
def submit(interaction: str) -> ResponseReturnValue:
    """Note the choice, or go to sign in as somebody else."""
    pending = context.pending(interaction)
    if request.form.get("account") == "other":
        return redirect(url_for("sign_in.form", interaction=interaction), code=303)
    context.services().interactions.note(pending.interaction, account_chosen=context.signed_in().sid)
    return redirect(context.onward(interaction), code=303)
