"""Which organisations there are, what will be asked there, and the way there and back."""

from __future__ import annotations

import logging

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.crypto.secrets import token
from idp.organisations.errors import CancelledError, OrganisationError, SubjectChangedError, Trouble, UpstreamError
from idp.organisations.values import Organisation, Return
from idp.vault.errors import VaultError
from idp.web import cookies, errors, headers
from idp.web.access import citizen, public
from idp.web.context import current_session, services, signed_in
from idp.web.languages import current
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

_log = logging.getLogger(__name__)

bp = page_blueprint("organisations", __name__, url_prefix="/organisations")

#: What may come back to a redirect URI, each at most once (RFC 6749 §3.1, RFC 9207).
_RETURNED = {"code": "code", "state": "state", "iss": "issuer", "error": "error"}
_LONGEST = 4096


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List the organisations."""
    listed = [(each.id, each.name(current())) for each in services().organisations.directory]
    return render_template("citizen/organisations/list.html", organisations=listed)


@bp.get("/<organisation>")
@citizen
def ask(organisation: str) -> ResponseReturnValue:
    """Explain what will be asked, before anything is."""
    found, session = _organisation(organisation), signed_in()
    if session.vault_key is None or not services().vault.ready(session.account_id):
        return redirect(url_for("details.index"), code=303)
    # The button leads there, through a redirect of ours.
    headers.allow_form_redirect(found.issuer)
    organisations = services().organisations
    labels = [services().catalogue[claim].label[current()] for claim in found.settings.details]
    return render_template(
        "citizen/organisations/ask.html",
        organisation=found,
        name=found.name(current()),
        labels=labels,
        held=[services().catalogue[claim].label[current()] for claim in organisations.held_from(found, session)],
    )


@bp.post("/<organisation>")
@citizen
@limited("organisations")
@own_transactions
def go(organisation: str) -> ResponseReturnValue:
    """Send the browser there."""
    found, browser = _organisation(organisation), cookies.flow() or token()
    try:
        url = services().organisations.set_out(found, signed_in(), browser=browser)
    except UpstreamError as error:
        return _trouble(error, found)
    answer = redirect(url, code=303)
    if cookies.flow() != browser:
        cookies.set_flow(answer, browser)
    return answer


@bp.post("/<organisation>/remove")
@citizen
@own_transactions
def remove(organisation: str) -> ResponseReturnValue:
    """Remove everything that is held on its word."""
    found = _organisation(organisation)
    try:
        services().organisations.remove_all(found, signed_in())
    except VaultError:
        changed = _("Your details were changed in another window. Look again: nothing was saved yet.")
        flash(changed, "warning")
        return redirect(url_for("organisations.ask", organisation=found.id), code=303)
    flash(_("What came from %(name)s is removed from your details.", name=found.name(current()).text), "success")
    return redirect(url_for("details.index"), code=303)


@bp.get("/<organisation>/back")
@public
@limited("organisations", methods=("GET",))
def back(organisation: str) -> ResponseReturnValue:
    """Take up what the browser brings back. A GET, as the standard has it; it uses up a row of this very browser."""
    found = _organisation(organisation)
    try:
        arrival = services().organisations.come_back(
            found, _returned(), current_session(), browser=cookies.flow() or ""
        )
    except OrganisationError as error:
        return _trouble(error, found)
    # The code must not stay in the address.
    return redirect(url_for("arrivals.show", arrival=arrival), code=303)


def _returned() -> Return:
    told = {field: request.args.getlist(name) for name, field in _RETURNED.items()}
    if any(len(values) > 1 or any(len(value) > _LONGEST for value in values) for values in told.values()):
        return Return()
    return Return(**{field: values[0] for field, values in told.items() if values})


def _organisation(organisation_id: str) -> Organisation:
    found = services().organisations.directory.find(organisation_id)
    if found is None:
        abort(404)
    return found


def _trouble(error: OrganisationError, organisation: Organisation) -> ResponseReturnValue:
    """Say what happened and what to do; the log has which rule was broken, and nothing of what was sent."""
    name = organisation.name(current()).text
    if isinstance(error, CancelledError):
        title, why, status = _("Nothing was brought"), _("You said no at %(name)s.", name=name), 200
    elif isinstance(error, SubjectChangedError):
        title, status = _("This is another account"), 409
        why = _(
            "You signed in at %(name)s with another account than before. Sign out there and try again with the account "
            "that you used before, or first remove the details that came from it.",
            name=name,
        )
    elif isinstance(error, UpstreamError):
        _log.warning("organisation %s: %s", organisation.id, error.reason)
        title, status = _("Nothing came from %(name)s", name=name), 502
        why = {
            Trouble.SILENT: _("It did not answer. Try again in a few minutes."),
            Trouble.REFUSED: _("It refused to answer. Try again; if it happens again, tell whoever runs it."),
            Trouble.UNSOUND: _("Its answer could not be trusted. Try again; if it happens again, tell us."),
        }[error.trouble]
    else:
        title, status = _("This way has ended"), 410
        why = _("It took too long, was used before, or began in another browser. Start again from your details.")
    return errors.problem_page(status, title, why, _("Nothing was saved, and your details are as they were."))
