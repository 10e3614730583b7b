"""Smaller forms: what follows from a detail and tells less than it does.

Only what follows without doubt is derived. A full name is not composed from its parts, because their order and which of
them belong differ between cultures; it is a detail of its own.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from idp.claims import places
from idp.claims.values import ClaimValue

_AGE_OVER: Final = re.compile(r"age_over_([1-9][0-9]{0,2})", re.ASCII)


def derive(name: str, source: ClaimValue, *, today: date) -> ClaimValue | None:
    """Compute a derived claim from the value of the claim that it comes from; None where that says nothing certain."""
    if age := _AGE_OVER.fullmatch(name):
        return _age_over(int(age[1]), source, today)
    rule = _RULES.get(name)
    return rule(source) if rule else None


def _age_over(years: int, birthdate: ClaimValue, today: date) -> bool | None:
    """Tell whether somebody has reached an age.

    Born on 29 February, they reach it on 1 March in a common year: some laws say the day before, and an age that is not
    yet reached everywhere must not be claimed. Where only the year of birth is known, its last day counts for a yes and
    its first for a no; in between nothing is said.
    """
    if not isinstance(birthdate, str):
        return None
    if "-" not in birthdate:
        passed = today.year - int(birthdate)
        return True if passed > years else (False if passed < years else None)
    year, month, day = (int(part) for part in birthdate.split("-"))
    if year == 0:
        return None
    # Comparing month and day as they are puts 29 February after the 28th and before 1 March in every year.
    return today.year - year - ((today.month, today.day) < (month, day)) >= years


def _postcode_area(address: ClaimValue) -> str | None:
    if not isinstance(address, dict) or "postal_code" not in address:
        return None
    return places.postcode_area(address["postal_code"], address.get("country", ""))


def _country(address: ClaimValue) -> str | None:
    return address.get("country") if isinstance(address, dict) else None


_RULES: Final[Mapping[str, Callable[[ClaimValue], ClaimValue | None]]] = {
    "postcode_area": _postcode_area,
    "country": _country,
}
