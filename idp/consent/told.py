"""What is known of telling services about a changed detail, as immutable values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.claims.values import ClaimValue
from idp.consent.values import Grant


@dataclass(frozen=True, slots=True)
class Difference:
    """One form in which a service has a detail: the value that it has, and the one that it would get."""

    claim: str
    old: ClaimValue | None = field(repr=False)
    new: ClaimValue = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """A service that has a detail."""

    grant: Grant = field(repr=False)
    #: It has an address for events.
    hears: bool
    #: What it has differently; nothing when it is up to date.
    differences: tuple[Difference, ...] = field(repr=False)


class Progress(StrEnum):
    """How far a telling has come."""

    #: The service has asked for the values since.
    FETCHED = "fetched"
    #: It has taken the event.
    TOLD = "told"
    #: It is about to be sent the event.
    UNDER_WAY = "under_way"
    #: It could not be reached and is tried again.
    TRYING = "trying"
    #: It could not be reached, and nobody tries again.
    UNREACHABLE = "unreachable"
    #: It has no address for events; the new value waits for it.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Told:
    """One telling, as it is stored."""

    id: str
    account_id: str
    attribute_id: str
    grant_id: str
    #: The event in the outbox; None for a service without an address.
    notice_id: str | None
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling, and what became of it."""

    told: Told
    client_id: str
    progress: Progress
    #: When it came so far.
    at: datetime
