"""The form in which one detail is typed, to add or to change it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Response, make_response, render_template, request

from idp.claims import countries, languages
from idp.claims.errors import InvalidDetailError
from idp.claims.values import ClaimDefinition
from idp.vault.policy import MAX_LABEL
from idp.web.citizen.details.fields import TypedField, read, typed_field
from idp.web.citizen.details.held import HeldDetail
from idp.web.context import services
from idp.web.forms import Problem
from idp.web.languages import current

VALUE, LABEL, LANGUAGE = "value", "label", "language"

UNPROCESSABLE = 422
#: RFC 9110 §15.5.10: somebody else changed it meanwhile.
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, unchecked."""

    raw: object = field(default=None, repr=False)
    label: str = field(default="", repr=False)
    #: Another language that the value is in, empty while none is chosen; None for a plain value.
    language: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with it: a message, and the part at fault where it has parts."""

    message: str
    part: str | None = None

    @classmethod
    def of(cls, error: InvalidDetailError) -> Fault:
        """Say it in the reader's language."""
        return cls(services().catalogue.message(error.code, current()), error.part)


def typed_now(definition: ClaimDefinition) -> Typed:
    """Read the form."""
    return Typed(read(request.form, VALUE, definition.format), request.form.get(LABEL, ""))


def show(
    template: str,
    definition: ClaimDefinition,
    typed: Typed,
    *,
    fault: Fault | None = None,
    status: int = 200,
    held: HeldDetail | None = None,
    seen: str = "",
    gone: bool = False,
    choosable: tuple[tuple[str, str], ...] = (),
) -> Response:
    """Write the form with what was typed so far.

    :param held: the value to change; on the conflict page, the one that is saved now.
    :param seen: which state of the detail the citizen is looking at.
    :param gone: the value to change was removed in another window.
    :param choosable: languages to choose from, as (tag, name), for a value in another one.
    """
    problems, typed_inputs = _inputs(definition, typed, fault)
    names = [name for _, name in countries.listing(current())] if _has_country(typed_inputs) else []
    body = render_template(
        template,
        definition=definition,
        label=definition.label[current()],
        field=typed_inputs,
        own_label=typed.label,
        own_label_error=fault.message if fault and fault.part == LABEL else None,
        own_label_length=MAX_LABEL,
        problems=problems,
        countries=names,
        held=held,
        seen=seen,
        gone=gone,
        choosable=choosable,
        tag=typed.language,
        tag_name=languages.name(typed.language, current()) if typed.language else "",
        tag_error=fault.message if fault and fault.part == LANGUAGE else None,
    )
    return make_response(body, status)


def _inputs(definition: ClaimDefinition, typed: Typed, fault: Fault | None) -> tuple[list[Problem], TypedField]:
    at_value = fault if fault and fault.part not in (LABEL, LANGUAGE) else None
    inputs = typed_field(
        VALUE,
        definition.name,
        definition.format,
        label=definition.label[current()],
        hint=definition.help[current()],
        raw=typed.raw,
        error=at_value.message if at_value else None,
        faulty=at_value.part if at_value else None,
        lang=typed.language,
    )
    if fault is None:
        return [], inputs
    return [Problem(inputs.target if at_value else fault.part or LABEL, fault.message)], inputs


def _has_country(field_: TypedField) -> bool:
    return any(part.control.type == "country" for part in field_.parts)
