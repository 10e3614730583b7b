"""What one page request has found out so far.

Kept on the request's own environment and not on ``flask.g``: ``g`` belongs to the application
context, which a test or command may keep open over several requests.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import request

if TYPE_CHECKING:
    from datetime import datetime

    from idp.authentication.values import Session
    from idp.vault.personas import Persona

_KEY = "proffer.page"


@dataclass(slots=True)
class PageState:
    """The memory of one request.

    :ivar session: the browser session, once asked for; see ``session_known``.
    :ivar others: the sessions of the other citizens in this browser, once asked for.
    :ivar personas: the citizen's personas, once asked for.
    :ivar form_targets: origins that this page's forms may be redirected to.
    :ivar fetches: a script of this page asks us for more.
    :ivar for_service: this page works for a service, whose window may have opened it.
    :ivar asked_languages: what the service asked for (``ui_locales``), best first, and when.
    """

    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    session: Session | None = field(default=None, repr=False)
    session_known: bool = False
    others: tuple[Session, ...] | None = field(default=None, repr=False)
    personas: tuple[Persona, ...] | None = field(default=None, repr=False)
    form_targets: set[str] = field(default_factory=set)
    fetches: bool = False
    for_service: bool = False
    asked_languages: tuple[str, ...] = ()
    asked_at: datetime | None = None


def page_state() -> PageState:
    """Give the state of the request being answered."""
    state = request.environ.get(_KEY)
    if state is None:
        state = request.environ[_KEY] = PageState()
    return cast("PageState", state)
