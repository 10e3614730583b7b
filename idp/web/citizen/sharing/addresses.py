"""Private addresses: which service has one, how much came through it, and muting or ending it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.relay.errors import NowhereToForwardError, UnknownAddressError
from idp.relay.values import PrivateAddress, Standing
from idp.web.access import citizen
from idp.web.citizen.details.held import service_name
from idp.web.context import services, signed_in
from idp.web.forms import safe_next
from idp.web.pages import page_blueprint

bp = page_blueprint("addresses", __name__, url_prefix="/private-addresses")


@bp.app_template_global("private_mail")
def private_mail() -> bool:
    """Tell templates whether this deployment gives private addresses out."""
    return services().relay.on


@bp.app_template_global("private_addresses")
def of_service(client_id: str) -> tuple[PrivateAddress, ...]:
    """Give templates the addresses that a service has of this citizen and that have not ended."""
    known = services().relay.addresses(signed_in().account_id)
    return tuple(one for one in known if one.client_id == client_id and one.standing is not Standing.ENDED)


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List them, those that forward first."""
    known = services().relay.addresses(signed_in().account_id)
    alive = [(service_name(one.client_id), one) for one in known if one.standing is not Standing.ENDED]
    ended = [(service_name(one.client_id), one) for one in known if one.standing is Standing.ENDED]
    return render_template("citizen/sharing/addresses.html", alive=alive, ended=ended, on=services().relay.on)


@bp.post("/<address>/mute")
@citizen
def mute(address: str) -> ResponseReturnValue:
    """Let an address take no mail for now."""
    try:
        services().relay.mute(signed_in().account_id, address)
    except UnknownAddressError:
        return _gone()
    flash(_("The address is muted. Mail to it is turned away until you unmute it."), "success")
    return _back()


@bp.post("/<address>/unmute")
@citizen
def unmute(address: str) -> ResponseReturnValue:
    """Let it forward again."""
    try:
        services().relay.unmute(signed_in().account_id, address)
    except UnknownAddressError:
        return _gone()
    except NowhereToForwardError:
        flash(_("Add an email address to your details first: there is none to forward to."), "warning")
        return _back()
    flash(_("The address forwards to you again."), "success")
    return _back()


@bp.get("/<address>/end")
@citizen
def asked_to_end(address: str) -> ResponseReturnValue:
    """Say what ending it means before it happens."""
    found = _own(address)
    return render_template("citizen/sharing/address_end.html", service=service_name(found.client_id), address=found)


@bp.post("/<address>/end")
@citizen
def end(address: str) -> ResponseReturnValue:
    """End it for good."""
    try:
        services().relay.end(signed_in().account_id, address)
    except UnknownAddressError:
        return _gone()
    flash(_("The address has ended. Mail to it is turned away from now on."), "success")
    return _back()


def _own(address: str) -> PrivateAddress:
    """Find an address of this citizen that has not ended; anybody else's does not exist here."""
    known = services().relay.addresses(signed_in().account_id)
    found = next((one for one in known if one.id == address and one.standing is not Standing.ENDED), None)
    if found is None:
        abort(404)
    return found


def _gone() -> ResponseReturnValue:
    flash(_("That address has ended already."), "warning")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("next")) or url_for("addresses.index"), code=303)
