"""Change the sign-in name: a fresh sign-in and the password, or a fresh sign-in with a passkey."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.accounts.errors import InvalidLoginError, LoginTakenError
from idp.authentication.errors import SameLoginError, SignInRefusedError, SlowDownError
from idp.vault.errors import VaultChangedError
from idp.web import errors
from idp.web.access import citizen
from idp.web.citizen import refusals
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, sign_in_name, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("sign_in_name", __name__, url_prefix="/security/name")

_NAME = "username"
_PASSWORD = "current_password"  # noqa: S105 - the name of a field
_REFUSALS = (InvalidLoginError, LoginTakenError, SameLoginError, SignInRefusedError, VaultChangedError)


@bp.get("")
@citizen
def form() -> ResponseReturnValue:
    """Ask for the new name."""
    return sign_in_again(url_for("sign_in_name.form")) or _page("")


@bp.post("")
@citizen
@limited("sign_up")
@own_transactions
def change() -> ResponseReturnValue:
    """Change it."""
    if stale := sign_in_again(url_for("sign_in_name.form")):
        return stale
    typed, session = text(_NAME), signed_in()
    if missing := _missing():
        return _page(typed, *missing)
    try:
        services().authentication.change_login(session, new=typed, password=text(_PASSWORD))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    except _REFUSALS as refused:
        return _page(typed, _said(refused))
    flash(_("Your sign-in name is changed. Use the new one from now on."), "success")
    return redirect(url_for("security.index"), code=303)


def _missing() -> list[Problem]:
    """List what was left empty, in the order of the page."""
    found = [] if text(_NAME).strip() else [Problem(_NAME, refusals.of_login("missing"))]
    if services().authentication.needs_password_to_rename(signed_in()) and not text(_PASSWORD):
        found.append(Problem(_PASSWORD, _("Enter your password.")))
    return found


def _said(refused: Exception) -> Problem:
    if isinstance(refused, InvalidLoginError):
        return Problem(_NAME, refusals.of_login(refused.code))
    if isinstance(refused, LoginTakenError):
        return Problem(_NAME, _("This sign-in name cannot be used. Choose another one."))
    if isinstance(refused, SameLoginError):
        return Problem(_NAME, _("This is your sign-in name already. Enter another one."))
    if isinstance(refused, SignInRefusedError):
        return Problem(_PASSWORD, _("This is not your password."))
    return Problem(_NAME, _("Your details were changed at the same moment, so nothing happened. Send it again."))


def _page(typed: str, *found: Problem) -> ResponseReturnValue:
    page = render_template(
        "citizen/security/name.html",
        problems=found,
        login=sign_in_name(),
        typed=typed,
        wants_password=services().authentication.needs_password_to_rename(signed_in()),
    )
    return page, 422 if found else 200
