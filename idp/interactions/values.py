"""A request in flight, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Whether a browser has taken the request up yet."""

    PUSHED = "pushed"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the pages have settled so far. Nothing in here is personal: it is stored in clear."""

    #: The browser session (`sid`) whose account the citizen picked on the account page.
    account_chosen: str | None = None
    #: The grant that the choosing page of this very request settled.
    grant_id: str | None = None
    refused: bool = False
    #: The citizen would not, or could not, prove more than their session does.
    step_up_declined: bool = False


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request in flight, opened with its secret."""

    #: 256 random bits; travels in the URL of our own pages. Only its digest is stored.
    secret: str = field(repr=False)
    kind: Kind
    client_id: str
    #: The request's own parameters, validated before they were stored.
    parameters: Mapping[str, str] = field(repr=False, hash=False)
    facts: Facts
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """The answer to a pushed request (RFC 9126 §2.2)."""

    request_uri: str = field(repr=False)
    #: Seconds.
    expires_in: int
