"""What came from an organisation, beside what is held: the citizen decides, and only then anything is saved."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.claims.display import display
from idp.claims.values import Sensitivity
from idp.consent.page import Origin
from idp.organisations.errors import ArrivalGoneError, SubjectChangedError
from idp.organisations.values import Arrival, Offer, Standing
from idp.vault.errors import VaultChangedError, VaultError
from idp.vault.values import Attribute
from idp.web import errors
from idp.web.access import citizen
from idp.web.context import services, signed_in
from idp.web.languages import current
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("arrivals", __name__, url_prefix="/brought")

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Shown:
    """One detail that came, as the page shows it."""

    claim: str
    label: str
    standing: Standing
    masked: bool
    came: str = field(repr=False)
    assurance: str
    checked: bool
    held: str = field(repr=False)
    origin: Origin | None


@bp.get("/<arrival>")
@citizen
def show(arrival: str) -> ResponseReturnValue:
    """Show what came beside what is held."""
    return _look(arrival)


@bp.post("/<arrival>")
@citizen
@own_transactions
def keep(arrival: str) -> ResponseReturnValue:
    """Take over what is ticked, or show again what has changed meanwhile."""
    version = request.form.get("seen", "")
    if not version.isdecimal() or len(version) > 9:  # noqa: PLR2004 - no vault is changed that often
        abort(400)
    try:
        kept = services().organisations.keep(arrival, signed_in(), claims=_chosen(), seen_version=int(version))
    except (ArrivalGoneError, SubjectChangedError):
        return _gone()
    except VaultChangedError:
        return _look(arrival, changed=True)
    except VaultError:
        return errors.problem_page(CONFLICT, _("There is no room for more"), _("Remove some of your details first."))
    flash(_said(kept), "success")
    return redirect(url_for("details.index"), code=303)


@bp.post("/<arrival>/discard")
@citizen
def discard(arrival: str) -> ResponseReturnValue:
    """Throw away what came."""
    services().organisations.discard(arrival, signed_in())
    flash(_("What came was thrown away. Your details are as they were."), "success")
    return redirect(url_for("details.index"), code=303)


def _chosen() -> frozenset[str]:
    replaced = {
        name.partition("-")[2] for name, value in request.form.items() if (name[:7], value) == ("choice-", "theirs")
    }
    return frozenset(request.form.getlist("keep")) | replaced


def _said(kept: int) -> str:
    return str(_("What you chose is kept.") if kept else _("Nothing was kept. Your details are as they were."))


def _gone() -> ResponseReturnValue:
    return errors.problem_page(
        410,
        _("This has been decided or has ended"),
        _("What came waits for half an hour, in the browser where you asked for it. Bring it again if you want it."),
    )


def _look(arrival: str, *, changed: bool = False) -> ResponseReturnValue:
    try:
        page = _page(services().organisations.arrival(arrival, signed_in()), changed=changed)
    except (ArrivalGoneError, SubjectChangedError):
        return _gone()
    return page, CONFLICT if changed else 200


def _page(arrival: Arrival, *, changed: bool = False) -> str:
    shown = [_shown(offer) for offer in arrival.offers]
    return render_template(
        "citizen/organisations/arrival.html",
        arrival=arrival,
        name=arrival.organisation.name(current()),
        offers=[one for one in shown if one.standing is not Standing.UNUSABLE],
        unusable=[one.label for one in shown if one.standing is Standing.UNUSABLE],
        changed=changed,
    )


def _shown(offer: Offer) -> Shown:
    catalogue = services().catalogue
    definition = catalogue[offer.claim]
    return Shown(
        claim=offer.claim,
        label=definition.label[current()],
        standing=offer.standing,
        masked=definition.sensitivity is Sensitivity.SENSITIVE,
        came="" if offer.value is None else display(catalogue, offer.claim, offer.value, language=current()),
        assurance=offer.assurance,
        checked=offer.checked_at is not None,
        held=display(catalogue, offer.claim, offer.held.value, language=current()) if offer.held else "",
        origin=_origin(offer.held) if offer.held else None,
    )


def _origin(attribute: Attribute) -> Origin:
    return Origin(
        kind=attribute.source.kind,
        name=attribute.source.name,
        added_at=attribute.changed_at,
        assurer=attribute.assurer or "",
        checked_at=attribute.checked_at,
        assurance=attribute.assurance,
    )
