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
    VaultNotReadyError,
)
from idp.vault.personas import Persona
from idp.vault.values import Attribute, NewDetail
from idp.web.access import citizen
from idp.web.citizen.details.fields import typed_field
from idp.web.citizen.details.form import VALUE, Fault, Typed, typed_now
from idp.web.citizen.details.held import held, live_grants
from idp.web.citizen.personas.shown import card, found, key
from idp.web.context import services, signed_in
from idp.web.forms import Problem
from idp.web.languages import current

UNPROCESSABLE = 422


@citizen
def form(persona: str, claim: str) -> ResponseReturnValue:
    """Ask for the value; one that there is one of is shown as it is now."""
    one, definition = found(persona), _definition(claim)
    present = None if definition.multiple else next(iter(one.document.values(claim)), None)
    return _page(one, definition, Typed(present.value if present else None))


@citizen
def save(persona: str, claim: str) -> ResponseReturnValue:
    """Keep the value for this persona only."""
    one, definition = found(persona), _definition(claim)
    typed = typed_now(definition)
    try:
        _keep(one, definition, typed)
    except VaultNotReadyError:
        return redirect(url_for("personas.show", persona=one.id), code=303)
    except InvalidDetailError as error:
        return _page(one, definition, typed, fault=Fault.of(error))
    except DetailHeldError:
        return _page(one, definition, typed, fault=Fault(_("This persona has it already.")))
    except (TooManyDetailsError, VaultChangedError) as error:
        full = isinstance(error, TooManyDetailsError)
        message = _("There is no room for more. Remove one first.") if full else _("Something changed. Save it again.")
        return _page(one, definition, typed, fault=Fault(message))
    flash(_("Your change is saved."), "success")
    return redirect(url_for("personas.show", persona=one.id, _anchor=definition.group), code=303)


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


def _keep(persona: Persona, definition: ClaimDefinition, typed: Typed) -> None:
    vault, account_id = services().vault, signed_in().account_id
    present = next(iter(persona.document.values(definition.name)), None)
    if definition.multiple or present is None:
        new = NewDetail(claim=definition.name, raw=typed.raw)
        vault.add(account_id, key(), new, persona=persona.id)
    else:
        vault.edit(account_id, key(), present.id, typed.raw, persona=persona.id)


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


def _page(persona: Persona, definition: ClaimDefinition, typed: Typed, *, fault: Fault | None = None) -> Response:
    inputs = typed_field(
        VALUE,
        definition.name,
        definition.format,
        label=definition.label[current()],
        hint=definition.help[current()],
        raw=typed.raw,
        error=fault.message if fault else None,
        faulty=fault.part if fault else None,
    )
    body = render_template(
        "citizen/personas/own.html",
        persona=card(persona),
        definition=definition,
        field=inputs,
        label=definition.label[current()],
        problems=[] if fault is None else [Problem(inputs.target, fault.message)],
        countries=[name for _code, name in countries.listing(current())]
        if any(part.control.type == "country" for part in inputs.parts)
        else [],
    )
    return make_response(body, 200 if fault is None else UNPROCESSABLE)
