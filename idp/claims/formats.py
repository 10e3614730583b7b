"""How each kind of value is written and checked. Pure: nothing is looked up on a network."""

import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from idp.claims import countries, places
from idp.claims.cleaning import clean
from idp.claims.errors import InvalidDetailError
from idp.claims.values import ClaimDefinition, ClaimValue, Fault, Format

MAX_TEXT: Final = 200
MAX_EMAIL: Final = 254
MAX_URL: Final = 2000
MAX_COUNTRIES: Final = 10
#: Nobody is older; an earlier date is a slip.
MAX_YEARS: Final = 130

_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEAR: Final = re.compile(r"\d{4}")
_DAY_OR_MONTH: Final = re.compile(r"\d{1,2}")
_MONTHS: Final = range(1, 13)
_DAYS: Final = range(1, 32)
_IDENTIFIER: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z ./-]{1,38}[0-9A-Z])", re.ASCII)
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})


def validate(definition: ClaimDefinition, raw: object, *, today: date) -> ClaimValue:
    """Turn what was typed into a value of this claim, in the one form in which it is kept and released.

    `raw` is text. Also taken: for an address or a place, a mapping of its members; for a date, a mapping with `day`,
    `month` and `year`, or a date; for countries, a list; for yes and no, a boolean.

    :raises InvalidDetailError: with the key of the message to show, and the member at fault.
    """
    if not definition.typed:
        raise InvalidDetailError(definition.name, Fault.NOT_TYPED)
    return _CHECKS[definition.format](definition.name, raw, today)


def _line(claim: str, raw: object, limit: int = MAX_TEXT) -> str:
    text = clean(raw, claim=claim, limit=limit)
    if not text:
        raise InvalidDetailError(claim, Fault.MISSING)
    return text


def _text(claim: str, raw: object, _today: date) -> str:
    return _line(claim, raw)


def _email(claim: str, raw: object, _today: date) -> str:
    text = _line(claim, raw, MAX_EMAIL)
    try:
        # Asking the DNS would tell its operators who is being typed in, and a resolver that is down is not a mistake.
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise InvalidDetailError(claim, Fault.EMAIL) from None


def _phone(claim: str, raw: object, _today: date) -> str:
    """E.164, with an extension as RFC 3966 writes it (OpenID Connect Core §5.1)."""
    text = _line(claim, raw)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        without_country = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        raise InvalidDetailError(claim, Fault.PHONE_COUNTRY if without_country else Fault.PHONE) from None
    # Whether a number is assigned changes faster than any library; whether it can be one does not.
    if not phonenumbers.is_possible_number(number):
        raise InvalidDetailError(claim, Fault.PHONE)
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _date(claim: str, raw: object, today: date) -> str:
    """ISO 8601, a whole date or a year by itself (OpenID Connect Core §5.1: birthdate). Always in the past."""
    if isinstance(raw, date):
        raw = raw.isoformat()[:10]
    elif isinstance(raw, Mapping):
        raw = _joined(claim, raw)
    text = _line(claim, raw)
    if _YEAR.fullmatch(text):
        year, written = int(text), f"{int(text):04}"
        future = year > today.year
    elif whole := _DATE.fullmatch(text):
        try:
            day = date(*(int(part) for part in whole.groups()))
        except ValueError:
            raise InvalidDetailError(claim, Fault.DATE) from None
        year, written, future = day.year, day.isoformat(), day > today
    else:
        raise InvalidDetailError(claim, Fault.DATE)
    if future:
        raise InvalidDetailError(claim, Fault.DATE_IN_FUTURE)
    if year < today.year - MAX_YEARS:
        raise InvalidDetailError(claim, Fault.DATE_TOO_EARLY)
    return written


def _joined(claim: str, parts: Mapping[str, object]) -> str:
    """Put the parts of a date together; says of each that cannot be right which one it is."""
    year, month, day = (
        clean(parts.get(part, ""), claim=claim, limit=10, part=part) for part in ("year", "month", "day")
    )
    if not (year or month or day):
        raise InvalidDetailError(claim, Fault.MISSING)
    if _YEAR.fullmatch(year) is None:
        raise InvalidDetailError(claim, Fault.DATE_YEAR, part="year")
    if not (month or day):
        return year
    if not _is_between(month, _MONTHS):
        raise InvalidDetailError(claim, Fault.DATE_MONTH, part="month")
    if not _is_between(day, _DAYS):
        raise InvalidDetailError(claim, Fault.DATE_DAY, part="day")
    return f"{year}-{month}-{day}"


def _is_between(text: str, numbers: range) -> bool:
    return _DAY_OR_MONTH.fullmatch(text) is not None and int(text) in numbers


def _country(claim: str, raw: object, _today: date) -> str:
    code = countries.find(_line(claim, raw))
    if code is None:
        raise InvalidDetailError(claim, Fault.COUNTRY)
    return code


def _countries(claim: str, raw: object, today: date) -> list[str]:
    """Alpha-2 codes, which OpenID Connect for Identity Assurance allows beside ICAO's three letters."""
    named = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(named, list | tuple) or len(named) > MAX_COUNTRIES:
        raise InvalidDetailError(claim, Fault.COUNTRIES)
    found = [_country(claim, one, today) for one in named if one != ""]
    if not found or len(set(found)) != len(found):
        raise InvalidDetailError(claim, Fault.COUNTRIES)
    return found


def _address(claim: str, raw: object, _today: date) -> dict[str, str]:
    return places.address(claim, raw)


def _place(claim: str, raw: object, _today: date) -> dict[str, str]:
    return places.place(claim, raw)


def _url(claim: str, raw: object, _today: date) -> str:
    text = _line(claim, raw, MAX_URL)
    try:
        parts = urlsplit(text)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidDetailError(claim, Fault.URL) from None
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or "@" in parts.netloc
        or " " in text
        or not port_fits
    ):
        raise InvalidDetailError(claim, Fault.URL)
    return text


def _boolean(claim: str, raw: object, _today: date) -> bool:
    if isinstance(raw, bool):
        return raw
    text = _line(claim, raw).casefold()
    if text not in _TRUE | _FALSE:
        raise InvalidDetailError(claim, Fault.BOOLEAN)
    return text in _TRUE


def _number(claim: str, _raw: object, _today: date) -> int:
    raise InvalidDetailError(claim, Fault.NOT_TYPED)


def _timezone(claim: str, raw: object, _today: date) -> str:
    """A name of the IANA time zone database (OpenID Connect Core §5.1: zoneinfo)."""
    zone = _zones().get(_line(claim, raw).replace(" ", "_").casefold())
    if zone is None:
        raise InvalidDetailError(claim, Fault.TIMEZONE)
    return zone


@cache
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in zoneinfo.available_timezones()}


def _locale(claim: str, raw: object, _today: date) -> str:
    """A language tag of RFC 5646, such as `en-GB` (OpenID Connect Core §5.1: locale)."""
    try:
        locale = Locale.parse(_line(claim, raw).replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        raise InvalidDetailError(claim, Fault.LOCALE) from None
    return "-".join(filter(None, (locale.language, locale.script, locale.territory)))


def _national_identifier(claim: str, raw: object, _today: date) -> str:
    text = _line(claim, raw).upper()
    if _IDENTIFIER.fullmatch(text) is None:
        raise InvalidDetailError(claim, Fault.NATIONAL_IDENTIFIER)
    return text


_CHECKS: Final[Mapping[Format, Callable[[str, object, date], ClaimValue]]] = {
    Format.TEXT: _text,
    Format.EMAIL: _email,
    Format.PHONE: _phone,
    Format.DATE: _date,
    Format.ADDRESS: _address,
    Format.COUNTRY: _country,
    Format.COUNTRIES: _countries,
    Format.URL: _url,
    Format.BOOLEAN: _boolean,
    Format.TIMEZONE: _timezone,
    Format.LOCALE: _locale,
    Format.NATIONAL_IDENTIFIER: _national_identifier,
    Format.PLACE: _place,
    Format.NUMBER: _number,
}
