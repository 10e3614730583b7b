"""One passkey: what is known of it, its name, the vault that it opens or could open, and its removal."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from idp.passkeys.errors import LastWayInError, NameRefusedError, TooFewWaysError, UnknownPasskeyError
from idp.passkeys.policy import MAX_NAME
from idp.web.access import citizen
from idp.web.citizen.arriving import arrival
from idp.web.citizen.freshness import sign_in_again
from idp.web.citizen.security.passkeys import ShownPasskey, of_name, shown
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.pages import page_blueprint

bp = page_blueprint("passkey", __name__, url_prefix="/security/passkeys/one")

_NAME = "name"


@bp.get("/<passkey>")
@citizen
def show(passkey: str) -> ResponseReturnValue:
    """Show it."""
    one = _one(passkey)
    return _page(one, one.name)


@bp.post("/<passkey>")
@citizen
def rename(passkey: str) -> ResponseReturnValue:
    """Give it another name."""
    one, typed = _one(passkey), text(_NAME)
    try:
        services().passkeys.rename(signed_in(), passkey, name=typed)
    except NameRefusedError as refused:
        return _page(one, typed, Problem(_NAME, of_name(refused)))
    flash(_("Your passkey has its new name."), "success")
    return redirect(arrival().to("passkey.show", passkey=passkey), code=303)


@bp.get("/<passkey>/remove")
@citizen
def asked(passkey: str) -> ResponseReturnValue:
    """Say what removing it means, or why it cannot be removed yet."""
    if stale := sign_in_again(url_for("passkey.asked", passkey=passkey)):
        return stale
    return _removal_page(_one(passkey))


@bp.post("/<passkey>/remove")
@citizen
def remove(passkey: str) -> ResponseReturnValue:
    """Take it away."""
    if stale := sign_in_again(url_for("passkey.asked", passkey=passkey)):
        return stale
    one = _one(passkey)
    try:
        services().passkeys.remove(signed_in(), passkey)
    except (LastWayInError, TooFewWaysError):
        return _removal_page(one)
    flash(_("Your passkey is removed. Delete it on your device as well, or the device goes on to offer it."), "success")
    return redirect(url_for("passkeys.index"), code=303)


def _one(passkey: str) -> ShownPasskey:
    try:
        return shown(services().passkeys.one(signed_in(), passkey))
    except UnknownPasskeyError:
        raise NotFound from None


def _page(one: ShownPasskey, typed: str, *found: Problem) -> ResponseReturnValue:
    page = render_template(
        "citizen/passkeys/one.html",
        came=arrival(),
        passkey=one,
        name=typed,
        longest=MAX_NAME,
        vault_open=signed_in().vault_key is not None,
        problems=found,
    )
    return page, 422 if found else 200


def _removal_page(one: ShownPasskey) -> ResponseReturnValue:
    try:
        services().passkeys.require_removable(signed_in(), one.id)
    except LastWayInError:
        return render_template("citizen/passkeys/needed.html", passkey=one, last=True), 409
    except TooFewWaysError:
        return render_template("citizen/passkeys/needed.html", passkey=one, last=False), 409
    return render_template("citizen/passkeys/remove.html", passkey=one)
