"""`/check-session`: the page that services put in a frame to notice that a session has ended (Session Management)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from idp.protocol.session_management import CHECK_SESSION_PATH
from idp.web import cookies
from idp.web.access import protocol

bp = Blueprint("check_session", __name__)


@bp.get(CHECK_SESSION_PATH)
@protocol
def page() -> Response:
    """Answer the page. It is the same for everybody: which session a browser has is for its script to read."""
    answer = make_response(render_template("oidc/check_session.html", cookie=cookies.name(cookies.BROWSER_STATE)))
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    # Any service may frame it (Session Management §3.3): it shows nothing, and can be asked about nothing that the
    # asking page does not know already.
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    )
    return answer
