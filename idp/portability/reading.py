"""Opening a file that somebody brings: untrusted until every part of it has been looked at."""

import json
import math
from typing import Any, Final, NoReturn

import msgspec

from idp.crypto.password_jwe import FileError, unlock
from idp.portability.errors import FileRefusedError
from idp.portability.format import FORMAT, TYPE, VERSION, Everything

#: Beyond it two readers of a number can disagree (RFC 8259 §6).
_MAX_INTEGER: Final = 2**53


class _Head(msgspec.Struct):
    """What tells whose file it is before anything else is read."""

    format: str
    version: int


def opened(file: bytes, *, password: bytes) -> bytes:
    """Give what is inside a file. Slow: must run outside a transaction.

    :raises FileRefusedError: it does not open.
    """
    try:
        return unlock(file, password=password, typ=TYPE)
    except FileError as error:
        raise FileRefusedError(error.fault) from None


def read(unverified: bytes) -> Everything:
    """Read what was inside.

    :raises FileRefusedError: another format, a newer version, or not readable in one way only.
    """
    try:
        head = msgspec.json.decode(unverified, type=_Head)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise FileRefusedError("unreadable") from None
    if head.format != FORMAT:
        raise FileRefusedError("foreign")
    if head.version > VERSION:
        raise FileRefusedError("newer")
    _check_once(unverified)
    return decoded(unverified)


def decoded(content: bytes) -> Everything:
    """Read what :func:`read` has accepted before.

    :raises FileRefusedError: a member is missing or of another type.
    """
    try:
        return msgspec.json.decode(content, type=Everything)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise FileRefusedError("unreadable") from None


def _check_once(unverified: bytes) -> None:
    """Refuse what two readers could understand differently; builds nothing."""
    try:
        json.loads(
            unverified.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_exact,
        )
    except (ValueError, RecursionError):
        raise FileRefusedError("unreadable") from None


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError


def _refuse(_: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> None:
    if not math.isfinite(float(text)):
        raise ValueError


def _exact(text: str) -> None:
    if len(text) > 17 or abs(int(text)) > _MAX_INTEGER:  # noqa: PLR2004 - digits of 2**53 and a sign
        raise ValueError
