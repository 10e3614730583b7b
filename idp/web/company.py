"""Several citizens in one browser: who is here, changing over, and leaving.

The browser is with one of them at a time, whose session is in the session cookie; the others' secrets are in a cookie
of their own. Whoever holds both cookies holds all of these sessions, and each name shown comes from its own open vault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import session as page_session

from idp.web import context, cookies

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from idp.authentication.values import Session


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen of this browser, for a page."""

    sid: str
    #: Their sign-in name; empty where their vault is locked.
    name: str
    current: bool


def everybody() -> tuple[Session, ...]:
    """Give the sessions of this browser, the one that it is with first."""
    current = context.current_session()
    return context.other_sessions() if current is None else (current, *context.other_sessions())


def people() -> tuple[Person, ...]:
    """Name everybody who is signed in here."""
    current = context.signed_in()
    return tuple(
        Person(sid=session.sid, name=context.name_of(session), current=session.sid == current.sid)
        for session in everybody()
    )


def find(sid: str) -> Session | None:
    """Give the session of this browser with this public id."""
    return next((session for session in everybody() if session.sid == sid), None)


def make_room(account_id: str, *, beside: Session | None) -> list[str]:
    """Arrange who else stays when somebody has signed in: nobody twice, and no more than there is room for.

    :param beside: the citizen whom the browser was with, when they stay signed in.
    :returns: the secrets of those who stay.
    """
    there = (*(() if beside is None else (beside,)), *context.other_sessions())
    staying = [session for session in there if session.account_id != account_id]
    gone = [session for session in there if session.account_id == account_id] + staying[cookies.MOST_OTHERS :]
    if gone:
        context.services().logout.sign_out(*gone)
    return [session.secret for session in staying[: cookies.MOST_OTHERS]]


def change_over(answer: Response, to: Session) -> None:
    """Let the browser be with another of its citizens."""
    rest = [session for session in everybody() if session.sid != to.sid]
    _be_with(answer, to, rest)


def settle(answer: Response) -> None:
    """Leave the browser to whoever is still signed in after sessions have ended: the next citizen, or nobody."""
    page_session.clear()
    context.forget_session()
    staying = everybody()
    if staying:
        _be_with(answer, staying[0], list(staying[1:]))
        return
    cookies.clear_session(answer)


def _be_with(answer: Response, whom: Session, rest: list[Session]) -> None:
    # The secret of the form tokens goes: a form opened as one citizen must not be sent as another.
    page_session.clear()
    cookies.set_session(answer, whom.secret, beside=[session.secret for session in rest])
    context.forget_session()
