"""Values as people read them: dates, countries and addresses in their language."""

from datetime import UTC, date, datetime
from typing import Final

from babel import Locale
from babel.dates import format_date
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from idp.claims import countries
from idp.claims.catalogue import Catalogue
from idp.claims.places import PLACE_PARTS
from idp.claims.values import ClaimValue, Format

_MASK: Final = "••••••••"


def display(catalogue: Catalogue, name: str, value: ClaimValue, *, language: str) -> str:
    """Write a value for its owner's eyes. An address keeps its lines, separated by line feeds."""
    kind = catalogue[name].format
    if isinstance(value, bool):
        return catalogue.word("yes" if value else "no", language)
    if isinstance(value, int):
        return _day(datetime.fromtimestamp(value, UTC).date(), language)
    if isinstance(value, list):
        return ", ".join(countries.name(code, language) for code in value)
    if isinstance(value, dict):
        return _lines(value, language) if kind is Format.ADDRESS else _place(value, language)
    return _text(kind, value, language)


def mask() -> str:
    """Stand in for a sensitive value; always of one length, which would otherwise tell something."""
    return _MASK


def _text(kind: Format, value: str, language: str) -> str:
    if kind is Format.DATE and "-" in value:
        return _day(date.fromisoformat(value), language)
    if kind is Format.COUNTRY:
        return countries.name(value, language)
    if kind is Format.LOCALE:
        return str(Locale.parse(value, sep="-").get_display_name(language) or value)
    if kind is Format.PHONE:
        return _phone(value)
    return value


def _day(day: date, language: str) -> str:
    # Plain "en" would put the month first; the provider's English is the one that most of its readers write.
    locale = "en-GB" if language == "en" else language.replace("_", "-")
    return format_date(day, format="long", locale=Locale.parse(locale, sep="-"))


def _phone(value: str) -> str:
    try:
        return str(format_number(parse(value, None), PhoneNumberFormat.INTERNATIONAL))
    except NumberParseException:
        return value


def _lines(address: dict[str, str], language: str) -> str:
    parts = [address.get(part, "") for part in ("street_address", "locality", "region", "postal_code")]
    parts.append(countries.name(address["country"], language) if "country" in address else "")
    return "\n".join(part for part in parts if part)


def _place(place: dict[str, str], language: str) -> str:
    parts = [
        countries.name(place[part], language) if part == "country" else place[part]
        for part in PLACE_PARTS
        if part in place
    ]
    return ", ".join(parts)
