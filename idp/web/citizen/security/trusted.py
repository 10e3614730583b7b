"""Trusted devices, which open the vault by themselves: forgetting one or all, with a fresh sign-in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp.authentication.values import Session
from idp.web import cookies
from idp.web.access import citizen
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("trusted_devices", __name__, url_prefix="/security/devices/trusted")

_ALL = "all"


@bp.get("")
@citizen
def form() -> ResponseReturnValue:
    """Say what trusting this device means."""
    if stale := sign_in_again(url_for("trusted_devices.form")):
        return stale
    if signed_in().vault_key is None:
        return redirect(url_for("vault.index", next=url_for("trusted_devices.form")), code=303)
    return render_template("citizen/security/trust.html", browser=signed_in().browser)


@bp.post("")
@citizen
def trust() -> ResponseReturnValue:
    """Let this browser open the vault from now on."""
    if stale := sign_in_again(url_for("trusted_devices.form")):
        return stale
    flash(_("This device is trusted. It opens your vault once you have signed in here."), "success")
    return trusting(_back(), signed_in())


def trusting(answer: Response, session: Session) -> Response:
    """Make this browser a trusted device of a session's citizen."""
    secret = services().authentication.trust(session, before=cookies.trusted(session.account_id))
    cookies.set_trusted(answer, session.account_id, secret)
    return answer


def is_trusted(session: Session) -> str | None:
    """Name the slot by which this browser is a trusted device; None where it is none."""
    opened = services().vault.device(session.account_id, cookies.trusted(session.account_id))
    return None if opened is None else opened.slot.id


@bp.get("/forget")
@citizen
def asked() -> ResponseReturnValue:
    """Say what forgetting means before it happens."""
    named = request.args.get("device", "")
    held = services().authentication.trusted_devices(signed_in().account_id)
    chosen = [one for one in held if named in (_ALL, one.id)]
    if not chosen:
        return _gone()
    if stale := sign_in_again(url_for("trusted_devices.asked", device=named)):
        return stale
    return render_template("citizen/security/trusted_forget.html", devices=chosen, every=named == _ALL, named=named)


@bp.post("/forget")
@citizen
def forget() -> ResponseReturnValue:
    """Forget one of them, or all."""
    named = request.form.get("device", "")
    if stale := sign_in_again(url_for("trusted_devices.asked", device=named)):
        return stale
    if not services().authentication.forget_trusted(signed_in(), None if named == _ALL else named):
        return _gone()
    flash(_("Forgotten. It no longer opens your vault."), "success")
    answer = _back()
    if is_trusted(signed_in()) is None:
        cookies.clear_trusted(answer, signed_in().account_id)
    return answer


def _gone() -> ResponseReturnValue:
    flash(_("That device is not trusted any more."), "warning")
    return _back()


def _back() -> Response:
    return redirect(url_for("devices.index"), code=303)
