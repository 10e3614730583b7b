"""Pure rules about codes and tokens."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from idp.crypto import secrets
from idp.tokens.errors import ResourceNotGrantedError, ScopeTooWideError

#: RFC 7636 §4.1.
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def proves_possession(*, challenge: str | None, verifier: str | None) -> bool:
    """Tell whether a redemption fits the challenge of its authorization request (RFC 7636 §4.6, S256 only).

    Without a challenge there must be no verifier: it would mean that somebody removed the challenge on the way
    (RFC 9700 §2.1.1, §4.8.2).
    """
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    return secrets.same(secrets.b64url(secrets.digest(verifier)), challenge)


def same_redirect(*, requested: str | None, presented: str | None) -> bool:
    """Tell whether the redirect URI is the one of the authorization request (RFC 6749 §4.1.3), byte for byte.

    It may be left out only where the authorization request left it out.
    """
    return requested == presented


def narrowed(granted: tuple[str, ...], asked: Collection[str] | None) -> tuple[str, ...]:
    """Give the scope of a refresh: what was granted, or the part of it that was asked for (RFC 6749 §6).

    :raises ScopeTooWideError: more was asked for than granted.
    """
    if asked is None:
        return granted
    if not set(asked) <= set(granted):
        raise ScopeTooWideError
    return tuple(value for value in granted if value in asked)


def require_granted(resource: str | None, *, granted: Collection[str]) -> None:
    """Check that a token may be for this resource (RFC 8707 §2.2); None is UserInfo, which needs no leave.

    :raises ResourceNotGrantedError: the authorization request did not name it.
    """
    if resource is not None and resource not in granted:
        raise ResourceNotGrantedError


def lifetime(seconds: int, *, now: datetime, until: datetime) -> int:
    """Return how many whole seconds a token lives: no longer than what the citizen agreed to.

    A resource server that reads a token itself asks nobody whether it still counts, so the token has to say so.
    """
    return max(0, min(seconds, int((until - now).total_seconds())))


def moment(seconds: int) -> datetime:
    """Return the moment that whole seconds since 1970 name."""
    return datetime.fromtimestamp(seconds, UTC)
