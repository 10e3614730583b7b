"""Getting back in by mail: asked for, begun from a letter, cancelled from any letter or session, and a new password."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _

from idp.authentication.errors import PasswordRefusedError, SignInRefusedError, SlowDownError
from idp.recovery.errors import RecoveryOverError
from idp.web import errors
from idp.web.access import citizen, public
from idp.web.citizen import refusals
from idp.web.citizen.arriving import Arrival, admit, origin
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("recovery_mail", __name__, url_prefix="/recover")

_LOGIN = "username"
_PASSWORD = "password"  # noqa: S105 - the name of a field
GONE = 410


@bp.get("/mail")
@public
def form() -> ResponseReturnValue:
    """Ask for the sign-in name."""
    return _form_page()


@bp.post("/mail")
@public
@limited("recovery")
def ask() -> ResponseReturnValue:
    """Have a letter sent if there is somebody to send it to; the answer does not tell."""
    login = text(_LOGIN)
    if not login.strip():
        return _form_page(_("Enter your sign-in name or email address."))
    services().recovery.ask(login)
    return redirect(url_for("recovery_mail.sent"), code=303)


@bp.get("/sent")
@public
def sent() -> ResponseReturnValue:
    """Say what happens now, to everybody the same."""
    return render_template("citizen/regaining/sent.html")


@bp.get("/mail/<secret>")
@public
def beginning(secret: str) -> ResponseReturnValue:
    """Say what beginning means, what of the vault is lost, and how long it takes."""
    try:
        waiting = services().recovery.waiting(secret)
    except RecoveryOverError:
        return render_template("citizen/regaining/begin.html", waiting=None), GONE
    return render_template("citizen/regaining/begin.html", waiting=_long(waiting))


@bp.post("/mail/<secret>")
@public
@limited("recovery")
def begin(secret: str) -> ResponseReturnValue:
    """Start the waiting time."""
    try:
        begun = services().recovery.begin(secret)
    except RecoveryOverError:
        return render_template("citizen/regaining/begin.html", waiting=None), GONE
    return render_template("citizen/regaining/begun.html", ready_at=begun.times.ready_at)


@bp.get("/cancel/<secret>")
@public
def cancelling(secret: str) -> ResponseReturnValue:
    """Ask before it is cancelled: mail programs open links by themselves."""
    works = services().recovery.can_cancel(secret)
    return render_template("citizen/regaining/cancel.html", works=works), 200 if works else GONE


@bp.post("/cancel/<secret>")
@public
@limited("recovery")
def cancel_from_letter(secret: str) -> ResponseReturnValue:
    """Cancel it."""
    try:
        services().recovery.cancel_by_letter(secret)
    except RecoveryOverError:
        return render_template("citizen/regaining/cancel.html", works=False), GONE
    return redirect(url_for("recovery_mail.cancelled"), code=303)


@bp.get("/cancelled")
@public
def cancelled() -> ResponseReturnValue:
    """Say that it is cancelled, and what else to do."""
    return render_template("citizen/regaining/cancelled.html")


@bp.post("/cancel")
@citizen
def cancel() -> ResponseReturnValue:
    """Cancel it as the citizen who is signed in."""
    try:
        services().recovery.cancel_by(signed_in())
    except RecoveryOverError:
        flash(_("There is nothing to cancel any more."), "info")
    else:
        flash(_("Getting back in by mail is cancelled. The link in the letters works no more."), "success")
    return redirect(url_for("home.index"), code=303)


@bp.get("/password/<secret>")
@public
def password(secret: str) -> ResponseReturnValue:
    """Ask for a new password, and say again what it opens."""
    if not services().recovery.can_set_password(secret):
        return render_template("citizen/regaining/too_late.html"), GONE
    return _password_page()


@bp.post("/password/<secret>")
@public
@limited("recovery")
@own_transactions
def set_password(secret: str) -> ResponseReturnValue:
    """Set it and sign in; the vault stays locked."""
    typed = text(_PASSWORD)
    if not typed:
        return _password_page(_("Enter a new password."))
    try:
        signed = services().recovery.set_password(secret, new=typed, origin=origin())
    except (RecoveryOverError, SignInRefusedError):
        return render_template("citizen/regaining/too_late.html"), GONE
    except PasswordRefusedError as refused:
        return _password_page(refusals.of_password(refused.code), refusals.hints(refused.hints))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    # While the account is locked, letters went to the address from before: a proof that a stranger does not have.
    services().repair.recovered_by_mail(signed.account_id, signed.sid)
    return admit(redirect(url_for("vault.index"), code=303), Arrival(), signed)


def _form_page(problem: str | None = None) -> ResponseReturnValue:
    if not services().letters.on:
        abort(404)
    found = () if problem is None else (Problem(_LOGIN, problem),)
    return render_template("citizen/regaining/form.html", problems=found), 422 if found else 200


def _password_page(problem: str | None = None, hints: tuple[str, ...] = ()) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_PASSWORD, problem),)
    minimum = services().settings.passwords.minimum_length
    page = render_template("citizen/regaining/password.html", problems=found, hints=hints, minimum=minimum)
    return page, 422 if found else 200


def _long(waiting: timedelta) -> str:
    return str(format_timedelta(waiting, granularity="hour", threshold=2))
