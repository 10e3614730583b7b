"""What the address of an activity page asks for. What makes no sense there is left out; a date that is none is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from flask import request
from flask_babel import gettext as _

from idp.activity.filters import Facets, Filter, Meaning
from idp.activity.groups import GROUPS, Group
from idp.activity.values import Kind
from idp.web.citizen.activity.events import kind_texts
from idp.web.citizen.activity.wording import detail_label
from idp.web.citizen.details.held import service_name
from idp.web.forms import Problem

#: Longer ids and numbers are none of ours.
_LONGEST: Final = 200
_LONGEST_NUMBER: Final = 15
_LONGEST_SEARCH: Final = 100
_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as its form shows it, and as the ledger takes it."""

    #: Names in the address, and what stands there; without those that are empty.
    query: dict[str, str]
    fitting: Filter
    problems: tuple[Problem, ...]

    def value(self, name: str) -> str:
        """Give what a field of the form holds."""
        return self.query.get(name, "")

    @property
    def more(self) -> bool:
        """Whether a field is in use that is folded away at first."""
        return not self.query.keys().isdisjoint({"detail", "browser", "from", "to"})


def asked(facets: Facets) -> Asked:
    """Read the filter of this page's address."""
    raw = {name: _clean(name) for name in ("q", "kind", "service", "detail", "browser", "from", "to")}
    since, until = _day(raw["from"]), _day(raw["to"])
    problems = tuple(
        Problem(name, _("Write the date as year, month and day, such as 2026-03-27."))
        for name, found in (("from", since), ("to", until))
        if raw[name] and found is None
    )
    fitting = Filter(
        kinds=kinds_of(raw["kind"]),
        client_id=raw["service"] or None,
        claim=raw["detail"] or None,
        browser=raw["browser"] or None,
        since=_midnight(since),
        # The last day counts whole; the last of all days has no next one.
        until=_midnight(until + timedelta(days=1)) if until and until < date.max else None,
        words=tuple(_meaning(word, facets) for word in raw["q"].casefold().split()[:_WORDS]),
    )
    if fitting.kinds is None:
        raw["kind"] = ""
    return Asked(query={name: text for name, text in raw.items() if text}, fitting=fitting, problems=problems)


def kinds_of(name: str) -> frozenset[Kind] | None:
    """Give the kinds that a group or a kind names; None for anything else."""
    if name in set(Group):
        return GROUPS[Group(name)]
    return frozenset({Kind(name)}) if name in set(Kind) else None


def number(name: str) -> int | None:
    """Read a sequence number from the address."""
    raw = request.args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= _LONGEST_NUMBER else None


def day(raw: str) -> datetime | None:
    """Read a day as the moment at which it begins (UTC)."""
    return _midnight(_day(raw))


def _clean(name: str) -> str:
    raw = request.args.get(name, "").strip()
    limit = _LONGEST_SEARCH if name == "q" else _LONGEST
    if name != "q" and len(raw) > limit:
        return ""
    return raw[:limit] if raw.isprintable() else ""


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _midnight(found: date | None) -> datetime | None:
    return None if found is None else datetime(found.year, found.month, found.day, tzinfo=UTC)


def _meaning(word: str, facets: Facets) -> Meaning:
    """Look a word up in the texts that this page would show, in the language that it speaks."""
    return Meaning(
        kinds=frozenset(kind for kind, text in kind_texts() if word in text.casefold()),
        client_ids=frozenset(one for one in facets.client_ids if word in service_name(one).casefold()),
        claims=frozenset(one for one in facets.claims if word in detail_label(one).casefold()),
    )
