"""How long a recovery waits: pure rules."""

from datetime import datetime, timedelta
from typing import Final

from idp.recovery.values import Times

#: How long a new password can be set once the waiting time is over.
OPEN: Final = timedelta(days=7)
#: Cancelled recoveries of this time make the next one wait longer.
REMEMBERED: Final = timedelta(days=30)
#: No recovery waits longer.
LONGEST: Final = timedelta(days=30)
#: One letter for one sign-in name in this time, whoever asks; those that left work on.
BETWEEN_LETTERS: Final = timedelta(hours=1)
#: Longer than any link that a request leads to.
REQUEST_KEPT: Final = timedelta(days=1)


def times(now: datetime, *, waiting: timedelta, cancelled: int) -> Times:
    """Return when a recovery that begins now is ready: twice as late for each one that was cancelled lately."""
    # Bounded before it is multiplied: 2 to the power of many is more than a timedelta holds.
    wait = min(waiting * 2 ** min(cancelled, 10), max(LONGEST, waiting))
    return Times(begun_at=now, half_at=now + wait / 2, ready_at=now + wait, until=now + wait + OPEN)
