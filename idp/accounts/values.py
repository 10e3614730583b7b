"""What is known about an account without its owner."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Whether an account may be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    """A citizen's account."""

    id: str
    state: State
    #: The language its owner chose, or None.
    locale: str | None
    created_at: datetime
    #: Its owner is leaving: when everything is erased.
    closes_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether its owner may sign in and share."""
        return self.state is State.ACTIVE
