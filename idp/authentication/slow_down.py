"""How fast somebody may try to sign in: a pure policy.

Two things must hold together. Guessing must be slow, from one network and from many. And a stranger must not be able to
lock an owner out, because an account that can be blocked by anybody who knows its name is not its owner's.

So tries are counted per account *and* network, or per account and browser where its owner has signed in before. Failed
tries from everywhere add up to a pressure on the account, which only shrinks what a network may try before it has to
wait, never below one try. A browser that its owner has used counts for itself alone and feels no pressure.

What remains possible is one guess per network and window. Against that stands the password's own strength, which is
checked when it is chosen.
"""

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: Tries count for this long after the last one.
WINDOW: Final = timedelta(minutes=15)
#: Failed tries from anywhere count for this long after the first one.
PRESSURE_WINDOW: Final = timedelta(hours=1)
FIRST_WAIT: Final = timedelta(seconds=2)
#: The longest that anybody ever waits, an owner on a stranger's network included.
LONGEST_WAIT: Final = timedelta(minutes=5)
BROWSER_ALLOWANCE: Final = 10
NETWORK_ALLOWANCE: Final = 5
#: Every so many failed tries from anywhere take one try from each network's allowance.
PRESSURE_STEP: Final = 10
_NO_WAIT: Final = timedelta(0)
_MOST_DOUBLINGS: Final = 16


class Bucket(StrEnum):
    """Whose tries are counted together."""

    NETWORK = "network"
    BROWSER = "browser"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Tries:
    """What is remembered of one bucket."""

    count: int
    last_at: datetime
    expires_at: datetime

    def at(self, now: datetime) -> int:
        """Give how many tries still count."""
        return self.count if now < self.expires_at else 0


def allowance(bucket: Bucket, *, pressure: int) -> int:
    """Give how many tries are free before a wait; at least one."""
    if bucket is not Bucket.NETWORK:
        return BROWSER_ALLOWANCE
    return max(1, NETWORK_ALLOWANCE - pressure // PRESSURE_STEP)


def wait(tries: Tries | None, *, free: int, now: datetime) -> timedelta:
    """Give how long the next try has to wait: nothing within the allowance, then twice as long each time.

    A try that is told to wait is not counted, so asking again does not make it longer.
    """
    if tries is None or (count := tries.at(now)) < free:
        return _NO_WAIT
    doublings: int = min(count - free, _MOST_DOUBLINGS)
    delay = min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
    return max(_NO_WAIT, tries.last_at + delay - now)


def counted(tries: Tries | None, *, now: datetime) -> Tries:
    """Give a bucket with one more try."""
    return Tries(count=(tries.at(now) if tries else 0) + 1, last_at=now, expires_at=now + WINDOW)


def withdrawn(tries: Tries) -> Tries:
    """Give a bucket with one try less, for one that was never judged."""
    return replace(tries, count=max(0, tries.count - 1))


def pressed(pressure: Tries | None, *, now: datetime) -> Tries:
    """Give the pressure with one more failed try. Its window stands still: it passes however long an attack lasts."""
    before = pressure.at(now) if pressure else 0
    ends = pressure.expires_at if pressure and before else now + PRESSURE_WINDOW
    return Tries(count=before + 1, last_at=now, expires_at=ends)


def network(address: str) -> str:
    """Give the network that an address belongs to: the part that one subscriber cannot easily change.

    What is no address is one network, or whoever can send another text each time would never have to wait.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if isinstance(parsed, ipaddress.IPv4Address) else 64
    return str(ipaddress.ip_network((parsed.packed, prefix), strict=False))
