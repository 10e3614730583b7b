"""Changing a detail, also when another window was faster."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from idp.claims.errors import InvalidDetailError
from idp.vault.errors import DetailHeldError, UnknownDetailError, VaultChangedError
from idp.vault.values import Attribute, Document
from idp.web.access import citizen
from idp.web.citizen.details import language
from idp.web.citizen.details.form import CONFLICT, LANGUAGE, UNPROCESSABLE, Fault, Typed, show, typed_now
from idp.web.citizen.details.held import held, live_grants, opened
from idp.web.context import services, signed_in

_TEMPLATE = "citizen/details/change.html"


@citizen
def form(detail: str) -> ResponseReturnValue:
    """Show the value in the inputs in which it was typed."""
    document, attribute = find(detail)
    return _page(document, attribute, Typed(attribute.value, attribute.label, attribute.language or None))


@citizen
def save(detail: str) -> ResponseReturnValue:
    """Save the new value, unless what was on the page is no longer what is saved."""
    try:
        document, attribute = find(detail)
    except NotFound:
        return _gone()
    typed = replace(typed_now(services().catalogue[attribute.claim]), language=attribute.language or None)
    if request.form.get("seen") != seen(attribute):
        return _page(document, attribute, typed, template="citizen/details/conflict.html", status=CONFLICT)
    try:
        _edit(document, attribute, typed)
    except VaultChangedError:
        document, attribute = find(detail)
        return _page(document, attribute, typed, template="citizen/details/conflict.html", status=CONFLICT)
    except (InvalidDetailError, DetailHeldError) as error:
        return _page(document, attribute, typed, fault=_fault(error), status=UNPROCESSABLE)
    flash(_("Your change is saved."), "success")
    return redirect(_onward(attribute), code=303)


def _onward(attribute: Attribute) -> str:
    """Lead to the services that have the value before, where there are any; else back to the list."""
    holders = services().tellings.holders(signed_in(), claim=attribute.claim, attribute_id=attribute.id)
    if not attribute.language and any(holding.differences for holding in holders):
        return url_for("details.ask_tell", detail=attribute.id)
    return url_for("details.index", _anchor=attribute.id)


def _gone() -> Response:
    """Offer what was typed for a detail that was removed meanwhile as a new one."""
    definition = services().catalogue.find(request.form.get("claim", ""))
    if definition is None or not definition.typed:
        abort(404)
    if definition.languages and LANGUAGE in request.form:
        return language.again(definition)
    return show("citizen/details/add.html", definition, typed_now(definition), status=CONFLICT, gone=True)


def find(detail: str) -> tuple[Document, Attribute]:
    """Open the vault and find a detail; the page of 404 when it is gone, the list when the vault is locked."""
    document = opened()
    if document is None:
        abort(redirect(url_for("details.index"), code=303))
    attribute = document.find(detail)
    if attribute is None:
        abort(404)
    return document, attribute


def seen(attribute: Attribute) -> str:
    """Mark the state of a detail, to notice that it changed under a form."""
    return f"{attribute.changed_at.isoformat()} {attribute.label}"


def _edit(document: Document, attribute: Attribute, typed: Typed) -> None:
    session = signed_in()
    multiple = services().catalogue[attribute.claim].multiple
    key = session.vault_key
    if key is None:
        raise UnknownDetailError
    services().vault.edit(
        session.account_id,
        key,
        attribute.id,
        typed.raw,
        label=typed.label if multiple else None,
        expected_version=document.version,
    )


def _fault(error: InvalidDetailError | DetailHeldError) -> Fault:
    return Fault.of(error) if isinstance(error, InvalidDetailError) else Fault(_("You have added this already."))


def _page(
    document: Document,
    attribute: Attribute,
    typed: Typed,
    *,
    template: str = _TEMPLATE,
    fault: Fault | None = None,
    status: int = 200,
) -> Response:
    return show(
        template,
        services().catalogue[attribute.claim],
        typed,
        fault=fault,
        status=status,
        held=held(attribute, document=document, grants=live_grants()),
        seen=seen(attribute),
    )
