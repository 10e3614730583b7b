"""Kinds of values that several settings share."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

_LIMIT = re.compile(r"[1-9][0-9]*/(second|minute|hour|day)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _split(value: object) -> object:
    """Take `a, b` for a list: an environment variable has no other way to say one."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _limit(value: str) -> str:
    if value == "off" or _LIMIT.fullmatch(value):
        return value
    raise ValueError("must look like 20/minute (second, minute, hour or day), or be off")


def _languages(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not all(_LANGUAGE.fullmatch(tag) for tag in value):
        raise ValueError("must list at least one language tag, such as en")
    return value


def _algorithms(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not set(value) <= {"ES256", "PS256", "EdDSA", "RS256"}:
        raise ValueError("must list some of ES256, PS256, EdDSA and RS256")
    return value


def is_loopback(host: str | None) -> bool:
    """Return whether a host name means this very machine."""
    return host is not None and (host in _LOOPBACK or host.endswith(".localhost"))


def _issuer(value: str) -> str:
    if value.endswith("/"):
        raise ValueError("must not end with a slash")
    return _upstream_issuer(value)


def _upstream_issuer(value: str) -> str:
    """Check an issuer identifier (OIDC Discovery §3, RFC 8414 §2), which is compared letter by letter ever after.

    Somebody else's may end with a slash.
    """
    try:
        parts = urlsplit(value)
        valid_port = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("must be an https address, such as https://id.example.org") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not valid_port or value != value.strip():
        raise ValueError("must be an https address, such as https://id.example.org")
    if parts.query or parts.fragment or parts.username is not None or "?" in value or "#" in value:
        raise ValueError("must have no query, fragment or user name")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https; http is for localhost in development only")
    return value


Algorithms = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_algorithms)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Languages = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_languages)]
Limit = Annotated[str, AfterValidator(_limit)]
Issuer = Annotated[str, AfterValidator(_issuer)]
UpstreamIssuer = Annotated[str, AfterValidator(_upstream_issuer)]
