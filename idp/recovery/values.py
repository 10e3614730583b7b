"""A recovery that runs, or ran."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a recovery stands."""

    RUNNING = "running"
    CANCELLED = "cancelled"
    DONE = "done"
    #: Nobody set a password in time.
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Times:
    """When what happens."""

    begun_at: datetime
    half_at: datetime
    #: From then on a new password can be set ...
    ready_at: datetime
    #: ... until then.
    until: datetime


@dataclass(frozen=True, slots=True)
class Recovery:
    """One recovery of one account."""

    id: str
    account_id: str
    times: Times
    state: State
