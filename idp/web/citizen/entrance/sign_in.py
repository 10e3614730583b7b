"""Sign in with a sign-in name and a password. Nothing here tells whether an account exists."""

from __future__ import annotations

from flask import redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from idp.authentication.errors import CodeNeededError, SignInRefusedError, SlowDownError
from idp.passkeys.errors import PasskeyError, UnknownCredentialError
from idp.web import errors
from idp.web.access import public
from idp.web.citizen.arriving import Arrival, admit, arrival, go_on, origin
from idp.web.citizen.entrance import sign_in_code
from idp.web.citizen.passkeys import ceremonies
from idp.web.context import current_session, leaving_session, services
from idp.web.forms import Form, Problem, problems
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("sign_in", __name__, url_prefix="/sign-in")


class SignInForm(Form):
    """Sign-in name and password."""

    username = StringField(validators=[InputRequired(_l("Enter your sign-in name or email address."))])
    password = PasswordField(validators=[InputRequired(_l("Enter your password."))])


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask who is there; a citizen who is signed in and came by themselves goes straight on."""
    came = arrival()
    if not came.another and leaving_session() is not None:
        return redirect(came.to("closing.form"), code=303)
    if came.pending is None and not (came.again or came.another) and current_session() is not None:
        return go_on(came)
    return _page(came, login=came.login_hint)


@bp.post("")
@public
@limited("sign_in")
@own_transactions
def submit() -> ResponseReturnValue:
    """Check the password and start a new session."""
    came, entered = arrival(), SignInForm()
    if not entered.validate():
        return _page(came, login=entered.username.data or "", found=problems(entered))
    try:
        signed = services().authentication.sign_in(
            login=entered.username.data,
            password=entered.password.data,
            origin=origin(),
            previous_session=came.previous_session,
        )
    except CodeNeededError as needed:
        return sign_in_code.asked_for(came, needed.half_secret)
    except SignInRefusedError:
        refused = Problem("username", _("The sign-in name or the password is not right."))
        return _page(came, login=entered.username.data, found=(refused,))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return admit(redirect(came.onward, code=303), came, signed)


def refused_passkey(came: Arrival, refused: PasskeyError) -> ResponseReturnValue:
    """Show the page again for somebody whose passkey did not get them in."""
    unknown = isinstance(refused, UnknownCredentialError)
    gone = ceremonies.credential_named() if unknown else ""
    found = (Problem("", ceremonies.said(refused)),)
    return _page(came, login="", found=found, gone=gone, elsewhere=True)


def _page(
    came: Arrival, *, login: str, found: tuple[Problem, ...] = (), gone: str = "", elsewhere: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "citizen/entrance/sign_in.html",
        came=came,
        asking=came.asking,
        beside=came.another and current_session() is not None,
        login=login,
        problems=found,
        gone=gone,
        elsewhere=elsewhere,
        rp=services().passkeys.rp_id,
    )
    return page, 422 if found else 200
