"""When a choice ends: pure arithmetic with months, days and the citizen's own word. Moments are UTC."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from idp.consent.errors import ChoiceInvalidError
from idp.consent.values import Choices, Duration

#: How long what was shared "just this time" can be drawn on.
ONCE_LASTS: Final = timedelta(hours=1)
#: How long before its end the citizen is reminded: a few weeks, so that a holiday does not swallow it.
REMINDED_BEFORE: Final = timedelta(days=21)
#: The place of a wrong end among the faults of a form; no detail is called that.
UNTIL: Final = "until"

_Day = TypeVar("_Day", date, datetime)


class EndFault(StrEnum):
    """Why a typed end is refused: the key of the message that the page shows."""

    MISSING = "end_missing"
    NO_DATE = "end_no_date"
    PAST = "end_past"
    LATE = "end_late"


def months_later(start: _Day, months: int) -> _Day:
    """Return the same day of a later month, or the last one where that month has no such day."""
    years, month = divmod(start.month - 1 + months, 12)
    day = min(start.day, monthrange(start.year + years, month + 1)[1])
    return start.replace(year=start.year + years, month=month + 1, day=day)


def asked_again_at(duration: Duration, now: datetime, *, reconfirm_months: int) -> datetime:
    """Return when a standing choice ends and is asked again; for a choice made for one time, when it ends.

    One time lasts long enough for the service to fetch what it was given, and for a slow visitor.
    """
    return now + ONCE_LASTS if duration is Duration.ONCE else months_later(now, reconfirm_months)


def ends_at(choices: Choices, now: datetime, *, reconfirm_months: int) -> datetime:
    """Return when a submitted choice ends: a named day counts to its last second.

    :raises ChoiceInvalidError: the day is none, is over, or is later than the citizen would be asked again.
    """
    latest = asked_again_at(choices.duration, now, reconfirm_months=reconfirm_months)
    if choices.duration is not Duration.UNTIL:
        return latest
    end = datetime.combine(_day(choices.until), time(23, 59, 59), tzinfo=UTC)
    if end <= now:
        raise ChoiceInvalidError({UNTIL: EndFault.PAST})
    if end.date() > latest.date():
        raise ChoiceInvalidError({UNTIL: EndFault.LATE})
    return end


def reminded_at(end: datetime, *, duration: Duration, now: datetime) -> datetime | None:
    """Return when the citizen is reminded of an end; None where they have only just named it, or there is one visit."""
    at = end - REMINDED_BEFORE
    return at if duration is not Duration.ONCE and at > now else None


def day_typed(end: datetime) -> Mapping[str, str]:
    """Return a day as it would have been typed."""
    return {"day": str(end.day), "month": str(end.month), "year": str(end.year)}


def _day(typed: Mapping[str, str]) -> date:
    parts = [typed.get(part, "") for part in ("year", "month", "day")]
    if not any(parts):
        raise ChoiceInvalidError({UNTIL: EndFault.MISSING})
    # Not `isdigit` alone: it takes digits that `int` does not, such as superscripts.
    if not all(part.isdecimal() and len(part) <= len("2027") for part in parts):
        raise ChoiceInvalidError({UNTIL: EndFault.NO_DATE})
    try:
        return date(*map(int, parts))
    except ValueError:
        raise ChoiceInvalidError({UNTIL: EndFault.NO_DATE}) from None
