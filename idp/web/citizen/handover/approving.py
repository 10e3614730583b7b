"""Approve the sign-in of another device, or refuse it, where the citizen is signed in.

An address and a code prove nothing about who sent them: whoever is talked into approving signs a stranger in. So the
page says which browser asks, roughly from where and since when, warns, and wants the number that stands on its screen.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from idp.crypto.typed_codes import normalised, spelt
from idp.handover import errors as wrong
from idp.handover.policy import read_number
from idp.handover.values import Waiting
from idp.web import limits
from idp.web.access import citizen
from idp.web.citizen.arriving import origin
from idp.web.citizen.freshness import sign_in_again
from idp.web.citizen.security.devices import place_name
from idp.web.citizen.wording import began
from idp.web.context import services, sign_in_name, signed_in
from idp.web.forms import Problem, text
from idp.web.pages import page_blueprint
from idp.web.problems import TooManyRequestsError

bp = page_blueprint("approve", __name__, url_prefix="/approve")

_CODE = "code"
_NUMBER = "number"
_UNPROCESSABLE = 422
_GONE = 410
_SORRY = {
    wrong.UnknownHandoverError: (
        _l("No device waits here"),
        _l("The code is mistyped, or it is too old, or the other device has begun anew."),
    ),
    wrong.HandoverExpiredError: (
        _l("Too much time has passed"),
        _l("An approval has to come within five minutes. Nobody was signed in."),
    ),
    wrong.HandoverSettledError: (
        _l("This was answered already"),
        _l("An approval works once, for one device. Nothing more has happened now."),
    ),
    wrong.WrongNumberError: (
        _l("That was not the number"),
        _l("Nobody was signed in. What the other device shows does not work any more."),
    ),
}


@bp.get("")
@citizen
def form() -> ResponseReturnValue:
    """Ask for the code that the other screen shows."""
    return _code_page("")


@bp.post("")
@citizen
def typed() -> ResponseReturnValue:
    """Go on to what the code stands for."""
    code = normalised(text(_CODE))
    if code is None:
        return _code_page(text(_CODE), _("Enter the eight letters that the other screen shows.")), _UNPROCESSABLE
    return redirect(url_for("approve.look", named=code), code=303)


@bp.get("/<named>")
@citizen
def look(named: str) -> ResponseReturnValue:
    """Show who asks, before anything happens."""
    if stale := sign_in_again(url_for("approve.look", named=named)):
        return stale
    try:
        return _page(named, _found(named))
    except wrong.HandoverError as error:
        return _sorry(error)


@bp.post("/<named>")
@citizen
def answer(named: str) -> ResponseReturnValue:
    """Approve or refuse, for good."""
    if stale := sign_in_again(url_for("approve.look", named=named)):
        return stale
    try:
        waiting = _found(named)
        if request.form.get("action") != "approve":
            services().handover.refuse(signed_in(), waiting)
            return redirect(url_for("approve.refused"), code=303)
        if (number := read_number(text(_NUMBER))) is None:
            return _page(named, waiting, _("Enter the two figures that the other screen shows.")), _UNPROCESSABLE
        services().handover.approve(signed_in(), waiting, number=number)
    except wrong.HandoverError as error:
        return _sorry(error)
    return redirect(url_for("approve.approved"), code=303)


@bp.get("/approved")
@citizen
def approved() -> ResponseReturnValue:
    """Say that the other device goes on, and how to take it back."""
    return render_template("citizen/handover/answered.html", shared=True)


@bp.get("/refused")
@citizen
def refused() -> ResponseReturnValue:
    """Say that the other device gets nothing."""
    return render_template("citizen/handover/answered.html", shared=False)


def _found(named: str) -> Waiting:
    """Find who asks; counts a try, for the address and for the account."""
    waits = (limits.exceeded("user_code"), limits.exceeded("user_code", whose=f"account {signed_in().account_id}"))
    if wait := max(filter(None, waits), default=None):
        raise TooManyRequestsError(retry_after=wait)
    return services().handover.find(named, origin=origin())


def _code_page(code: str, problem: str | None = None) -> str:
    found = () if problem is None else (Problem(_CODE, problem),)
    return render_template("citizen/handover/code.html", code=code, problems=found)


def _page(named: str, waiting: Waiting, problem: str | None = None) -> str:
    found = () if problem is None else (Problem(_NUMBER, problem),)
    return render_template(
        "citizen/handover/approve.html",
        named=named,
        waiting=waiting,
        place=place_name(waiting.place),
        since=began(waiting.created_at, now=services().clock.now()),
        code=spelt(code) if (code := normalised(named)) else None,
        name=sign_in_name(),
        problems=found,
    )


def _sorry(error: wrong.HandoverError) -> ResponseReturnValue:
    """Say why nothing happens; each case in words of its own."""
    title, paragraph = _SORRY.get(type(error), _SORRY[wrong.UnknownHandoverError])
    return render_template("citizen/handover/sorry.html", title=title, paragraph=paragraph), _GONE
