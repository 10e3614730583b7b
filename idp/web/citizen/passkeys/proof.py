"""A passkey in a session that began with less: for a service that wants more, and for a vault that is locked."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.passkeys.errors import PasskeyError, UnknownPasskeyError
from idp.web import context, cookies
from idp.web.access import citizen, while_locked
from idp.web.citizen.arriving import arrival
from idp.web.citizen.passkeys import ceremonies
from idp.web.context import services, signed_in
from idp.web.forms import safe_next
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("passkey_proof", __name__, url_prefix="/passkey")


@bp.get("")
@citizen
@while_locked
def form() -> ResponseReturnValue:
    """Lead back whoever loads the address of an answer again."""
    return redirect(arrival().onward, code=303)


@bp.post("/options")
@citizen
@while_locked
@limited("passkey")
def options() -> ResponseReturnValue:
    """Give the script a challenge for one of the citizen's own passkeys."""
    try:
        begun = services().passkeys.begin_proof(signed_in(), passkey_id=ceremonies.only_passkey())
    except UnknownPasskeyError:
        return {"message": _("You have no such passkey any more.")}, 404
    return ceremonies.challenge(begun)


@bp.post("")
@citizen
@while_locked
@limited("sign_in")
@own_transactions
def submit() -> ResponseReturnValue:
    """Check the answer, and let the session go on with what it proves."""
    came, session = arrival(), signed_in()
    try:
        proved = services().passkeys.prove(session, ceremonies.answered(), device_secret=cookies.trusted)
    except PasskeyError as refused:
        flash(ceremonies.said(refused), "warning")
        return redirect(safe_next(request.form.get("back")) or url_for("security.index"), code=303)
    context.forget_session()
    if proved.slot_added:
        flash(_("From now on this passkey opens your vault as well."), "success")
    shut = proved.vault_open and services().authentication.is_shut(session.account_id)
    answer = redirect(came.to("vault_opening.wrap") if shut else came.onward, code=303)
    cookies.set_session(answer, proved.session_secret)
    return answer
