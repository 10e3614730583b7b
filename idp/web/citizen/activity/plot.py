"""The last months at a glance: bars for each group of entries, as numbers that a template draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from flask_babel import format_date
from flask_babel import gettext as _

from idp.activity.groups import Group, group_of
from idp.web.citizen.activity.wording import group_name
from idp.web.context import services

MONTHS: Final = 6
#: A bar is this wide, with a gap of the rest of its step.
WIDTH: Final = 16
STEP: Final = 20
HEIGHT: Final = 36
#: The least that can still be seen.
_LOWEST: Final = 2
_MONTHS_OF_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One month of a group."""

    x: int
    y: int
    height: int
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """One group over the months, on a scale of its own."""

    group: str
    name: str
    bars: tuple[Bar, ...]
    total: int
    #: The same in words.
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All of it."""

    #: Each month's short and long name.
    months: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    width: int = MONTHS * STEP
    height: int = HEIGHT
    bar: int = WIDTH


def last_months(account_id: str) -> Plot | None:
    """Count a citizen's entries of the last months; None when there are none to draw."""
    starts = month_starts(services().clock.now(), MONTHS)
    counted = services().activity.counts(account_id, months=starts)
    numbers = {group: [0] * len(starts) for group in Group}
    for place, kinds in enumerate(counted):
        for kind, number in kinds.items():
            numbers[group_of(kind)][place] += number
    names = tuple((str(format_date(start, "LLL")), str(format_date(start, "LLLL y"))) for start in starts)
    rows = tuple(_row(group, found, names) for group, found in numbers.items() if any(found))
    return Plot(months=names, rows=rows) if rows else None


def month_starts(now: datetime, number: int) -> list[datetime]:
    """Give the first moments of this month and of those before it, the earliest first (UTC)."""
    this = now.year * _MONTHS_OF_A_YEAR + now.month - 1
    return [
        datetime(month // _MONTHS_OF_A_YEAR, month % _MONTHS_OF_A_YEAR + 1, 1, tzinfo=UTC)
        for month in range(this - number + 1, this + 1)
    ]


def _row(group: Group, numbers: list[int], names: tuple[tuple[str, str], ...]) -> Row:
    most = max(numbers)
    heights = [max(_LOWEST, round(number * HEIGHT / most)) if number else 0 for number in numbers]
    bars = tuple(
        Bar(x=place * STEP + (STEP - WIDTH) // 2, y=HEIGHT - height, height=height, number=number)
        for place, (height, number) in enumerate(zip(heights, numbers, strict=True))
    )
    said = ", ".join(f"{name}: {number}" for (_short, name), number in zip(names, numbers, strict=True))
    text = _("%(group)s by month. %(numbers)s", group=group_name(group), numbers=said)
    return Row(group=group, name=group_name(group), bars=bars, total=sum(numbers), text=text)
