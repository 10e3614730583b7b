"""Which account to use for a service: one that is signed in here, or another (OpenID Connect Core §3.1.2.1)."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from idp.web import company, context, cookies
from idp.web.access import citizen
from idp.web.citizen.arriving import Arrival
from idp.web.pages import page_blueprint

bp = page_blueprint("choose_account", __name__, url_prefix="/choose-account")


@bp.get("/<interaction>")
@citizen
def form(interaction: str) -> ResponseReturnValue:
    """Show the accounts of this browser and the way to another one."""
    asking, people = Arrival(pending=context.pending(interaction)).asking, company.people()
    full = len(people) > cookies.MOST_OTHERS
    return render_template("citizen/entrance/choose_account.html", asking=asking, people=people, full=full)


@bp.post("/<interaction>")
@citizen
def submit(interaction: str) -> ResponseReturnValue:
    """Note the choice, or go to sign in as somebody else."""
    pending, named = context.pending(interaction), request.form.get("account", "")
    if named == "other":
        return redirect(url_for("sign_in.form", interaction=interaction, another="yes"), code=303)
    chosen = context.signed_in() if named == "current" else company.find(named)
    if chosen is None:
        # Signed out meanwhile, or timed out: the page shows who is left.
        return redirect(url_for("choose_account.form", interaction=interaction), code=303)
    context.services().interactions.note(pending.interaction, account_chosen=chosen.sid)
    answer = redirect(context.onward(interaction), code=303)
    if chosen.sid != context.signed_in().sid:
        company.change_over(answer, chosen)
    return answer
