"""Passkeys: the list of them, and adding one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.passkeys.errors import NameRefusedError, PasskeyError, TooManyPasskeysError
from idp.passkeys.policy import MAX_NAME
from idp.passkeys.values import Named, Passkey
from idp.web.access import citizen
from idp.web.citizen.arriving import Arrival, arrival
from idp.web.citizen.freshness import sign_in_again
from idp.web.citizen.passkeys import ceremonies
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("passkeys", __name__, url_prefix="/security/passkeys")

_NAME = "name"


@dataclass(frozen=True, slots=True)
class ShownPasskey:
    """A passkey for a page."""

    id: str
    #: The citizen's own word for it, or the browser that it was added in.
    name: str
    browser: str
    added: datetime
    used: datetime | None
    synced: bool
    may_sync: bool
    opens_vault: bool
    #: It could open the vault, and does not yet.
    could_open: bool
    suspected: datetime | None


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List them."""
    found = [shown(named) for named in services().passkeys.named(signed_in())]
    return render_template("citizen/passkeys/list.html", passkeys=found)


@bp.get("/add")
@citizen
def add() -> ResponseReturnValue:
    """Say what a passkey is, and let the browser make one."""
    if stale := sign_in_again(request.full_path.rstrip("?")):
        return stale
    came = arrival()
    if signed_in().vault_key is None:
        return redirect(url_for("vault.index", next=came.to("passkeys.add")), code=303)
    return _add_page(came, signed_in().browser)


@bp.post("/options")
@citizen
@limited("passkey")
def options() -> ResponseReturnValue:
    """Give the script what to make a passkey with."""
    if sign_in_again(url_for("passkeys.add")) is not None:
        return {"message": _("Your sign-in is no longer fresh. Load this page again.")}, 403
    try:
        return ceremonies.challenge(services().passkeys.begin_registration(signed_in()))
    except TooManyPasskeysError as full:
        return {"message": ceremonies.said(full)}, 409


@bp.post("/add")
@citizen
@limited("sign_in")
@own_transactions
def keep() -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    came, typed = arrival(), text(_NAME)
    if stale := sign_in_again(came.to("passkeys.add")):
        return stale
    name = "" if typed.strip() == signed_in().browser else typed
    try:
        made = services().passkeys.register(signed_in(), ceremonies.answered(), name=name)
    except NameRefusedError as refused:
        return _add_page(came, typed, Problem(_NAME, of_name(refused)))
    except PasskeyError as refused:
        return _add_page(came, typed, Problem("", ceremonies.said(refused)))
    return _kept(came, made)


def shown(named: Named) -> ShownPasskey:
    """Put a passkey into words for a page."""
    passkey = named.passkey
    return ShownPasskey(
        id=passkey.id,
        name=named.name or passkey.browser or str(_("A passkey without a name")),
        browser=passkey.browser,
        added=passkey.created_at,
        used=passkey.used_at,
        synced=passkey.backed_up,
        may_sync=passkey.backup_eligible,
        opens_vault=passkey.slot_id is not None,
        could_open=passkey.has_prf and passkey.slot_id is None,
        suspected=passkey.suspected_at,
    )


def of_name(refused: NameRefusedError) -> str:
    """Say what is wrong with a name."""
    if refused.code == "missing":
        return str(_("Enter a name for the passkey."))
    if refused.code == "too_long":
        return str(_("Use at most %(count)s characters for the name.", count=MAX_NAME))
    return str(_("Use only letters, digits and signs that can be seen in the name."))


def _kept(came: Arrival, made: Passkey) -> ResponseReturnValue:
    if made.slot_id is None:
        flash(_("Your passkey is added and signs you in."), "success")
        return redirect(came.to("passkey.show", passkey=made.id), code=303)
    flash(_("Your passkey is added. It signs you in and opens your vault."), "success")
    return redirect(came.onward if came.query else url_for("passkeys.index"), code=303)


def _add_page(came: Arrival, typed: str, *found: Problem) -> ResponseReturnValue:
    page = render_template(
        "citizen/passkeys/add.html", came=came, asking=came.asking, name=typed, longest=MAX_NAME, problems=found
    )
    return page, 422 if found else 200
