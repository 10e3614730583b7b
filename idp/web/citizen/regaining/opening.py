"""Other ways to open a locked vault: as a trusted device; and the password put right afterwards."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.errors import SignInRefusedError, SlowDownError
from idp.web import cookies, errors
from idp.web.access import citizen, while_locked
from idp.web.citizen.arriving import Arrival, arrival, go_on
from idp.web.citizen.regaining.vault import opened
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("vault_opening", __name__, url_prefix="/vault")

_PASSWORD = "password"  # noqa: S105 - the name of a field


@bp.post("/device")
@citizen
@while_locked
@limited("sign_in")
def by_device() -> ResponseReturnValue:
    """Open it by what this browser keeps."""
    came, session = arrival(), signed_in()
    try:
        secret = services().authentication.open_vault_as_device(session, secret=cookies.trusted(session.account_id))
    except SignInRefusedError:
        flash(_("This device is not trusted any more."), "warning")
        return redirect(came.to("vault.index"), code=303)
    return opened(came, secret)


@bp.get("/device")
@citizen
@while_locked
def by_device_again() -> ResponseReturnValue:
    """Lead back whoever loads the address of an answer again."""
    return redirect(arrival().to("vault.index"), code=303)


@bp.get("/anew-password")
@citizen
@while_locked
def wrap() -> ResponseReturnValue:
    """Ask for the password that a letter set, so that it opens the vault as well; nothing to do for anybody else."""
    session, came = signed_in(), arrival()
    if session.vault_key is None or not services().authentication.is_shut(session.account_id):
        return redirect(came.to("vault.index"), code=303)
    return _page(came)


@bp.post("/anew-password")
@citizen
@while_locked
@limited("sign_in")
@own_transactions
def wrapped() -> ResponseReturnValue:
    """Wrap the vault under the password."""
    came, typed = arrival(), text(_PASSWORD)
    if not typed:
        return _page(came, _("Enter your password."))
    try:
        secret = services().authentication.wrap_under(signed_in(), password=typed)
    except SignInRefusedError:
        return _page(came, _("This is not your password."))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    flash(_("Your password opens your vault again."), "success")
    answer = go_on(came)
    cookies.set_session(answer, secret)
    return answer


def _page(came: Arrival, problem: str | None = None) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_PASSWORD, problem),)
    page = render_template("citizen/regaining/wrap.html", came=came, problems=found)
    return page, 422 if found else 200
