"""The code after the password, for a citizen who has set up an authenticator app.

Nobody is signed in yet: what the browser holds is a secret of its own cookie, good for five minutes and a few codes.
"""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp.authentication.errors import CodeRefusedError, SlowDownError, StartAgainError
from idp.web import cookies, errors
from idp.web.access import public
from idp.web.citizen.arriving import Arrival, admit, arrival, origin
from idp.web.context import services
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("sign_in_code", __name__, url_prefix="/sign-in/code")

_FIELD = "code"


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask for the code; whoever gave no password here starts with that."""
    came = arrival()
    if not services().authentication.is_half_signed_in(cookies.half()):
        return _start_again(came)
    return _page(came)


@bp.post("")
@public
@limited("sign_in")
@own_transactions
def submit() -> ResponseReturnValue:
    """Check the code and start a new session."""
    came, typed = arrival(), text(_FIELD)
    if not typed.strip():
        return _page(came, _("Enter the code that your app shows."))
    try:
        signed = services().authentication.finish_sign_in(
            half_secret=cookies.half(), code=typed, origin=origin(), previous_session=came.previous_session
        )
    except StartAgainError:
        return _start_again(came)
    except CodeRefusedError:
        return _page(came, _("This is not the code of this moment, or it was used before. Wait for the next one."))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    answer = admit(redirect(came.onward, code=303), came, signed)
    cookies.clear_half(answer)
    return answer


def asked_for(came: Arrival, half_secret: str) -> Response:
    """Send a citizen whose password was right on to this page."""
    answer = redirect(came.to("sign_in_code.form"), code=303)
    cookies.set_half(answer, half_secret)
    return answer


def _start_again(came: Arrival) -> Response:
    flash(_("Too much time has passed, or too many codes were tried. Enter your password again."), "warning")
    answer = redirect(came.to("sign_in.form", again="yes"), code=303)
    cookies.clear_half(answer)
    return answer


def _page(came: Arrival, problem: str | None = None) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_FIELD, problem),)
    page = render_template("citizen/entrance/sign_in_code.html", came=came, asking=came.asking, problems=found)
    return page, 422 if found else 200
