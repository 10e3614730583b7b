"""Reading a JSON object from a stranger: one meaning, bounded depth, and nothing that a database cannot keep."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

from idp.clients.errors import Fault, RegistrationFaultsError

_MAX_DEPTH: Final = 8
#: Beyond it two readers of a number can disagree (RFC 8259 §6).
_MAX_INTEGER: Final = 2**53


def json_object(body: bytes) -> dict[str, Any]:
    """Read the body of a registration.

    :raises RegistrationFaultsError: not JSON, not an object, a name twice (RFC 8259 §4), too deep, or a text or number
        that cannot be kept.
    """
    try:
        content = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_exact,
        )
    except (ValueError, RecursionError):
        raise _fault("is not JSON that can be read in one way") from None
    if not isinstance(content, dict):
        raise _fault("is not a JSON object")
    for name, member in content.items():
        if not _kept(name, 1) or not _kept(member, 1):
            raise _fault("is nested too deeply or has a text that cannot be kept")
    return content


def _fault(problem: str) -> RegistrationFaultsError:
    return RegistrationFaultsError((Fault("body", problem),))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError
    return content


def _refuse(_: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _exact(text: str) -> int:
    number = int(text)
    if abs(number) > _MAX_INTEGER:
        raise ValueError
    return number


def _kept(value: object, depth: int) -> bool:
    """Tell whether a value is shallow and its texts have neither NUL nor half a character."""
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, list):
        return all(_kept(each, depth + 1) for each in value)
    if isinstance(value, dict):
        return all(_kept(name, depth) and _kept(each, depth + 1) for name, each in value.items())
    return True
