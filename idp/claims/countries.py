"""Countries by their ISO 3166-1 alpha-2 codes, with names from Unicode's CLDR."""

import unicodedata
from functools import cache
from typing import Final

from babel import Locale

#: CLDR also names groups of countries, private-use and reserved codes; none of them is somewhere to live.
_NOT_COUNTRIES: Final = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
_ALIASES: Final = {"uk": "GB", "great britain": "GB", "usa": "US"}
_NAMED_IN: Final = ("en", "fr", "ar")


@cache
def codes() -> frozenset[str]:
    """Give the code of every country."""
    # The rest of CLDR's territories are continents and regions, which have numbers.
    return frozenset(code for code in map(str, Locale("en").territories) if code.isalpha()) - _NOT_COUNTRIES


def name(code: str, language: str) -> str:
    """Give a country's name in a language, or the code itself when it has none there."""
    return str(Locale(language.replace("_", "-").partition("-")[0]).territories.get(code, code))


@cache
def listing(language: str) -> tuple[tuple[str, str], ...]:
    """Give every country as (code, name), sorted by name, for a list to choose from."""
    return tuple(sorted(((code, name(code, language)) for code in codes()), key=lambda entry: _plain(entry[1])))


def find(text: str) -> str | None:
    """Give the code of a country named by code or by its name in English, French or Arabic."""
    text = text.strip()
    if text.upper() in codes():
        return text.upper()
    return _by_name().get(_plain(text))


@cache
def _by_name() -> dict[str, str]:
    found = dict(_ALIASES)
    for language in _NAMED_IN:
        territories = Locale(language).territories
        found |= {_plain(territories[code]): code for code in codes() if code in territories}
    return found


def _plain(text: str) -> str:
    """Leave accents and case out, as people do when they type."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
