"""Stay signed in: the warning's question and its answer."""

from __future__ import annotations

from flask import jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from idp.web import cookies
from idp.web.access import citizen, public
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint
from idp.web.session_left import left

bp = page_blueprint("staying", __name__, url_prefix="/session")


@bp.get("/left")
@public
def ask() -> ResponseReturnValue:
    """Tell how long the session of this browser lasts, in seconds, without keeping it; nothing when there is none."""
    secret = cookies.session_secret()
    session = services().authentication.session_at_rest(secret) if secret else None
    if session is None:
        return jsonify(rests=0, ends=0)
    found = left(session, used=False)
    return jsonify(rests=found.rests, ends=found.ends, token=generate_csrf())


@bp.post("/stay")
@citizen
def stay() -> ResponseReturnValue:
    """Let the session rest from now on; it still ends when it would have at the latest."""
    services().authentication.stay(signed_in())
    return redirect(url_for("staying.ask"), code=303)
