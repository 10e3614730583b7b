"""Addresses and places of birth, member by member, and what a postcode says of its area."""

import re
from collections.abc import Mapping
from typing import Final

from idp.claims import countries
from idp.claims.cleaning import clean
from idp.claims.errors import InvalidDetailError
from idp.claims.values import Fault

#: The members of an address in the order in which they are asked for (OpenID Connect Core §5.1.1), and their limits.
ADDRESS_PARTS: Final[Mapping[str, int]] = {
    "street_address": 300,
    "locality": 100,
    "region": 100,
    "postal_code": 16,
    "country": 100,
}
#: The members of a place of birth (OpenID Connect for Identity Assurance, §4 of its claims).
PLACE_PARTS: Final[Mapping[str, int]] = {"locality": 100, "region": 100, "country": 100}

_POSTAL_CODE: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z -]{0,14}[0-9A-Z])?", re.ASCII)
#: Only where the form is old and settled, and a slip in it is worth catching.
_POSTAL_CODES: Final[Mapping[str, re.Pattern[str]]] = {
    "GB": re.compile(r"(?:GIR|[A-Z]{1,2}[0-9][0-9A-Z]?) ?[0-9][A-Z]{2}", re.ASCII),
    "US": re.compile(r"[0-9]{5}(?:-[0-9]{4})?", re.ASCII),
    "CA": re.compile(r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", re.ASCII),
    "FR": re.compile(r"[0-9]{5}", re.ASCII),
    "DE": re.compile(r"[0-9]{5}", re.ASCII),
    "NL": re.compile(r"[0-9]{4} ?[A-Z]{2}", re.ASCII),
}
#: How many characters of a code, written without spaces, name an area and not a street.
_AREA_LENGTHS: Final[Mapping[str, int]] = {
    "CA": 3,
    "US": 3,
    "IE": 3,
    "NL": 4,
    "FR": 2,
    "DE": 2,
    "PT": 4,
    "BR": 5,
    "JP": 3,
}
_OVERSEAS_FRANCE: Final = ("97", "98")
_BRITISH_INWARD_CODE: Final = 3
_DEFAULT_AREA_LENGTH: Final = 2


def address(claim: str, raw: object) -> dict[str, str]:
    """Check an address and compose its `formatted` member (OpenID Connect Core §5.1.1).

    The country is kept as its ISO 3166-1 alpha-2 code, so that a smaller form of the address means one thing only.

    :raises InvalidDetailError: it needs a country and a street or a town, each in a form that can be right.
    """
    members = _members(claim, raw, ADDRESS_PARTS)
    country = _country_of(claim, members)
    if country is None:
        raise InvalidDetailError(claim, Fault.COUNTRY, part="country")
    if not members["street_address"] and not members["locality"]:
        raise InvalidDetailError(claim, Fault.ADDRESS, part="street_address")
    code = members["postal_code"].upper()
    if code and not _POSTAL_CODES.get(country, _POSTAL_CODE).fullmatch(code):
        raise InvalidDetailError(claim, Fault.POSTAL_CODE, part="postal_code")
    members |= {"country": country, "postal_code": _spaced(code, country)}
    lines = [members[part] for part in ("street_address", "locality", "region", "postal_code")]
    formatted = "\n".join(line for line in (*lines, countries.name(country, "en")) if line)
    return {"formatted": formatted} | {part: text for part, text in members.items() if text}


def place(claim: str, raw: object) -> dict[str, str]:
    """Check a place of birth: a country, a region, a town, at least a country or a town.

    :raises InvalidDetailError: neither is given, or the country is none.
    """
    members = _members(claim, raw, PLACE_PARTS)
    if not members["country"] and not members["locality"]:
        raise InvalidDetailError(claim, Fault.PLACE)
    if members["country"]:
        country = _country_of(claim, members)
        if country is None:
            raise InvalidDetailError(claim, Fault.COUNTRY, part="country")
        members["country"] = country
    return {part: text for part, text in members.items() if text}


def postcode_area(postal_code: str, country: str) -> str | None:
    """Give the part of a postcode that names an area of many streets: `SW1A` of `SW1A 1AA`, `75` of `75004`.

    Countries differ in how much a first part gives away. Where the rule is not known here, two characters are given,
    and none where those would be half of the code or more.
    """
    code = re.sub(r"[ -]", "", postal_code)
    if country == "GB":
        return code[:-_BRITISH_INWARD_CODE] or None
    if country == "FR" and code.startswith(_OVERSEAS_FRANCE):
        return code[:3]
    length = _AREA_LENGTHS.get(country)
    if length is None:
        length = _DEFAULT_AREA_LENGTH if len(code) > 2 * _DEFAULT_AREA_LENGTH else 0
    return code[:length] or None


def _members(claim: str, raw: object, parts: Mapping[str, int]) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise InvalidDetailError(claim, Fault.ADDRESS if parts is ADDRESS_PARTS else Fault.PLACE)
    members = {
        part: clean(raw.get(part, ""), claim=claim, limit=limit, lines=part == "street_address", part=part)
        for part, limit in parts.items()
    }
    if not any(members.values()):
        raise InvalidDetailError(claim, Fault.MISSING)
    return members


def _country_of(claim: str, members: Mapping[str, str]) -> str | None:
    if not members["country"]:
        raise InvalidDetailError(claim, Fault.COUNTRY, part="country")
    return countries.find(members["country"])


def _spaced(code: str, country: str) -> str:
    """Put the space where Britain and Canada write it, whether or not it was typed."""
    if country in ("GB", "CA") and code:
        code = code.replace(" ", "")
        return f"{code[:-3]} {code[-3:]}"
    return code
