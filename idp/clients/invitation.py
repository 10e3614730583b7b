"""Leave to register a service, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """An initial access token (RFC 7591 §1.2), without the token."""

    #: Names it in commands: the beginning of its digest.
    id: str
    label: str
    #: None: any number until it ends.
    uses_left: int | None
    created_at: datetime
    expires_at: datetime
