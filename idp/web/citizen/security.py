"""Sign-in and security: the password, the recovery code, and the browsers that are signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from idp.authentication.errors import PasswordRefusedError, SignInRefusedError, SlowDownError
from idp.web import errors
from idp.web.access import citizen
from idp.web.citizen import refusals
from idp.web.citizen.arriving import origin
from idp.web.citizen.recovery_code import shown_once
from idp.web.context import services, signed_in
from idp.web.forms import Form, Problem, problems
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("security", __name__, url_prefix="/security")

_NEEDED = _l("Enter your password")


class PasswordForm(Form):
    """The password now, and the one to come."""

    current_password = PasswordField(validators=[InputRequired(_NEEDED)])
    new_password = PasswordField(validators=[InputRequired(_l("Enter a new password"))])


class RenewalForm(Form):
    """The password, asked again before the other way in changes."""

    current_password = PasswordField(validators=[InputRequired(_NEEDED)])


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List the ways in and the browsers."""
    session = signed_in()
    return render_template(
        "citizen/security.html",
        slots={slot.kind: slot for slot in services().vault.slots(session.account_id)},
        sessions=services().authentication.sessions(session.account_id),
        this_sid=session.sid,
    )


@bp.get("/password")
@citizen
def password() -> ResponseReturnValue:
    """Ask for the password now and the new one."""
    return _password_page()


@bp.post("/password")
@citizen
@limited("sign_in")
@own_transactions
def change_password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    entered = PasswordForm()
    if not entered.validate():
        return _password_page(problems(entered))
    try:
        services().authentication.change_password(
            signed_in(), entered.current_password.data, entered.new_password.data, origin=origin()
        )
    except SignInRefusedError:
        return _password_page((_not_right(),))
    except PasswordRefusedError as refused:
        found = (Problem("new_password", refusals.of_password(refused.code)),)
        return _password_page(found, refusals.hints(refused.hints))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    flash(_("Your password is changed. Other browsers are signed out."), "success")
    return redirect(url_for("security.index"), code=303)


@bp.get("/recovery-code")
@citizen
def renewal() -> ResponseReturnValue:
    """Explain what a new code does and ask for the password."""
    return _renewal_page()


@bp.post("/recovery-code")
@citizen
@limited("recovery")
@own_transactions
def renew() -> ResponseReturnValue:
    """Replace the recovery code and show the new one."""
    entered = RenewalForm()
    if not entered.validate():
        return _renewal_page(problems(entered))
    try:
        code = services().authentication.renew_recovery_code(
            signed_in(), entered.current_password.data, origin=origin()
        )
    except SignInRefusedError:
        return _renewal_page((_not_right(),))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return shown_once(code, query={"next": url_for("security.index")}, new_account=False)


@bp.post("/sessions/end")
@citizen
def end_others() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    services().authentication.sign_out_others(signed_in())
    flash(_("Every other browser is signed out."), "success")
    return redirect(url_for("security.index"), code=303)


def _not_right() -> Problem:
    return Problem("current_password", _("This is not your password"))


def _password_page(found: tuple[Problem, ...] = (), hints: tuple[str, ...] = ()) -> ResponseReturnValue:
    page = render_template(
        "citizen/password.html", problems=found, hints=hints, minimum=services().settings.passwords.minimum_length
    )
    return page, 422 if found else 200


def _renewal_page(found: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    return render_template("citizen/renew_recovery_code.html", problems=found), 422 if found else 200
