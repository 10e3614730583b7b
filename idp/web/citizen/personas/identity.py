"""As whom a service knows the citizen, changed without signing on there."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.clients.values import Client
from idp.consent.errors import UnrequestedClaimError
from idp.consent.values import ONE_TIME, Grant
from idp.vault.values import MAIN
from idp.web.access import citizen
from idp.web.citizen.personas.shown import card, key
from idp.web.context import personas, services, signed_in
from idp.web.languages import current


@citizen
def form(grant: str) -> ResponseReturnValue:
    """Show as whom it knows the citizen now, and who else it could be."""
    held, client = _found(grant)
    return render_template(
        "citizen/personas/known_as.html",
        grant=held,
        service=client.name(current()),
        live=held.live(services().clock.now()),
        personas=[card(persona) for persona in personas()],
    )


@citizen
def save(grant: str) -> ResponseReturnValue:
    """Take the choice; what the service has under the identity before ends at once."""
    held, client = _found(grant)
    chosen = request.form.get("known_as", MAIN)
    if chosen in (held.persona, ONE_TIME):
        return redirect(url_for("sharing.service", grant=held.id), code=303)
    try:
        services().logout.change_identity(signed_in(), client, chosen)
    except UnrequestedClaimError:
        abort(404)
    flash(_("Done. At your next visit there you choose what they get, and they see a new person."), "success")
    return redirect(url_for("sharing.index"), code=303)


def _found(grant_id: str) -> tuple[Grant, Client]:
    """Return the grant by which a service knows the citizen now, and the service; the page of 404 for any other."""
    key()
    account_id = signed_in().account_id
    grant = next((one for one in services().consent.shared_with(account_id) if one.id == grant_id), None)
    client = None if grant is None else services().clients.get(grant.client_id)
    if grant is None or client is None or not grant.pinned or grant.one_time:
        abort(404)
    return grant, client
