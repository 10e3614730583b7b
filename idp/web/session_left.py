"""How long the citizen's session lasts if nothing happens, for the warning before it ends (WCAG 2.2.1).

A page tells it as it is written; its script asks again before it warns, because another window may have kept the
session alive. Asking keeps nothing alive by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from idp.web import headers
from idp.web.context import current_session, services

if TYPE_CHECKING:
    from idp.authentication.values import Session

#: How long before the end it is said; a shorter session's last quarter. WCAG 2.2.1 asks for 20 seconds at least.
_WARNING = 180
_QUARTER = 4
_LEAST = 20
#: With less left than this, a page says at once that the session ends whatever happens.
_ENDING = timedelta(minutes=30)
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Left:
    """All in whole seconds, but for the minutes that a page says."""

    #: Until it ends because nothing happened.
    rests: int
    #: Until it ends whatever happens.
    ends: int
    #: How long before either the citizen is warned.
    warn: int
    idle_minutes: int

    @property
    def ending(self) -> bool:
        """Whether the end that nothing puts off is near."""
        return self.ends <= _ENDING.total_seconds()

    @property
    def minutes(self) -> int:
        """Whole minutes in which this page can be sent, at least."""
        return max(0, min(self.rests, self.ends) // _MINUTE)


def left(session: Session, *, used: bool) -> Left:
    """Tell how long a session lasts.

    :param used: its citizen is at the browser, so that its rest begins anew.
    """
    now, settings = services().clock.now(), services().settings.sessions
    rested = services().authentication.rested(session, used=used)
    idle = settings.idle_seconds
    return Left(
        rests=max(0, int(idle - rested.total_seconds())),
        ends=max(0, int((session.expires_at - now).total_seconds())),
        warn=min(_WARNING, max(_LEAST, idle // _QUARTER)),
        idle_minutes=idle // _MINUTE,
    )


def of_this_page() -> Left | None:
    """Tell it for the page that is being written, whose script may ask again; None when nobody is signed in."""
    session = current_session()
    if session is None:
        return None
    headers.allow_fetches()
    return left(session, used=True)
