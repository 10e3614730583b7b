"""I cannot sign in: the recovery code opens the account and sets a new password."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from idp.authentication.errors import (
    PasswordRefusedError,
    RecoveryCodeMismatchError,
    SignInRefusedError,
    SlowDownError,
)
from idp.web import errors
from idp.web.access import public
from idp.web.citizen import refusals
from idp.web.citizen.arriving import Arrival, admit, arrival, origin
from idp.web.citizen.entrance.recovery_code import shown_once
from idp.web.context import services
from idp.web.forms import Form, Problem, problems
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("recovery", __name__, url_prefix="/recover")


class RecoveryForm(Form):
    """Sign-in name, recovery code and the new password."""

    username = StringField(validators=[InputRequired(_l("Enter your sign-in name or email address."))])
    recovery_code = StringField(validators=[InputRequired(_l("Enter your recovery code."))])
    password = PasswordField(validators=[InputRequired(_l("Enter a new password."))])


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask for the recovery code."""
    came = arrival()
    return _page(came, login=came.login_hint)


@bp.post("")
@public
@limited("recovery")
@own_transactions
def submit() -> ResponseReturnValue:
    """Open the account with the code, set the password, and show the code that replaces it."""
    came, entered = arrival(), RecoveryForm()
    login = entered.username.data or ""
    if not entered.validate():
        return _page(came, login=login, found=problems(entered))
    try:
        signed = services().authentication.recover(
            login=login,
            code=entered.recovery_code.data,
            new_password=entered.password.data,
            origin=origin(),
            previous_session=came.previous_session,
        )
    except RecoveryCodeMismatchError:
        mistyped = _("This is not a whole recovery code. Check every letter and digit.")
        return _page(came, login=login, found=(Problem("recovery_code", mistyped),))
    except SignInRefusedError:
        refused = Problem("username", _("The sign-in name or the recovery code is not right."))
        return _page(came, login=login, found=(refused,))
    except PasswordRefusedError as refused_password:
        found = (Problem("password", refusals.of_password(refused_password.code)),)
        hints = refusals.hints(refused_password.hints)
        return _page(came, login=login, found=found, hints=hints)
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    # While the account is locked, the code is a proof that a stranger with the password does not have.
    services().repair.recovered(signed.account_id, signed.sid, made_at=signed.code_since)
    answer = make_response()
    admit(answer, came, signed)
    has_app = services().authentication.has_code_app(signed.account_id)
    answer.set_data(shown_once(signed.recovery_code, query=came.query, new_account=False, has_app=has_app))
    return answer


def _page(
    came: Arrival, *, login: str, found: tuple[Problem, ...] = (), hints: tuple[str, ...] = ()
) -> ResponseReturnValue:
    page = render_template(
        "citizen/entrance/recovery.html",
        came=came,
        asking=came.asking,
        login=login,
        problems=found,
        hints=hints,
        minimum=services().settings.passwords.minimum_length,
        letters_on=services().letters.on,
    )
    return page, 422 if found else 200
