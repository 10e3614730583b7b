"""Which language a page speaks, and in which direction it runs.

A service's ``ui_locales`` (OpenID Connect Core §3.1.2.1) comes first, unless the citizen has chosen on
our pages after that request began; then their remembered choice, then the browser's list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import flask_babel
from babel import Locale
from flask import current_app, has_request_context, request

from idp import resources
from idp.web import cookies
from idp.web.state import page_state

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

#: Digits of a time stamp in seconds; eleven are past the year 2286.
_LONGEST_TIME = 10
_RIGHT_TO_LEFT = "rtl"
_RECENTLY = timedelta(minutes=30)

#: What the footer of every page needs of the languages that we ship. Asking Babel would load each one's whole data
#: into every worker, a megabyte or more for a name and a direction.
_SHIPPED = {"en": ("English", "ltr"), "fr": ("Français", "ltr"), "ar": ("العربية", _RIGHT_TO_LEFT)}


@dataclass(frozen=True, slots=True)
class Choice:
    """One language of the switch in the footer."""

    code: str
    name: str
    direction: str
    current: bool


def init_app(app: Flask) -> None:
    """Translate the application's pages."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(resources.translations()))
    flask_babel.Babel(app, locale_selector=select)


def offered() -> tuple[str, ...]:
    """List the deployment's languages, its default first."""
    return tuple(current_app.extensions["proffer"].settings.languages)


def select() -> str:
    """Choose the language of the page being written."""
    if not has_request_context():
        return offered()[0]
    chosen, chosen_at = _own_choice()
    state = page_state()
    asked = _first_offered(state.asked_languages)
    if asked and (state.asked_at is None or chosen_at is None or state.asked_at >= chosen_at):
        return asked
    return chosen or _from_browser() or offered()[0]


def remember_asked(ui_locales: str, at: datetime) -> None:
    """Let the rest of this request speak what the service asked for at that time."""
    state = page_state()
    state.asked_languages = tuple(ui_locales.split()[:10])
    state.asked_at = at
    flask_babel.refresh()


def remember_asked_now(ui_locales: str) -> None:
    """Do the same for a page that answers the request itself, and leaves nothing to remember its time by.

    The switch in its footer comes back to the same request, so a choice of the last half hour counts as made here.
    """
    now: datetime = current_app.extensions["proffer"].clock.now()
    remember_asked(ui_locales, now - _RECENTLY)


def choose(response: Response, code: str) -> None:
    """Remember the citizen's choice for a year; an unknown language changes nothing."""
    if code in offered():
        now = current_app.extensions["proffer"].clock.now()
        cookies.write(response, cookies.LANGUAGE, f"{code}.{int(now.timestamp())}", max_age=cookies.YEAR)


def choices() -> tuple[Choice, ...]:
    """List what the switch in the footer offers, each named in its own language."""
    now = current()
    return tuple(Choice(code, _own_name(code), direction(code), current=code == now) for code in offered())


def current() -> str:
    """Give the language of the page being written, as a BCP 47 tag."""
    return str(flask_babel.get_locale() or offered()[0]).replace("_", "-")


def direction(code: str | None = None) -> str:
    """Tell ``ltr`` or ``rtl``, by default for the page being written."""
    wanted = code or current()
    if wanted in _SHIPPED:
        return _SHIPPED[wanted][1]
    return _RIGHT_TO_LEFT if Locale.parse(wanted, sep="-").text_direction == _RIGHT_TO_LEFT else "ltr"


def _own_name(code: str) -> str:
    if code in _SHIPPED:
        return _SHIPPED[code][0]
    locale = Locale.parse(code, sep="-")
    name = locale.get_display_name(locale) or code
    return name[:1].upper() + name[1:]


def _own_choice() -> tuple[str | None, datetime | None]:
    code, _, seconds = (cookies.read(cookies.LANGUAGE) or "").partition(".")
    if code not in offered() or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= _LONGEST_TIME):
        return None, None
    return code, datetime.fromtimestamp(int(seconds), UTC)


def _from_browser() -> str | None:
    return request.accept_languages.best_match(offered())


def _first_offered(asked: tuple[str, ...]) -> str | None:
    for tag in asked:
        # RFC 4647 §3.4 lookup: "fr-CA" is served by "fr".
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language in offered():
            return language
    return None
