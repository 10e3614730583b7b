"""Create an account: a sign-in name, a password, and the recovery code, which is shown once."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from idp.accounts.errors import InvalidLoginError, LoginTakenError
from idp.authentication.errors import PasswordRefusedError, SlowDownError
from idp.web import errors, languages
from idp.web.access import public
from idp.web.citizen import refusals
from idp.web.citizen.arriving import Arrival, admit, arrival, go_on, origin
from idp.web.citizen.entrance.recovery_code import shown_once
from idp.web.context import current_session, services
from idp.web.forms import Form, Problem, problems
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("sign_up", __name__, url_prefix="/sign-up")


class SignUpForm(Form):
    """A new sign-in name and a new password. What they may look like, their rooms decide."""

    username = StringField(validators=[InputRequired(_l("Enter a sign-in name or an email address."))])
    password = PasswordField(validators=[InputRequired(_l("Enter a password."))])


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask for a name and a password."""
    came = arrival()
    if came.pending is None and not came.another and current_session() is not None:
        return go_on(came)
    return _page(came, login=came.login_hint)


@bp.post("")
@public
@limited("sign_up")
@own_transactions
def submit() -> ResponseReturnValue:
    """Make the account, sign it in, and show its recovery code."""
    came, entered = arrival(), SignUpForm()
    if not entered.validate():
        return _page(came, login=entered.username.data or "", found=problems(entered))
    login, password = entered.username.data, entered.password.data
    try:
        signed = services().authentication.sign_up(
            login=login,
            password=password,
            origin=origin(),
            locale=languages.current(),
            previous_session=came.previous_session,
        )
    except InvalidLoginError as refused:
        return _page(came, login=login, found=(Problem("username", refusals.of_login(refused.code)),))
    except LoginTakenError:
        taken = _("This sign-in name cannot be used. Choose another one, or sign in if it is yours.")
        return _page(came, login=login, found=(Problem("username", taken),))
    except PasswordRefusedError as refused:
        found = (Problem("password", refusals.of_password(refused.code)),)
        return _page(came, login=login, found=found, hints=refusals.hints(refused.hints))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    # The code is in this answer and nowhere else: no redirect could carry it without storing it.
    answer = make_response()
    admit(answer, came, signed)
    answer.set_data(shown_once(signed.recovery_code, query=came.query, new_account=True))
    return answer


def _page(
    came: Arrival, *, login: str, found: tuple[Problem, ...] = (), hints: tuple[str, ...] = ()
) -> ResponseReturnValue:
    page = render_template(
        "citizen/entrance/sign_up.html",
        came=came,
        asking=came.asking,
        login=login,
        problems=found,
        hints=hints,
        minimum=services().settings.passwords.minimum_length,
    )
    return page, 422 if found else 200
