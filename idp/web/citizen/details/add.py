"""Adding a detail."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.claims.errors import InvalidDetailError
from idp.claims.values import ClaimDefinition
from idp.vault.errors import DetailHeldError, TooManyDetailsError, VaultNotReadyError
from idp.vault.values import NewDetail, VaultKey
from idp.web.access import citizen
from idp.web.citizen.details.form import UNPROCESSABLE, Fault, Typed, show, typed_now
from idp.web.context import services, signed_in

_TEMPLATE = "citizen/details/add.html"


@citizen
def form(claim: str) -> ResponseReturnValue:
    """Ask for the value."""
    definition = _definition(claim)
    if _key() is None or not services().vault.ready(signed_in().account_id):
        return _back()
    return show(_TEMPLATE, definition, Typed())


@citizen
def save(claim: str) -> ResponseReturnValue:
    """Add the value, or say what is wrong with it."""
    definition = _definition(claim)
    key, typed = _key(), typed_now(definition)
    if key is None:
        return _back()
    try:
        new = NewDetail(claim=claim, raw=typed.raw, label=typed.label if definition.multiple else "")
        services().vault.add(signed_in().account_id, key, new)
    except VaultNotReadyError:
        return _back()
    except (InvalidDetailError, DetailHeldError, TooManyDetailsError) as error:
        return show(_TEMPLATE, definition, typed, fault=_fault(error, definition), status=UNPROCESSABLE)
    flash(_("Added to your details."), "success")
    return redirect(url_for("details.index", _anchor=definition.group), code=303)


def _fault(error: InvalidDetailError | DetailHeldError | TooManyDetailsError, definition: ClaimDefinition) -> Fault:
    if isinstance(error, InvalidDetailError):
        return Fault.of(error)
    if isinstance(error, TooManyDetailsError):
        return Fault(_("There is no room for more. Remove one first."))
    if definition.multiple:
        return Fault(_("You have added this already."))
    return Fault(_("You have this detail already, perhaps added in another window. Change it under “Your details”."))


def _definition(claim: str) -> ClaimDefinition:
    definition = services().catalogue.find(claim)
    if definition is None or not definition.typed:
        abort(404)
    return definition


def _key() -> VaultKey | None:
    return signed_in().vault_key


def _back() -> Response:
    # The list says what has to be done first.
    return redirect(url_for("details.index"), code=303)  # type: ignore[return-value]  # werkzeug's own response
