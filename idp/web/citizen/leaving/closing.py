"""Closing the account, and keeping it after all while there is time."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.portability.errors import AlreadyLeavingError, NotLeavingError
from idp.web.access import citizen, public
from idp.web.citizen.arriving import arrival, go_on
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import forget_session, leaving_session, services, signed_in
from idp.web.forms import Problem
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.signing_out import signed_out

bp = page_blueprint("closing", __name__, url_prefix="/leaving")

_SURE = "sure"


@bp.get("/close")
@citizen
def ask() -> ResponseReturnValue:
    """Say what ends, and when."""
    return sign_in_again(url_for("closing.ask")) or _asking_page()


@bp.post("/close")
@citizen
@limited("leaving")
def close() -> ResponseReturnValue:
    """Let the account end."""
    if stale := sign_in_again(url_for("closing.ask")):
        return stale
    if request.form.get(_SURE) != "yes":
        return _asking_page((Problem(_SURE, _("Tick the box if you want to close your account.")),))
    try:
        services().portability.closing.begin(signed_in())
    except AlreadyLeavingError:
        return redirect(url_for("home.index"), code=303)
    forget_session()
    return redirect(url_for("closing.form"), code=303)


@bp.get("/closing")
@public
def form() -> ResponseReturnValue:
    """Offer to keep an account that ends; there is nothing else to do in it."""
    session, came = leaving_session(), arrival()
    if session is None or session.closes_at is None:
        return redirect(url_for("home.index"), code=303)
    return render_template("citizen/leaving/closing.html", closes_at=session.closes_at, came=came, asking=came.asking)


@bp.post("/closing")
@public
@limited("leaving")
def keep() -> ResponseReturnValue:
    """Keep the account."""
    session, came = leaving_session(), arrival()
    if session is None:
        return redirect(url_for("home.index"), code=303)
    try:
        services().portability.closing.keep(session)
    except NotLeavingError:
        return redirect(url_for("home.index"), code=303)
    forget_session()
    flash(_("You keep your account. Everything in it is as it was; sharing stays stopped."), "success")
    return go_on(came)


@bp.post("/closing/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, and leave the account to its end."""
    session = leaving_session()
    frames = () if session is None else services().logout.sign_out(session)
    answer = signed_out(frames, onward=url_for("home.index"))
    flash(_("You are signed out of Proffer on this browser."), "success")
    return answer


def _asking_page(found: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    days = services().settings.leaving.grace_days
    page = render_template("citizen/leaving/close.html", days=days, problems=found)
    return page, 422 if found else 200
