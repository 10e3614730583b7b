"""The life of a key: pure rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from idp.keys.values import TOKEN_ALGORITHM, Key, State, Use

#: How long others may remember the published list (`Cache-Control` of the JWK Set).
PUBLISHED_MAX_AGE: Final = timedelta(minutes=10)

#: What a retired key is kept for beyond the last token: clocks differ, and the list is remembered.
SLACK: Final = timedelta(minutes=5) + PUBLISHED_MAX_AGE

_ORDER: Final = (State.ACTIVE, State.NEXT, State.RETIRED)


def wanted(signing: Iterable[str]) -> tuple[tuple[Use, str, State], ...]:
    """List the keys that must exist: one in use and one to follow, for each signing algorithm and for tokens."""
    algorithms = [(Use.SIGN, algorithm) for algorithm in signing] + [(Use.SEAL, TOKEN_ALGORITHM)]
    return tuple((use, algorithm, state) for use, algorithm in algorithms for state in (State.ACTIVE, State.NEXT))


def missing(keys: Iterable[Key], signing: Iterable[str]) -> tuple[tuple[Use, str, State], ...]:
    """List those of :func:`wanted` that do not exist."""
    present = {(key.use, key.algorithm, key.state) for key in keys}
    return tuple(slot for slot in wanted(signing) if slot not in present)


def published(keys: Iterable[Key], *, now: datetime) -> tuple[Key, ...]:
    """List the keys to publish or to open with: in use first, then to come, then retired ones that are not over.

    :returns: in an order that only depends on the keys, so that the same keys give the same bytes.
    """
    alive = [key for key in keys if not over(key, now=now)]
    return tuple(sorted(alive, key=lambda key: (_ORDER.index(key.state), key.algorithm, key.created_at, key.kid)))


def over(key: Key, *, now: datetime) -> bool:
    """Tell whether everything made with a retired key has ended."""
    return key.state is State.RETIRED and key.publish_until is not None and key.publish_until <= now


def changes_at(keys: Iterable[Key], *, now: datetime) -> datetime | None:
    """Give the next moment at which :func:`published` becomes shorter by itself."""
    ends = [key.publish_until for key in keys if key.publish_until is not None and key.publish_until > now]
    return min(ends, default=None)


def publish_until(*, retired_at: datetime, longest_life: timedelta) -> datetime:
    """Give the end of a key that is retired now, when what it makes lives at most `longest_life`."""
    return retired_at + longest_life + SLACK


def early(key: Key, *, now: datetime) -> bool:
    """Tell whether a key has been published for less time than others may remember the list without it."""
    return now - key.created_at < PUBLISHED_MAX_AGE
