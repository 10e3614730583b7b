"""“This was not me”, from a letter or from the citizen's own record: says what it does, then locks."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from idp.letters.errors import LinkGoneError
from idp.repair.errors import NoSuchRowError
from idp.web import cookies
from idp.web.access import citizen, public
from idp.web.citizen.activity.events import Event, by_day
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, signed_in
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.signing_out import signed_out

bp = page_blueprint("not_me", __name__, url_prefix="/not-me")

_LONGEST_NUMBER = 15


@bp.get("")
@citizen
def form() -> ResponseReturnValue:
    """Name the entry, and say what locking does.

    Whoever merely holds a session of somebody else's could make doubtful with it what its owner proves themselves by.
    """
    return sign_in_again(url_for("not_me.form", row=_event().sequence)) or render_template(
        "citizen/repair/not_me.html", event=_event(), works=True
    )


@bp.post("")
@citizen
def lock() -> ResponseReturnValue:
    """Lock the account of the citizen who is signed in, and sign them out here as well."""
    session, sequence = signed_in(), _event().sequence
    if stale := sign_in_again(url_for("not_me.form", row=sequence)):
        return stale
    frames = services().logout.sign_out(session)
    services().repair.locking.by_row(session, sequence)
    return signed_out(frames, onward=url_for("not_me.locked"))


@bp.get("/<secret>")
@public
def from_letter(secret: str) -> ResponseReturnValue:
    """Say what locking does. Looking at the link must not lock: mail programs do that by themselves."""
    works = services().repair.locking.can_lock(secret)
    return render_template("citizen/repair/not_me.html", event=None, works=works), 200 if works else 410


@bp.post("/<secret>")
@public
@limited("recovery")
def lock_from_letter(secret: str) -> ResponseReturnValue:
    """Lock the account that the letter was about."""
    try:
        browser = services().repair.locking.by_letter(secret)
    except LinkGoneError:
        return render_template("citizen/repair/not_me.html", event=None, works=False), 410
    answer = redirect(url_for("not_me.locked"), code=303)
    cookies.set_repair(answer, browser)
    return answer


@bp.get("/locked")
@public
def locked() -> ResponseReturnValue:
    """Say that it is locked, and what comes next."""
    return render_template("citizen/repair/locked.html")


def _event() -> Event:
    asked = request.args.get("row", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_NUMBER):
        abort(404)
    try:
        row = services().repair.locking.row(signed_in(), int(asked))
    except NoSuchRowError:
        abort(404)
    return by_day((row,))[0].events[0]
