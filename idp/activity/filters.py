"""Which rows of a ledger are asked for."""

from dataclasses import dataclass
from datetime import datetime

from idp.activity.values import Kind


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one word of a search may stand for; a row that any of it fits is found."""

    kinds: frozenset[Kind] = frozenset()
    client_ids: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: all that fit everything that is set here."""

    sequence: int | None = None
    kinds: frozenset[Kind] | None = None
    client_id: str | None = None
    #: The name of a detail that a row has to name.
    claim: str | None = None
    browser: str | None = None
    #: From this moment on.
    since: datetime | None = None
    #: Before this moment.
    until: datetime | None = None
    words: tuple[Meaning, ...] = ()


ALL = Filter()


@dataclass(frozen=True, slots=True)
class Facets:
    """What occurs in a citizen's rows, so that filters offer nothing else."""

    client_ids: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    browsers: frozenset[str] = frozenset()
