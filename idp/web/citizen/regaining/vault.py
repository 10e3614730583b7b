"""A vault that the sign-in did not open: what opens it, and what is lost with it."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.errors import RecoveryCodeMismatchError, SignInRefusedError, SlowDownError
from idp.authentication.levels import is_relayed
from idp.authentication.values import Session
from idp.vault.values import SlotKind
from idp.web import context, cookies, errors
from idp.web.access import citizen, while_locked
from idp.web.citizen.arriving import Arrival, arrival, go_on
from idp.web.citizen.entrance.recovery_code import shown_once
from idp.web.citizen.security.trusted import is_trusted, trusting
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("vault", __name__, url_prefix="/vault")

_CODE = "recovery_code"
_PASSWORD = "password"  # noqa: S105 - the name of a field
_LOGIN = "username"


@bp.get("")
@citizen
@while_locked
def index() -> ResponseReturnValue:
    """Say what opens the vault, or go on where it is open."""
    came = arrival()
    return go_on(came) if signed_in().vault_key is not None else _page(came)


@bp.post("")
@citizen
@while_locked
@limited("recovery")
@own_transactions
def reopen() -> ResponseReturnValue:
    """Open it by the recovery code, and wrap it under the password."""
    came, code, typed = arrival(), text(_CODE), text(_PASSWORD)
    missing = {_CODE: (code, _("Enter your recovery code.")), _PASSWORD: (typed, _("Enter your password."))}
    if found := tuple(Problem(name, message) for name, (value, message) in missing.items() if not value.strip()):
        return _page(came, found)
    try:
        secret = services().authentication.reopen(signed_in(), code=code, password=typed)
    except RecoveryCodeMismatchError:
        return _page(came, (Problem(_CODE, _("This is not your recovery code. Check every letter and digit.")),))
    except SignInRefusedError:
        return _page(came, (Problem(_PASSWORD, _("This is not your password.")),))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return opened(came, secret)


@bp.post("/password")
@citizen
@while_locked
@limited("sign_in")
@own_transactions
def by_password() -> ResponseReturnValue:
    """Open it by the password, which signed nobody in this time."""
    came, typed = arrival(), text(_PASSWORD)
    if not typed:
        return _page(came, (Problem(_PASSWORD, _("Enter your password.")),))
    try:
        secret = services().authentication.open_vault_by_password(signed_in(), password=typed)
    except SignInRefusedError:
        return _page(came, (Problem(_PASSWORD, _("This is not your password.")),))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return opened(came, secret)


@bp.post("/recovery-code")
@citizen
@while_locked
@limited("recovery")
@own_transactions
def by_recovery_code() -> ResponseReturnValue:
    """Open it by the recovery code alone, where there is nothing to wrap it under anew."""
    came, code = arrival(), text(_CODE)
    if not code.strip():
        return _page(came, (Problem(_CODE, _("Enter your recovery code.")),))
    try:
        secret = services().authentication.open_vault_by_recovery_code(signed_in(), code=code)
    except RecoveryCodeMismatchError:
        return _page(came, (Problem(_CODE, _("This is not your recovery code. Check every letter and digit.")),))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return opened(came, secret)


@bp.get("/password", endpoint="password_again")
@bp.get("/recovery-code", endpoint="recovery_code_again")
@citizen
@while_locked
def again() -> ResponseReturnValue:
    """Lead back whoever loads the address of an answer again."""
    return redirect(arrival().to("vault.index"), code=303)


@bp.get("/new")
@citizen
@while_locked
def anew() -> ResponseReturnValue:
    """Say what is gone for good with the old vault, and ask for name and password."""
    return _elsewhere() or _anew_page(arrival())


@bp.post("/new")
@citizen
@while_locked
@limited("recovery")
@own_transactions
def begin_anew() -> ResponseReturnValue:
    """Give the old vault up, and show the recovery code of the new one."""
    came, login, typed = arrival(), text(_LOGIN), text(_PASSWORD)
    if elsewhere := _elsewhere():
        return elsewhere
    if request.form.get("action") != "gone":
        return _anew_page(came, (Problem("understood", _("Tick that you have understood what is gone.")),))
    try:
        secret, code = services().logout.begin_vault_anew(signed_in(), login=login, password=typed)
    except SignInRefusedError:
        return _anew_page(came, (Problem(_LOGIN, _("The sign-in name or the password is not right.")),))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    answer = make_response()
    cookies.set_session(answer, secret)
    context.forget_session()
    answer.set_data(shown_once(code, query=came.query, new_account=False))
    return answer


def opened(came: Arrival, secret: str) -> ResponseReturnValue:
    """Go on in a session whose vault has just been opened."""
    session = services().authentication.session(secret)
    shut = session is not None and services().authentication.is_shut(session.account_id)
    answer = redirect(came.to("vault_opening.wrap"), code=303) if shut else go_on(came)
    cookies.set_session(answer, secret)
    context.forget_session()
    if session is not None and request.form.get("action") == "trust" and _may_trust(session):
        trusting(answer, session)
    return answer


def _may_trust(session: Session) -> bool:
    """Tell whether a browser may become a trusted device: not from afar, nor while the account is locked."""
    return session.repair_since is None and not is_relayed(session.amr)


def _elsewhere() -> ResponseReturnValue | None:
    """Send away whoever can open their vault by their password, or has not shown who they are while it is locked."""
    session = signed_in()
    if session.repair_since is not None and not services().repair.proof(session, browser=cookies.repair()).given:
        return redirect(url_for("repair.index"), code=303)
    if session.vault_key is not None or not services().authentication.is_shut(session.account_id):
        return redirect(url_for("vault.index"), code=303)
    return None


def _page(came: Arrival, found: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    account_id = signed_in().account_id
    kinds = {slot.kind for slot in services().vault.slots(account_id)}
    page = render_template(
        "citizen/regaining/vault.html",
        came=came,
        problems=found,
        shut=services().authentication.is_shut(account_id),
        has_code=SlotKind.RECOVERY in kinds,
        has_passkey=SlotKind.PASSKEY in kinds,
        trusted_here=is_trusted(signed_in()) is not None,
        may_trust=_may_trust(signed_in()),
        has_password=SlotKind.PASSWORD in kinds,
        has_app=services().authentication.has_code_app(account_id),
    )
    return page, 422 if found else 200


def _anew_page(came: Arrival, found: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    has_app = services().authentication.has_code_app(signed_in().account_id)
    page = render_template("citizen/regaining/vault_anew.html", came=came, problems=found, has_app=has_app)
    return page, 422 if found else 200
