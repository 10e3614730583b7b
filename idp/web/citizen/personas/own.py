"""A detail that a persona has of its own: another nickname, an e-mail address that only it uses."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.claims import countries
from idp.claims.errors import InvalidDetailError
from idp.claims.values import ClaimDefinition
from idp.vault.errors import (
    DetailHeldError,
    TooManyDetailsError,
    UnknownDetailError,
    VaultChangedError,
    VaultError,
    VaultNotReadyError,
)
from idp.vault.personas import Persona
from idp.vault.policy import MAX_LABEL
from idp.vault.values import Attribute, NewDetail
from idp.web.access import citizen
from idp.web.citizen.details.fields import typed_field
from idp.web.citizen.details.form import LABEL, VALUE, Fault, Typed, typed_now
from idp.web.citizen.details.held import held, live_grants
from idp.web.citizen.personas.shown import card, found, key
from idp.web.context import services, signed_in
from idp.web.forms import Problem
from idp.web.languages import current

UNPROCESSABLE = 422


@citizen
def form(persona: str, claim: str) -> ResponseReturnValue:
    """Ask for the value; one that there is one of, and that is there, is changed instead."""
    one, definition = found(persona), _definition(claim)
    present = None if definition.multiple else next(iter(one.document.values(claim)), None)
    if present is not None:
        return redirect(url_for("personas.change", persona=one.id, detail=present.id), code=303)
    return _page(one, definition, Typed())


@citizen
def save(persona: str, claim: str) -> ResponseReturnValue:
    """Keep the value for this persona only."""
    one, definition = found(persona), _definition(claim)
    typed = typed_now(definition)
    try:
        new = NewDetail(claim=claim, raw=typed.raw, label=typed.label if definition.multiple else "")
        services().vault.add(signed_in().account_id, key(), new, persona=one.id)
    except VaultNotReadyError:
        return redirect(url_for("personas.show", persona=one.id), code=303)
    except (InvalidDetailError, VaultError) as error:
        return _page(one, definition, typed, fault=_fault(error))
    return _saved(one, definition)


@citizen
def change_form(persona: str, detail: str) -> ResponseReturnValue:
    """Show the value in the inputs in which it was typed."""
    one = found(persona)
    attribute = _plain(one, detail)
    typed = Typed(attribute.value, attribute.label)
    return _page(one, services().catalogue[attribute.claim], typed, attribute=attribute)


@citizen
def change(persona: str, detail: str) -> ResponseReturnValue:
    """Keep another value; what followed a main detail is this persona's own from then on."""
    one = found(persona)
    attribute = _plain(one, detail)
    definition = services().catalogue[attribute.claim]
    typed = typed_now(definition)
    label = typed.label if definition.multiple else None
    try:
        services().vault.edit(signed_in().account_id, key(), attribute.id, typed.raw, label=label, persona=one.id)
    except (InvalidDetailError, VaultError) as error:
        return _page(one, definition, typed, fault=_fault(error), attribute=attribute)
    return _saved(one, definition)


@citizen
def ask(persona: str, detail: str) -> ResponseReturnValue:
    """Ask again before a value goes that is kept nowhere else."""
    one = found(persona)
    attribute = _attribute(one, detail)
    grants = tuple(grant for grant in live_grants() if grant.persona == one.id)
    shown = held(attribute, document=one.document, grants=grants)
    return render_template("citizen/personas/without.html", persona=card(one), held=shown, follows=attribute.follows)


@citizen
def remove(persona: str, detail: str) -> ResponseReturnValue:
    """Take it away from this persona; the main details stay as they are."""
    one = found(persona)
    attribute = _attribute(one, detail)
    try:
        services().vault.remove(signed_in().account_id, key(), attribute.id, persona=one.id)
    except (VaultChangedError, UnknownDetailError):
        return redirect(url_for("personas.show", persona=one.id), code=303)
    flash(_("This persona does not have it any longer."), "success")
    return redirect(url_for("personas.show", persona=one.id), code=303)


def _saved(persona: Persona, definition: ClaimDefinition) -> Response:
    flash(_("Your change is saved."), "success")
    to = url_for("personas.show", persona=persona.id, _anchor=definition.group)
    return redirect(to, code=303)  # type: ignore[return-value]  # werkzeug's own response


def _fault(error: InvalidDetailError | VaultError) -> Fault:
    if isinstance(error, InvalidDetailError):
        return Fault.of(error)
    if isinstance(error, DetailHeldError):
        return Fault(_("This persona has it already."))
    if isinstance(error, TooManyDetailsError):
        return Fault(_("There is no room for more. Remove one first."))
    if isinstance(error, VaultChangedError):
        return Fault(_("Something changed. Save it again."))
    raise error


def _definition(claim: str) -> ClaimDefinition:
    definition = services().catalogue.find(claim)
    if definition is None or not definition.typed:
        abort(404)
    return definition


def _attribute(persona: Persona, detail: str) -> Attribute:
    attribute = persona.document.find(detail)
    if attribute is None:
        abort(404)
    return attribute


def _plain(persona: Persona, detail: str) -> Attribute:
    attribute = _attribute(persona, detail)
    if attribute.language:
        abort(404)
    return attribute


def _page(
    persona: Persona,
    definition: ClaimDefinition,
    typed: Typed,
    *,
    fault: Fault | None = None,
    attribute: Attribute | None = None,
) -> Response:
    at_value = fault if fault and fault.part != LABEL else None
    inputs = typed_field(
        VALUE,
        definition.name,
        definition.format,
        label=definition.label[current()],
        hint=definition.help[current()],
        raw=typed.raw,
        error=at_value.message if at_value else None,
        faulty=at_value.part if at_value else None,
    )
    body = render_template(
        "citizen/personas/own.html",
        persona=card(persona),
        definition=definition,
        field=inputs,
        label=definition.label[current()],
        own_label=typed.label,
        own_label_error=fault.message if fault and fault.part == LABEL else None,
        own_label_length=MAX_LABEL,
        follows=attribute is not None and attribute.follows,
        problems=[] if fault is None else [Problem(inputs.target if at_value else LABEL, fault.message)],
        countries=[name for _code, name in countries.listing(current())]
        if any(part.control.type == "country" for part in inputs.parts)
        else [],
    )
    return make_response(body, 200 if fault is None else UNPROCESSABLE)
