"""When a notice is tried again: pure rules."""

from datetime import timedelta


def pause(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return how long to wait after this many tries: each pause is twice the one before, up to the longest.

    :param attempts: tries so far, at least one.
    """
    # Bounded before it is multiplied: 2 to the power of many tries is more than a timedelta holds.
    return min(first * 2 ** min(attempts - 1, 30), longest) if first < longest else longest
