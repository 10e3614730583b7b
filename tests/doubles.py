"""Stand-ins for what a test must steer: the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

#: When tests begin, unless they say otherwise.
START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


class FrozenClock:
    """A clock that moves only when a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self._now = at

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self._now

    def advance(self, **by: float) -> None:
        """Move on, by `timedelta`'s arguments."""
        self._now += timedelta(**by)
