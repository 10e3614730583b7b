"""Which input suits which kind of detail: tables, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from idp.claims.values import Format

#: What browsers may fill in by themselves (HTML §4.10.18.7, WCAG 2.2 success criterion 1.3.5).
AUTOCOMPLETE: Mapping[str, str] = {
    "name": "name",
    "given_name": "given-name",
    "middle_name": "additional-name",
    "family_name": "family-name",
    "nickname": "nickname",
    "email": "email",
    "phone_number": "tel",
    "website": "url",
    "gender": "sex",
    "birthdate.day": "bday-day",
    "birthdate.month": "bday-month",
    "birthdate.year": "bday-year",
    "address.street_address": "street-address",
    "address.locality": "address-level2",
    "address.region": "address-level1",
    "address.postal_code": "postal-code",
    "address.country": "country-name",
}


@dataclass(frozen=True, slots=True)
class Control:
    """The kind of an input: its type, on-screen keyboard, direction of writing and width."""

    type: str = "text"
    inputmode: str | None = None
    dir: str = "auto"
    width: str | None = None


_DIGITS = Control(inputmode="numeric", dir="ltr", width="s")
_CODE = Control(dir="ltr", width="m")
#: By format, or by member of a format.
CONTROLS: Mapping[str, Control] = {
    Format.EMAIL: Control("email", "email", "ltr"),
    Format.PHONE: Control("tel", "tel", "ltr", "m"),
    Format.URL: Control("url", "url", "ltr"),
    Format.BOOLEAN: Control("radio"),
    Format.TIMEZONE: _CODE,
    Format.LOCALE: _CODE,
    Format.NATIONAL_IDENTIFIER: _CODE,
    "day": _DIGITS,
    "month": _DIGITS,
    "year": _DIGITS,
    "postal_code": _CODE,
    "street_address": Control("textarea"),
    "country": Control("country"),
}


def member_label(member: str) -> str:
    """Name a member of a date, an address or a place."""
    labels: Mapping[str, str] = {
        "day": _("Day"),
        "month": _("Month"),
        "year": _("Year"),
        "street_address": _("Street and house number"),
        "locality": _("Town or city"),
        "region": _("Region, state or county"),
        "postal_code": _("Postcode"),
        "country": _("Country"),
    }
    return labels[member]
