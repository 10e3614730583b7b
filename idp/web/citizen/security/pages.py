"""Sign-in and security: the password, the code application, the recovery code, and the browsers that are signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from idp.authentication.errors import PasswordRefusedError, SignInRefusedError, SlowDownError
from idp.web import errors
from idp.web.access import citizen
from idp.web.citizen import refusals
from idp.web.citizen.arriving import arrival
from idp.web.citizen.entrance.recovery_code import shown_once
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, sign_in_name, signed_in
from idp.web.forms import Form, Problem, problems
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("security", __name__, url_prefix="/security")


class PasswordForm(Form):
    """The password now, and the one to come."""

    current_password = PasswordField(validators=[InputRequired(_l("Enter your password."))])
    new_password = PasswordField(validators=[InputRequired(_l("Enter a new password."))])


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List the ways in, and in how many browsers the account is open."""
    session = signed_in()
    return render_template(
        "citizen/security/security.html",
        name=sign_in_name(),
        slots={slot.kind: slot for slot in services().vault.slots(session.account_id)},
        browsers=len(services().authentication.sessions_of(session.account_id)),
        passkeys=len(services().passkeys.of(session.account_id)),
        has_app=services().authentication.has_code_app(session.account_id),
        letters_on=services().letters.on,
        contact=services().letters.contacts.of(session.account_id),
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
            signed_in(), current=entered.current_password.data, new=entered.new_password.data
        )
    except SignInRefusedError:
        return _password_page((_not_right(),))
    except PasswordRefusedError as refused:
        found = (Problem("new_password", refusals.of_password(refused.code)),)
        return _password_page(found, refusals.hints(refused.hints))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    if request.form.get("action") == "forget_devices":
        services().authentication.forget_trusted(signed_in())
    flash(_("Your password is changed. Other browsers are signed out."), "success")
    return redirect(url_for("security.index"), code=303)


@bp.get("/recovery-code")
@citizen
def renewal() -> ResponseReturnValue:
    """Explain what a new code does."""
    return sign_in_again(url_for("security.renewal")) or render_template("citizen/security/renew_recovery_code.html")


@bp.post("/recovery-code")
@citizen
@limited("sign_in")
def renew() -> ResponseReturnValue:
    """Make a new recovery code and show it."""
    if stale := sign_in_again(url_for("security.renewal")):
        return stale
    came = arrival()
    code = services().authentication.renew_recovery_code(signed_in())
    return shown_once(code, query=came.query or {"next": url_for("security.index")}, new_account=False)


def _not_right() -> Problem:
    return Problem("current_password", _("This is not your password."))


def _password_page(found: tuple[Problem, ...] = (), hints: tuple[str, ...] = ()) -> ResponseReturnValue:
    page = render_template(
        "citizen/security/password.html",
        problems=found,
        hints=hints,
        minimum=services().settings.passwords.minimum_length,
        login=sign_in_name(),
        trusted=len(services().authentication.trusted_devices(signed_in().account_id)),
    )
    return page, 422 if found else 200
