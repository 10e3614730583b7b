"""The front page: what this is, or, for a citizen who is signed in, what needs them."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from idp.web.access import public
from idp.web.context import current_session, services
from idp.web.pages import page_blueprint

bp = page_blueprint("home", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Welcome whoever is here."""
    session = current_session()
    if session is None:
        return render_template("citizen/welcome.html")
    ready = services().vault.ready(session.account_id)
    return render_template("citizen/home.html", ready=ready)
