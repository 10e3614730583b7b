"""Reading the choosing page's form. What comes out is still only what the browser claims; consent decides."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from idp.claims.catalogue import Catalogue
from idp.claims.values import Format
from idp.consent.ending import UNTIL
from idp.consent.errors import UnrequestedClaimError
from idp.consent.values import Choices, Duration
from idp.web.citizen.details import fields

#: Prefixes of field names; the rest of the name is the claim.
FORM, HELD, TYPED, LANGUAGES = "form-", "held-", "typed-", "languages-"
#: The identity that is picked, and the one whose details the page shows.
KNOWN_AS, SHOWN_AS = "known_as", "shown_as"


def read_choices(form: MultiDict[str, str], *, catalogue: Catalogue) -> Choices:
    """Collect ticks, forms, picked values, typed values and the duration.

    :raises UnrequestedClaimError: a field that the page never had, or a duration it never offered.
    """
    typed = {
        claim: raw
        for claim in _claims_with(form, TYPED)
        if (raw := fields.read(form, TYPED + claim, _format(catalogue, claim)))
    }
    return Choices(
        allowed=frozenset(form.getlist("claim")),
        forms={name.removeprefix(FORM): value for name, value in form.items() if name.startswith(FORM)},
        attributes={name.removeprefix(HELD): value for name, value in form.items() if name.startswith(HELD)},
        typed=typed,
        duration=_duration(form.get("duration")),
        until=_until(form),
        languages={
            name.removeprefix(LANGUAGES): frozenset(value.split())
            for name, value in form.items()
            if name.startswith(LANGUAGES)
        },
    )


def _until(form: MultiDict[str, str]) -> Mapping[str, str]:
    typed = fields.read(form, UNTIL, Format.DATE)
    return {} if isinstance(typed, str) else typed


def _claims_with(form: MultiDict[str, str], prefix: str) -> list[str]:
    # An address is typed-address.street_address and so on: the claim ends at the dot.
    names = (name.removeprefix(prefix).partition(".")[0] for name in form if name.startswith(prefix))
    return list(dict.fromkeys(names))


def _format(catalogue: Catalogue, claim: str) -> str:
    definition = catalogue.find(claim)
    if definition is None:
        raise UnrequestedClaimError
    return definition.format


def _duration(raw: str | None) -> Duration:
    try:
        return Duration(raw) if raw else Duration.STANDING
    except ValueError:
        raise UnrequestedClaimError from None
