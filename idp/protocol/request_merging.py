"""What a request object and the request that carries it mean together. Pure.

Two specifications disagree. OpenID Connect Core §6.1 lets parameters outside fill in what the object leaves open, so
that one object, signed once, serves with a new `state` each time; RFC 9101 §6.3 counts only what is inside. Which one
holds is a rule of the client's profile (docs/decisions/0013). In both, what is inside wins over what is outside.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc9101.errors import InvalidRequestObjectError

from idp.protocol.http import BETWEEN_VALUES, REPEATABLE
from idp.protocol.parameters import UNDERSTOOD, Parameters

#: What carries an object, and therefore must not be in one (OIDC Core §6.1, RFC 9101 §4).
CARRIERS: Final = frozenset({"request", "request_uri"})
#: JSON objects inside an object (OIDC Core §6.1) and text outside, which is what the rest of the protocol reads.
_NESTED: Final = frozenset({"claims", "registration"})
#: Read from an object: what we understand, and what has to be refused by name rather than passed over.
_READ: Final = UNDERSTOOD | {"registration"}


def merge(outside: Parameters, inside: Mapping[str, Any], *, client_id: str, inside_only: bool) -> Parameters:
    """Return the request that a verified object stands for.

    :param inside: the object's claims.
    :param inside_only: what is outside counts for nothing (RFC 9101 §6.3).
    :raises InvalidRequestObjectError: the object is for another client, or holds what it must not.
    :raises InvalidRequestError: the two name different response types.
    """
    if CARRIERS & inside.keys():
        raise InvalidRequestObjectError("A request object must not hold request or request_uri")
    meant = {name: _text(name, inside[name]) for name in inside.keys() & _READ}
    if meant.get("client_id", client_id) != client_id:
        raise InvalidRequestObjectError("The client_id of the request object is not that of the request")
    if not inside_only:
        _agree(outside.get("response_type"), meant.get("response_type"))
        meant = {name: value for name, value in outside.values.items() if name not in CARRIERS} | meant
    meant["client_id"] = client_id
    # A parameter without a value counts as left out (RFC 6749 §3.1), and still keeps out the one outside.
    return Parameters({name: value for name, value in meant.items() if value}, outside.repeated, signed=True)


def _agree(outside: str | None, inside: str | None) -> None:
    """Check that a response type given twice is the same, in whatever order its words are (OIDC Core §6.1)."""
    if outside is not None and inside is not None and set(outside.split(" ")) != set(inside.split(" ")):
        raise InvalidRequestError("The response_type of the request object is not that of the request")


def _text(name: str, value: object) -> str:
    """Return a member in the form that it would have outside."""
    if isinstance(value, dict) and name in _NESTED:
        return _nested(value)
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    values = value if isinstance(value, list) and name == REPEATABLE else [value]
    texts = [one for one in values if isinstance(one, str) and _plain(one)]
    if len(texts) != len(values):
        raise InvalidRequestObjectError(f"{name} of the request object is not of the right kind")
    return BETWEEN_VALUES.join(texts)


def _nested(value: dict[str, Any]) -> str:
    try:
        return json.dumps(value, separators=(",", ":"))
    except RecursionError:
        raise InvalidRequestObjectError("The request object is nested too deeply") from None


def _plain(value: str) -> bool:
    """Tell whether text could have come outside: JSON can also spell a NUL and halves of characters."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False
