"""Trusted devices, which open the vault by themselves: forgetting one or all, with a fresh sign-in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.web.access import citizen
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("trusted_devices", __name__, url_prefix="/security/devices/trusted")

_ALL = "all"


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
    return _back()


def _gone() -> ResponseReturnValue:
    flash(_("That device is not trusted any more."), "warning")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("devices.index"), code=303)
