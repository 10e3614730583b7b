"""Who may call a route. Every view declares one audience; a guard test finds any that does not.

The decorators stand directly under the route. ``__audience__`` is what the guard reads.
"""

from __future__ import annotations

from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from flask import redirect, request, url_for

from idp.web.context import current_session, leaving_session
from idp.web.transaction import WRITING, transactional

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

_View = TypeVar("_View", bound="Callable[..., ResponseReturnValue]")


class Audience(StrEnum):
    """Who a view answers."""

    PUBLIC = "public"
    CITIZEN = "citizen"
    PROTOCOL = "protocol"


def public(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Answer anybody: a page that needs no session."""
    return _declared(transactional(view), Audience.PUBLIC)


def while_locked(view: _View) -> _View:
    """Let a citizen use this view while their account is locked; stands under the audience decorator."""
    view.__while_locked__ = True  # type: ignore[attr-defined]
    return view


def citizen(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Answer a signed-in citizen only; others go to the sign-in page and come back afterwards.

    While an account is locked, because its owner said that something was not them, whoever is signed in to it is led
    to putting it right, and nowhere else.
    """
    inner = transactional(view)

    @wraps(view)
    def guard(*args: object, **kwargs: object) -> ResponseReturnValue:
        session = current_session()
        if session is None:
            # Whoever is leaving can decide to stay, and nothing else.
            page = "sign_in.form" if leaving_session() is None else "closing.form"
            return redirect(url_for(page, next=_way_back()), code=303)
        if session.repair_since is not None and not getattr(view, "__while_locked__", False):
            return redirect(url_for("repair.index"), code=303)
        return inner(*args, **kwargs)

    return _declared(guard, Audience.CITIZEN)


def protocol(view: _View) -> _View:
    """Answer services by the rules of OAuth: no page session, no token of a form, no wrapper."""
    return _declared(view, Audience.PROTOCOL)


def audience_of(view: object) -> Audience | None:
    """Tell which audience a view declares, or None for one that forgot to."""
    return getattr(view, "__audience__", None)


def _declared(view: _View, audience: Audience) -> _View:
    view.__audience__ = audience  # type: ignore[attr-defined]
    return view


def _way_back() -> str | None:
    # A form's content is not kept over a sign-in, so only pages that can be asked for again count.
    return None if request.method in WRITING else request.full_path.rstrip("?")
