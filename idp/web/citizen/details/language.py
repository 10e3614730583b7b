"""Adding a detail in another language or script, beside its plain value (OpenID Connect Core §5.2)."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.claims import languages
from idp.claims.errors import InvalidDetailError
from idp.claims.values import ClaimDefinition
from idp.vault.errors import DetailHeldError, TooManyDetailsError, UnknownLanguageError, VaultNotReadyError
from idp.vault.values import Document, NewDetail
from idp.web.access import citizen
from idp.web.citizen.details.form import CONFLICT, LANGUAGE, UNPROCESSABLE, Fault, Typed, show, typed_now
from idp.web.citizen.details.held import opened
from idp.web.context import services, signed_in
from idp.web.languages import current

_TEMPLATE = "citizen/details/language.html"


@citizen
def form(claim: str) -> ResponseReturnValue:
    """Ask for the language and the value."""
    definition = _definition(claim)
    document = opened()
    if document is None or not document.values(claim) or not services().vault.ready(signed_in().account_id):
        return _back()
    return _page(definition, document, Typed(language=""))


@citizen
def save(claim: str) -> ResponseReturnValue:
    """Add the value, or say what is wrong with it."""
    definition = _definition(claim)
    document, key = opened(), signed_in().vault_key
    if document is None or key is None or not document.values(claim):
        return _back()
    typed = _typed(definition)
    if not typed.language:
        return _page(definition, document, typed, fault=Fault(_("Choose a language."), LANGUAGE))
    try:
        new = NewDetail(claim=claim, raw=typed.raw, language=typed.language)
        services().vault.add(signed_in().account_id, key, new)
    except (VaultNotReadyError, UnknownLanguageError):
        return _back()
    except (InvalidDetailError, DetailHeldError, TooManyDetailsError) as error:
        return _page(definition, document, typed, fault=_fault(error))
    flash(_("Added to your details."), "success")
    return redirect(url_for("details.index", _anchor=definition.group), code=303)


def again(definition: ClaimDefinition) -> Response:
    """Offer what was typed for a value that was removed meanwhile as a new one."""
    document = opened()
    if document is None or not document.values(definition.name):
        return _back()
    return _page(definition, document, _typed(definition), status=CONFLICT)


def _page(
    definition: ClaimDefinition,
    document: Document,
    typed: Typed,
    *,
    fault: Fault | None = None,
    status: int = 200,
) -> Response:
    held = document.in_languages(definition.name)
    left = [tag for tag in services().catalogue.value_languages if tag not in held or tag == typed.language]
    return show(
        _TEMPLATE,
        definition,
        typed,
        fault=fault,
        status=status if fault is None else UNPROCESSABLE,
        gone=status == CONFLICT,
        choosable=(("", _("Choose a language")), *languages.listing(left, current())),
    )


def _typed(definition: ClaimDefinition) -> Typed:
    tag = request.form.get(LANGUAGE, "")
    return replace(typed_now(definition), language=tag if tag in services().catalogue.value_languages else "")


def _fault(error: InvalidDetailError | DetailHeldError | TooManyDetailsError) -> Fault:
    if isinstance(error, InvalidDetailError):
        return Fault.of(error)
    if isinstance(error, TooManyDetailsError):
        return Fault(_("There is no room for more. Remove one first."))
    return Fault(_("You have this in that language already. Change it under “Your details”."), LANGUAGE)


def _definition(claim: str) -> ClaimDefinition:
    definition = services().catalogue.find(claim)
    if definition is None or not definition.languages:
        abort(404)
    return definition


def _back() -> Response:
    # The list says what has to be done first.
    return redirect(url_for("details.index"), code=303)  # type: ignore[return-value]  # werkzeug's own response
