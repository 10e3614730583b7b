"""The life of a key: pure rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from idp.keys.values import TOKEN_ALGORITHM, Key, Lives, State, Use

#: How long others may remember the published list (`Cache-Control` of the JWK Set).
PUBLISHED_MAX_AGE: Final = timedelta(minutes=10)

#: What a retired key is kept for beyond the last token: clocks differ, and the list is remembered.
SLACK: Final = timedelta(minutes=5) + PUBLISHED_MAX_AGE

_ORDER: Final = (State.ACTIVE, State.NEXT, State.RETIRED)
_SPENT: Final = (State.ACTIVE, State.RETIRED)


def wanted(*, signing: Iterable[str], decrypting: Iterable[str]) -> tuple[tuple[Use, str, State], ...]:
    """List the keys that must exist: one in use and one to follow, for each algorithm and for tokens."""
    algorithms = [(Use.SIGN, algorithm) for algorithm in signing]
    algorithms += [(Use.ENCRYPT, algorithm) for algorithm in decrypting]
    algorithms += [(Use.SEAL, TOKEN_ALGORITHM)]
    return tuple((use, algorithm, state) for use, algorithm in algorithms for state in (State.ACTIVE, State.NEXT))


def missing(keys: Iterable[Key], wanted_keys: Iterable[tuple[Use, str, State]]) -> tuple[tuple[Use, str, State], ...]:
    """List those of :func:`wanted` that do not exist."""
    present = {(key.use, key.algorithm, key.state) for key in keys}
    return tuple(slot for slot in wanted_keys if slot not in present)


def alive(keys: Iterable[Key], *, now: datetime) -> tuple[Key, ...]:
    """List the keys to publish or to open with: in use first, then to come, then retired ones that are not over.

    :returns: the latest retired first, in an order that only depends on the keys: the same keys give the same bytes.
    """
    kept = [key for key in keys if not over(key, now=now)]
    kept.sort(key=lambda key: (key.created_at, key.kid), reverse=True)
    return tuple(sorted(kept, key=lambda key: (_ORDER.index(key.state), key.algorithm)))


def chosen(keys: Iterable[Key], *, now: datetime, settling: timedelta) -> tuple[Key, ...]:
    """Choose the key to use for each algorithm: the last one brought into use that every process must know by now.

    A process that has not looked at the database for a moment still publishes, and opens with, the keys of that moment:
    among them the one to follow, but not one that was made since. So a key that is quickly rotated into use waits, and
    the one before it goes on, for as long as a process may not have looked.

    :param settling: how long that is.
    """
    spent = [key for key in keys if key.state in _SPENT]
    first = {key.algorithm: key.created_at for key in sorted(spent, key=lambda key: key.created_at, reverse=True)}
    newest: dict[str, Key] = {}
    for key in sorted(spent, key=_brought_into_use):
        # Of those made first, nobody has ever seen a list without the others.
        known = key.created_at + settling <= now or key.created_at == first[key.algorithm]
        if known or key.algorithm not in newest:
            newest[key.algorithm] = key
    return tuple(newest.values())


def over(key: Key, *, now: datetime) -> bool:
    """Tell whether everything made with a retired key has ended."""
    return key.state is State.RETIRED and key.publish_until is not None and key.publish_until <= now


def changes_at(keys: Iterable[Key], *, now: datetime, settling: timedelta) -> datetime | None:
    """Give the next moment at which :func:`alive` or :func:`chosen` becomes another by itself."""
    moments = [key.publish_until for key in keys if key.publish_until is not None]
    moments += [key.created_at + settling for key in keys if key.state in _SPENT]
    return min((moment for moment in moments if moment > now), default=None)


def publish_until(*, retired_at: datetime, longest_life: timedelta) -> datetime:
    """Give the end of a key that is retired now, when what it makes lives at most `longest_life`."""
    return retired_at + longest_life + SLACK


def early(key: Key, *, now: datetime) -> bool:
    """Tell whether a key has been published for less time than others may remember the list without it."""
    return now - key.created_at < PUBLISHED_MAX_AGE


def due_at(key: Key, *, lives: Lives) -> datetime | None:
    """Give the moment at which a key in use is to be replaced; None when an operator decides."""
    days = lives.token_days if key.use is Use.SEAL else lives.signing_days
    if key.state is not State.ACTIVE or key.activated_at is None or days == 0:
        return None
    return key.activated_at + timedelta(days=days)


def due(keys: Iterable[Key], *, now: datetime, lives: Lives) -> tuple[str, ...]:
    """List the algorithms whose key is to be replaced now, and whose following key others had time to see."""
    present = {(key.algorithm, key.state): key for key in keys}
    algorithms = []
    for (algorithm, state), key in present.items():
        end, following = due_at(key, lives=lives), present.get((algorithm, State.NEXT))
        if state is State.ACTIVE and end is not None and end <= now and following and not early(following, now=now):
            algorithms.append(algorithm)
    return tuple(sorted(algorithms))


def _brought_into_use(key: Key) -> tuple[bool, datetime, datetime]:
    since = key.activated_at or key.created_at
    return key.state is State.ACTIVE, since, key.retired_at or since
