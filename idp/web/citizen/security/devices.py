"""Devices: every browser in which the account is open, and which are known from before; signing out and forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.values import SignedInBrowser
from idp.claims import countries
from idp.places import Place
from idp.web.access import citizen
from idp.web.citizen.security.trusted import is_trusted
from idp.web.context import services, signed_in
from idp.web.forms import text
from idp.web.languages import current
from idp.web.pages import page_blueprint

bp = page_blueprint("devices", __name__, url_prefix="/security/devices")

_ALL = "all"


@dataclass(frozen=True, slots=True)
class ShownBrowser:
    """A browser that is signed in, for a page."""

    sid: str
    browser: str
    system: str
    since: datetime
    last_seen: datetime
    #: In the reader's language; empty where nobody knows.
    place: str
    this_one: bool


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List where the citizen is signed in, this browser first."""
    session = signed_in()
    return render_template(
        "citizen/security/devices.html",
        browsers=_browsers(),
        known=services().authentication.known_browsers(session.account_id),
        trusted=services().authentication.trusted_devices(session.account_id),
        trusted_here=is_trusted(session),
        places=services().settings.places.database is not None,
    )


@bp.get("/sign-out")
@citizen
def asked_to_sign_out() -> ResponseReturnValue:
    """Ask before a browser, or every other one, is signed out."""
    named = request.args.get("session", "")
    others = [one for one in _browsers() if not one.this_one]
    chosen = others if named == _ALL else [one for one in others if one.sid == named]
    if not chosen:
        return _gone()
    return render_template("citizen/security/devices_sign_out.html", browsers=chosen, every=named == _ALL, named=named)


@bp.post("/sign-out")
@citizen
def sign_out() -> ResponseReturnValue:
    """Sign one of them out, or every one but this."""
    named = text("session")
    if named == _ALL:
        services().logout.sign_out_others(signed_in())
        flash(_("Every other browser is signed out."), "success")
        return _back()
    if named == signed_in().sid or not services().logout.sign_out_one(signed_in(), named):
        return _gone()
    flash(_("That browser is signed out."), "success")
    return _back()


@bp.get("/forget")
@citizen
def asked_to_forget() -> ResponseReturnValue:
    """Say what forgetting means before it happens."""
    known = services().authentication.known_browsers(signed_in().account_id)
    return render_template("citizen/security/devices_forget.html", known=known) if known else _back()


@bp.post("/forget")
@citizen
def forget() -> ResponseReturnValue:
    """Forget the browsers that are known from before."""
    services().authentication.forget_browsers(signed_in())
    flash(_("The browsers that you had signed in with are forgotten."), "success")
    return _back()


def place_name(place: Place | None) -> str:
    """Name a place in the reader's language; empty for none."""
    if place is None:
        return ""
    country = countries.name(place.country, current())
    return str(_("%(city)s, %(country)s", city=place.city, country=country)) if place.city else country


def _browsers() -> list[ShownBrowser]:
    this = signed_in()
    shown = [_shown(one, this_one=one.summary.sid == this.sid) for one in services().authentication.browsers(this)]
    return sorted(shown, key=lambda one: not one.this_one)


def _shown(one: SignedInBrowser, *, this_one: bool) -> ShownBrowser:
    return ShownBrowser(
        sid=one.summary.sid,
        browser=one.summary.browser,
        system=one.summary.system,
        since=one.summary.created_at,
        last_seen=one.summary.seen_at,
        place=place_name(one.place),
        this_one=this_one,
    )


def _gone() -> ResponseReturnValue:
    flash(_("That browser is no longer signed in, or is the one that you are using."), "warning")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("devices.index"), code=303)
