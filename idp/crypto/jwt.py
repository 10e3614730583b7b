"""Reading a compact JSON Web Token strictly, before anything in it is believed (RFC 7515 §5.2, RFC 7519 §7.2)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from idp.crypto.errors import JwtError
from idp.crypto.secrets import unb64url

MAX_CHARACTERS: Final = 16_384
_COMPACT: Final = re.compile(r"([\w-]{2,4096})\.([\w-]{2,})\.([\w-]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnverifiedJwt:
    """What a token says, signed by nobody we know. Good for finding out whom to ask for keys, and nothing else."""

    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedJwt:
    """What a token says, signed by a key that the caller trusts, with an algorithm that the caller allows."""

    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


def parse(token: str) -> UnverifiedJwt:
    """Take a compact JWS with a JSON object as its payload apart.

    A name that occurs twice is refused: two readers could each believe another of them (RFC 7515 §4, RFC 7519 §4).
    So is `crit`, because no extension is understood here (RFC 7515 §4.1.11), and with it an unencoded payload
    (RFC 7797 §7 keeps those out of JWTs).

    :raises JwtError: it is not such a token.
    """
    if len(token) > MAX_CHARACTERS:
        message = "too long"
        raise JwtError(message)
    segments = _COMPACT.fullmatch(token)
    if segments is None:
        message = "not a compact JWS"
        raise JwtError(message)
    header = json_object(segments[1])
    if not isinstance(header.get("alg"), str) or not isinstance(header.get("kid", ""), str):
        message = "alg or kid is not text"
        raise JwtError(message)
    if "crit" in header or "b64" in header:
        message = "a critical extension is not understood"
        raise JwtError(message)
    return UnverifiedJwt(header=header, claims=json_object(segments[2]))


def json_object(segment: str) -> dict[str, Any]:
    """Read a segment that has to be a JSON object in which no name occurs twice.

    :raises JwtError: it is not.
    """
    try:
        content = json.loads(unb64url(segment), object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError):
        message = "not JSON"
        raise JwtError(message) from None
    if not isinstance(content, dict):
        message = "not a JSON object"
        raise JwtError(message)
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        message = "a name occurs twice"
        raise ValueError(message)
    return content


def _refuse(_: str) -> NoReturn:
    # Python's reader takes NaN and Infinity, which JSON does not have.
    raise ValueError
