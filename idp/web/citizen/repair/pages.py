"""Putting an account right: who it is, what is left to do, and the end."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.errors import RecoveryCodeMismatchError
from idp.letters.errors import LinkGoneError
from idp.repair.errors import NotFinishedError, NotProvedError
from idp.repair.values import Proof
from idp.web import cookies, limits
from idp.web.access import citizen, public, while_locked
from idp.web.citizen.arriving import Arrival, arrival, go_on
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.problems import TooManyRequestsError

bp = page_blueprint("repair", __name__, url_prefix="/repair")

_FIELD = "recovery_code"


@bp.get("")
@citizen
@while_locked
def index() -> ResponseReturnValue:
    """Ask who it is, or show what is left to do."""
    came, session = arrival(), signed_in()
    if session.repair_since is None:
        return go_on(came)
    proof = services().repair.proof(session, browser=cookies.repair())
    if not proof.given:
        return _proof_page(came, proof)
    progress = services().repair.progress(session)
    return render_template("citizen/repair/progress.html", came=came, progress=progress)


@bp.post("/send")
@citizen
@while_locked
@limited("mail")
def send() -> ResponseReturnValue:
    """Have a letter sent to the address that was there before."""
    session, came = signed_in(), arrival()
    wait = limits.exceeded("mail", whose=f"account {session.account_id}")
    if wait is not None:
        raise TooManyRequestsError(retry_after=wait)
    if session.repair_since is not None and services().repair.proof(session, browser=None).by_letter:
        services().repair.send_letter(session)
        flash(_("We have sent a letter. Open the link in it in this browser."), "success")
    return redirect(came.to("repair.index"), code=303)


@bp.post("/code")
@citizen
@while_locked
@limited("recovery")
def prove() -> ResponseReturnValue:
    """Take the recovery code as proof."""
    came, session, typed = arrival(), signed_in(), text(_FIELD)
    if session.repair_since is None:
        return go_on(came)
    try:
        services().repair.prove_by_code(session, typed)
    except RecoveryCodeMismatchError:
        return _proof_page(came, None, _("This is not a whole recovery code. Check every letter and digit."))
    except NotProvedError:
        return _proof_page(came, None, _("This is not your recovery code from before the account was locked."))
    return redirect(came.to("repair.index"), code=303)


@bp.get("/letter/<secret>")
@public
def letter(secret: str) -> ResponseReturnValue:
    """Ask before the link is used up."""
    works = services().repair.can_open_letter(secret)
    return render_template("citizen/repair/letter.html", works=works), 200 if works else 410


@bp.post("/letter/<secret>")
@public
@limited("recovery")
def open_letter(secret: str) -> ResponseReturnValue:
    """Take the link as proof that the mail is read."""
    try:
        browser = services().repair.open_letter(secret)
    except LinkGoneError:
        return render_template("citizen/repair/letter.html", works=False), 410
    answer = redirect(url_for("repair.index"), code=303)
    cookies.set_repair(answer, browser)
    return answer


@bp.post("/finish")
@citizen
@while_locked
def finish() -> ResponseReturnValue:
    """Open the account again."""
    came = arrival()
    try:
        services().repair.finish(signed_in(), browser=cookies.repair())
    except (NotProvedError, NotFinishedError):
        return redirect(came.to("repair.index"), code=303)
    flash(_("Your account is open again. Every other browser is signed out."), "success")
    answer = go_on(came)
    cookies.clear_repair(answer)
    return answer


def _proof_page(came: Arrival, proof: Proof | None, problem: str | None = None) -> ResponseReturnValue:
    if proof is None:
        proof = services().repair.proof(signed_in(), browser=cookies.repair())
    found = () if problem is None else (Problem(_FIELD, problem),)
    page = render_template("citizen/repair/proof.html", came=came, proof=proof, problems=found)
    return page, 422 if found else 200
