"""Who is signed in in this browser: change over to another, add one, sign one or all of them out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.web import company, context, cookies
from idp.web.access import citizen, while_locked
from idp.web.pages import page_blueprint
from idp.web.signing_out import signed_out

bp = page_blueprint("accounts", __name__, url_prefix="/accounts")


@bp.get("")
@citizen
@while_locked
def index() -> ResponseReturnValue:
    """Name everybody who is signed in here."""
    people = company.people()
    return render_template("citizen/entrance/accounts.html", people=people, full=len(people) > cookies.MOST_OTHERS)


@bp.post("")
@citizen
@while_locked
def change_over() -> ResponseReturnValue:
    """Go on as another citizen of this browser."""
    answer = redirect(url_for("home.index"), code=303)
    if (chosen := company.find(request.form.get("account", ""))) is None:
        flash(_("That person is no longer signed in here."), "warning")
        return redirect(url_for("accounts.index"), code=303)
    company.change_over(answer, chosen)
    return answer


@bp.post("/sign-out")
@citizen
@while_locked
def sign_out() -> ResponseReturnValue:
    """Sign one of them out, or everybody."""
    named = request.form.get("account", "")
    gone = [one for one in company.everybody() if named in ("all", one.sid)]
    frames = context.services().logout.sign_out(*gone)
    answer = signed_out(frames, onward=url_for("home.index" if named == "all" else "accounts.index"))
    flash(_("Signed out of Proffer on this browser."), "success")
    return answer
