"""Tell them: which services have a detail, and giving those that the citizen picks its present value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from idp.claims.display import display
from idp.claims.values import ClaimValue, Sensitivity
from idp.consent.errors import GrantGoneError
from idp.consent.told import Holding, Telling
from idp.vault.values import Attribute
from idp.web.access import citizen
from idp.web.citizen.details.change import find, seen
from idp.web.citizen.details.form import CONFLICT, UNPROCESSABLE
from idp.web.citizen.details.held import held, live_grants, service_name
from idp.web.context import services, signed_in
from idp.web.forms import Problem
from idp.web.languages import current

_SERVICE = "service"


@dataclass(frozen=True, slots=True)
class _Change:
    """What one service would get."""

    label: str
    masked: bool
    old: str | None = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Holder:
    """One service that has the detail."""

    grant_id: str
    name: str
    hears: bool
    changes: tuple[_Change, ...]


@citizen
def form(detail: str) -> ResponseReturnValue:
    """Show who has the detail, what each would get, and what became of earlier tellings."""
    return _page(detail)


@citizen
def tell(detail: str) -> ResponseReturnValue:
    """Give the services that were picked the value that was on the page."""
    _document, attribute = find(detail)
    if request.form.get("seen") != seen(attribute):
        return _page(detail, status=CONFLICT)
    if not (picked := request.form.getlist(_SERVICE)):
        return _page(detail, status=UNPROCESSABLE, problem=_("Choose at least one service."))
    try:
        number = services().tellings.tell(
            signed_in(), claim=attribute.claim, attribute_id=attribute.id, grant_ids=picked
        )
    except GrantGoneError:
        return _page(detail, status=CONFLICT)
    if number:
        flash(ngettext("%(num)d service has the new value.", "%(num)d services have the new value.", number), "success")
    return redirect(url_for("details.ask_tell", detail=detail), code=303)


@citizen
def retry(detail: str, told: str) -> ResponseReturnValue:
    """Have a service that could not be reached told again."""
    if services().tellings.retry(signed_in().account_id, detail, told):
        flash(_("We try again in a moment."), "success")
    return redirect(url_for("details.ask_tell", detail=detail), code=303)


def _page(detail: str, *, status: int = 200, problem: str = "") -> ResponseReturnValue:
    document, attribute = find(detail)
    body = render_template(
        "citizen/details/tell.html",
        held=held(attribute, document=document, grants=live_grants()),
        holders=[_shown(holding) for holding in _holdings(attribute)],
        tellings=[(each, service_name(each.client_id)) for each in _told(attribute)],
        picked=request.form.getlist(_SERVICE),
        seen=seen(attribute),
        changed=status == CONFLICT,
        problems=[Problem(_SERVICE, problem)] if problem else [],
        problem=problem or None,
    )
    return make_response(body, status)


def _holdings(attribute: Attribute) -> Sequence[Holding]:
    return services().tellings.holders(signed_in(), claim=attribute.claim, attribute_id=attribute.id)


def _told(attribute: Attribute) -> Sequence[Telling]:
    return services().tellings.told(signed_in().account_id, attribute.id)


def _shown(holding: Holding) -> _Holder:
    return _Holder(
        grant_id=holding.grant.id,
        name=service_name(holding.grant.client_id),
        hears=holding.hears,
        changes=tuple(
            _Change(
                services().catalogue[each.claim].label[current()],
                services().catalogue[each.claim].sensitivity is Sensitivity.SENSITIVE,
                None if each.old is None else _said(each.claim, each.old),
                _said(each.claim, each.new),
            )
            for each in holding.differences
        ),
    )


def _said(claim: str, value: ClaimValue) -> str:
    return display(services().catalogue, claim, value, language=current())
