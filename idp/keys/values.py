"""Keys as the rest of the provider sees them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Use(StrEnum):
    """What a key is for."""

    SIGN = "sign"
    #: Others encrypt to it.
    ENCRYPT = "encrypt"
    #: Our own tokens are sealed with it; nobody else ever sees it.
    SEAL = "seal"


class State(StrEnum):
    """Where a key is in its life; it only ever moves down this list."""

    #: Published, not used yet.
    NEXT = "next"
    #: In use. There is one for each algorithm.
    ACTIVE = "active"
    #: No longer used, still published until everything made with it has ended.
    RETIRED = "retired"


#: The algorithm name under which the token keys are kept (RFC 7518 §5.1).
TOKEN_ALGORITHM = "A256GCM"  # noqa: S105 - the name of an algorithm


@dataclass(frozen=True, slots=True)
class Key:
    """One key's life, without its private part."""

    kid: str
    use: Use
    algorithm: str
    state: State
    public_jwk: dict[str, Any] | None
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None
    publish_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lives:
    """How long keys, and what is made with them, live in this deployment."""

    #: What is signed: ID tokens, access tokens as JWT, logout tokens.
    signed: timedelta
    #: What is sealed: access and refresh tokens.
    sealed: timedelta
    #: How long an ID token may come back as a hint: a session's life (OIDC Core §3.1.2.1, RP-Initiated Logout §2).
    hints: timedelta
    #: A key is replaced after so many days; 0 leaves it to the operator.
    signing_days: int
    token_days: int


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key with its private part, sealed under the key-encryption secret."""

    key: Key
    sealed_private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rotation:
    """What one rotation did for one algorithm."""

    use: Use
    algorithm: str
    activated: str
    retired: str
    #: The key that was made, and is published from now on.
    following: str
    #: The activated key had been published for a shorter time than relying parties may remember the old list. They
    #: fetch the list again when they meet it (OpenID Connect Core §10.1.1), so this is told, not refused.
    early: bool


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The JWK Set ready to be sent."""

    body: bytes
    #: A strong validator with its quotes (RFC 9110 §8.8.3).
    etag: str
    max_age_seconds: int
