"""Sign out of this browser. A page asks first, so that no link or image can do it."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.web import context
from idp.web.access import public
from idp.web.pages import page_blueprint
from idp.web.signing_out import signed_out

bp = page_blueprint("sign_out", __name__, url_prefix="/sign-out")


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask whether to sign out; nobody signed in is said so."""
    return render_template(
        "citizen/entrance/sign_out.html",
        signed_in=context.current_session() is not None,
        in_company=bool(context.other_sessions()),
    )


@bp.post("")
@public
def submit() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    session = context.current_session()
    frames = () if session is None else context.services().logout.sign_out(session)
    answer = signed_out(frames, onward=url_for("home.index"))
    flash(_("You are signed out of Proffer on this browser."), "success")
    return answer
