"""The language switch of the footer: remember the choice and go back."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from idp.web import languages
from idp.web.access import public
from idp.web.forms import safe_next
from idp.web.pages import page_blueprint

bp = page_blueprint("language", __name__)


@bp.get("/language/<code>")
@public
def choose(code: str) -> Response:
    """Set the language cookie; a plain link, so that it works on error pages and without scripts."""
    answer = redirect(safe_next(request.args.get("next")) or url_for("home.index"), code=303)
    languages.choose(answer, code)
    return answer
