"""Typing a detail: the inputs that its format needs, and the raw value that they add up to.

Used by the choosing page for what is missing and by "Your details" for everything. Checks nothing: `idp.claims` does,
and says what is wrong. What was typed comes back into the same inputs, so a mistake costs no retyping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.claims import countries
from idp.claims.places import ADDRESS_PARTS, PLACE_PARTS
from idp.claims.values import Format
from idp.web.citizen.details.controls import AUTOCOMPLETE, CONTROLS, Control, member_label
from idp.web.languages import current

#: Members of the formats that take several inputs, in the order of the page.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    Format.DATE: ("day", "month", "year"),
    Format.ADDRESS: tuple(ADDRESS_PARTS),
    Format.PLACE: tuple(PLACE_PARTS),
}
#: How many countries one form takes; `idp.claims` says how many a citizen may hold.
_MOST_COUNTRIES = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One input; its id is its name."""

    name: str
    label: str
    value: str = field(repr=False)
    control: Control
    autocomplete: str | None
    optional: bool = False
    #: Language of what is typed, where it is known (WCAG 2.2 success criterion 3.1.2).
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class TypedField:
    """Everything that the page needs to let somebody type one detail."""

    #: Name of the only input, prefix of the others.
    name: str
    label: str
    hint: str
    error: str | None
    #: The input at fault.
    faulty: str | None
    parts: tuple[Part, ...]

    @property
    def target(self) -> str:
        """Return the id at which the error summary points."""
        return self.faulty or self.parts[0].name


def typed_field(
    name: str,
    claim: str,
    kind: str,
    *,
    label: str,
    hint: str = "",
    raw: object = None,
    error: str | None = None,
    faulty: str | None = None,
    lang: str | None = None,
) -> TypedField:
    """Lay out the inputs of one detail.

    :param raw: a value as `read` gives it or as the vault stores it, shown again; None for empty inputs.
    :param faulty: the member at fault, of a detail that has members.
    :param lang: another language that the value is in; empty for one still to be chosen. A browser fills in neither.
    """
    if kind in MEMBERS:
        values = _members(kind, raw)
        parts = tuple(_member(name, claim, member, values.get(member, "")) for member in MEMBERS[kind])
    elif kind == Format.COUNTRIES:
        parts = tuple(_countries(name, raw))
    else:
        control = CONTROLS.get(kind, Control())
        text = _country(raw) if control.type == "country" else _text(raw)
        filled_in = AUTOCOMPLETE.get(claim) if lang is None else "off"
        parts = (Part(name, label, text, control, filled_in, lang=lang or None),)
    at_fault = f"{name}.{faulty}" if faulty and kind in MEMBERS else None
    return TypedField(name=name, label=label, hint=hint, error=error, faulty=at_fault, parts=parts)


def read(form: MultiDict[str, str], name: str, kind: str) -> str | dict[str, str]:
    """Read one detail from a form, as `idp.claims` wants it; empty when nothing was typed."""
    if kind in MEMBERS:
        typed = {member: form.get(f"{name}.{member}", "").strip() for member in MEMBERS[kind]}
        return {member: value for member, value in typed.items() if value}
    if kind == Format.COUNTRIES:
        typed_names = (form.get(_nth(name, i), "").strip() for i in range(_MOST_COUNTRIES))
        return ",".join(value for value in typed_names if value)
    return form.get(name, "").strip()


def _member(name: str, claim: str, member: str, value: str) -> Part:
    return Part(
        name=f"{name}.{member}",
        label=member_label(member),
        value=_country(value) if member == "country" else value,
        control=CONTROLS.get(member, Control()),
        autocomplete=AUTOCOMPLETE.get(f"{claim}.{member}"),
        optional=member in ("region", "postal_code"),
    )


def _members(kind: str, raw: object) -> Mapping[str, str]:
    if isinstance(raw, Mapping):
        return {str(key): str(value) for key, value in raw.items()}
    if kind == Format.DATE and isinstance(raw, str):
        return dict(zip(("year", "month", "day"), raw.split("-"), strict=False))
    return {}


def _countries(name: str, raw: object) -> list[Part]:
    held = raw.split(",") if isinstance(raw, str) else [str(one) for one in raw] if isinstance(raw, Sequence) else []
    shown = [*(one for one in held if one), "", ""][: max(len(held) + 1, 2)][:_MOST_COUNTRIES]
    return [
        Part(
            name=_nth(name, i),
            label=_("Country") if i == 0 else _("Another country"),
            value=_country(value),
            control=CONTROLS["country"],
            autocomplete=None,
            optional=i > 0,
        )
        for i, value in enumerate(shown)
    ]


def _nth(name: str, index: int) -> str:
    return name if index == 0 else f"{name}.{index + 1}"


def _country(raw: object) -> str:
    code = _text(raw)
    return countries.name(code, current()) if code in countries.codes() else code


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return "" if raw is None else str(raw)
