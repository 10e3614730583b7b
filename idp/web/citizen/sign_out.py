"""Sign out of this browser. A page asks first, so that no link or image can do it."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.web import context, cookies
from idp.web.access import public
from idp.web.pages import page_blueprint

bp = page_blueprint("sign_out", __name__, url_prefix="/sign-out")


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask whether to sign out; nobody signed in is said so."""
    return render_template("citizen/sign_out.html", signed_in=context.current_session() is not None)


@bp.post("")
@public
def submit() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    if secret := cookies.session_secret():
        context.services().authentication.sign_out(secret)
    session.clear()
    context.forget_session()
    flash(_("You are signed out of Proffer on this browser."), "success")
    answer = redirect(url_for("home.index"), code=303)
    cookies.clear_session(answer)
    return answer
