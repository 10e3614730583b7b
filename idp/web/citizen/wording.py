"""Dates and lists in the reader's language, as filters of the citizen's templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from babel.lists import format_list
from flask import Blueprint
from flask_babel import format_date, format_datetime, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

_MINUTE = 60


def register(bp: Blueprint) -> None:
    """Give templates the filters `day`, `moment`, `clock`, `listed` and `host`."""
    bp.add_app_template_filter(day, "day")
    bp.add_app_template_filter(moment, "moment")
    bp.add_app_template_filter(clock, "clock")
    bp.add_app_template_filter(listed, "listed")
    bp.add_app_template_filter(host, "host")


def day(at: datetime | date) -> Markup:
    """Write the day, machine-readable as well (HTML §4.5.14)."""
    return _time(at, day_words(at))


def day_words(at: datetime | date) -> str:
    """Write the day as plain words, for messages and hints."""
    return str(format_date(at, "d MMMM y" if str(get_locale()) == "en" else "long"))


def moment(at: datetime) -> Markup:
    """Write day and time of day."""
    return _time(at, str(format_datetime(at, "d MMMM yyyy HH:mm")))


def clock(at: datetime) -> Markup:
    """Write the time of day alone."""
    return _time(at, str(format_datetime(at, "HH:mm")))


def began(at: datetime, *, now: datetime) -> str:
    """Say how long ago something began that lives for minutes."""
    minutes = int((now - at).total_seconds() // _MINUTE)
    if minutes < 1:
        return str(_("It began less than a minute ago."))
    return str(ngettext("It began %(num)s minute ago.", "It began %(num)s minutes ago.", minutes))


def listed(words: Iterable[str]) -> Markup:
    """Join words as the language does: "a, b and c"; each keeps its own direction."""
    isolated = [str(Markup("<bdi>{}</bdi>").format(word)) for word in words]
    return Markup(format_list(isolated, locale=get_locale()))  # noqa: S704 - each word is escaped above


def host(address: str) -> str:
    """Name where a checked address leads."""
    return urlsplit(address).hostname or ""


def _time(at: datetime | date, words: str) -> Markup:
    machine = at.isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(machine, escape(words))
