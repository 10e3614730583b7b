"""The seed file of `proffer accounts import`: citizens with their details, for a test or demonstration deployment.

::

    [[accounts]]
    login = "amina"
    password = "harbour-lantern-quietly-42"
    locale = "fr"                              # optional
    recovery_code = "0123-4567-..."            # optional; made and shown otherwise
    [accounts.details]
    given_name = "Amina"
    "given_name#ar" = "أمينة"                  # the same in another language
    email = ["amina@mail.example", "a.haddad@work.example"]
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idp.cli.failures import Failure

_KNOWN = frozenset({"login", "password", "locale", "recovery_code", "details"})


@dataclass(frozen=True, slots=True)
class Citizen:
    """One account to make. `details` are values by claim as written, unchecked."""

    place: str
    login: str
    password: str = field(repr=False)
    locale: str | None = None
    recovery_code: str | None = field(default=None, repr=False)
    details: Mapping[str, object] = field(default_factory=dict, repr=False)


def read_citizens(path: Path) -> tuple[Citizen, ...]:
    """Read a TOML or, by its ending, a JSON file.

    :raises Failure: it cannot be read or has a fault; the message names the place and repeats no value.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise Failure(f"{path} is not well-formed {kind} in UTF-8") from None
    entries = tables.get("accounts") if isinstance(tables, dict) else None
    if not isinstance(entries, list) or set(tables) != {"accounts"}:
        raise Failure(f"{path} must hold a list named accounts and nothing else")
    return citizens_of(entries)


def citizens_of(entries: object) -> tuple[Citizen, ...]:
    """Read the list named accounts of a file.

    :raises Failure: it is none, or one has a fault; the message names the place and repeats no value.
    """
    if not isinstance(entries, list):
        raise Failure("accounts: must be a list of tables")
    return tuple(_citizen(entry, f"accounts[{number}]") for number, entry in enumerate(entries))


def _citizen(entry: Any, place: str) -> Citizen:  # noqa: ANN401 - whatever the file holds
    if not isinstance(entry, dict):
        raise Failure(f"{place}: must be a table")
    if unknown := sorted(set(entry) - _KNOWN):
        raise Failure(f"{place}.{unknown[0]}: there is no such name")
    details = entry.get("details", {})
    if not isinstance(details, dict):
        raise Failure(f"{place}.details: must be a table of details")
    return Citizen(
        place=place,
        login=_text(entry, "login", place),
        password=_text(entry, "password", place),
        locale=_text(entry, "locale", place) if "locale" in entry else None,
        recovery_code=_text(entry, "recovery_code", place) if "recovery_code" in entry else None,
        details=details,
    )


def _text(entry: dict[str, Any], name: str, place: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise Failure(f"{place}.{name}: {'is missing' if value is None else 'must be a text'}")
    return value
