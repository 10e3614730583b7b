"""Flask's session: a signed cookie for pages, nothing for protocol routes.

It holds the secret of the form tokens and messages for the next page, never anything personal. It
is read when a page first touches it: Flask opens sessions before it knows the route, and a token
request should not pay for a signature check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

from idp.web import cookies
from idp.web.access import Audience, audience_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

#: A page left open longer than this asks for its form again, in seconds.
LIFETIME = 12 * 3600


class LazySession(SecureCookieSession):
    """A session that opens its cookie at the first touch."""

    def __init__(self, load: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self._load: Callable[[], dict[str, Any]] | None = load

    @property
    def touched(self) -> bool:
        """Whether anything has looked inside."""
        return self._load is None

    def _open(self) -> None:
        if self._load is not None:
            load, self._load = self._load, None
            dict.update(self, load())

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - a session holds any JSON value
        self._open()
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - as above
        self._open()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._open()
        super().__delitem__(key)

    def __contains__(self, key: object) -> bool:
        self._open()
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._open()
        return super().__iter__()

    def __len__(self) -> int:
        self._open()
        return super().__len__()

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as above
        """Look at one entry."""
        self._open()
        return super().get(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as above
        """Look at one entry, which then exists."""
        self._open()
        return super().setdefault(key, default)

    def pop(self, key: str, *default: Any) -> Any:  # noqa: ANN401 - as above
        """Take one entry out."""
        self._open()
        return super().pop(key, *default)

    def clear(self) -> None:
        """Forget everything, also what the cookie holds."""
        self._open()
        super().clear()


class PageSessions(SecureCookieSessionInterface):
    """Opens and saves page sessions; protocol routes have a null session in effect."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Give a session that reads its cookie when a page asks for it."""

        def load() -> dict[str, Any]:
            if _is_protocol(app, request):
                raise RuntimeError("protocol routes have no session")
            value = request.cookies.get(cookies.name(cookies.PAGE))
            serializer = self.get_signing_serializer(app)
            if not value or serializer is None:
                return {}
            try:
                return dict(serializer.loads(value, max_age=LIFETIME))
            except (BadSignature, ValueError, TypeError):
                return {}

        return LazySession(load)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie when a page has changed the session."""
        if isinstance(session, NullSession) or not (isinstance(session, LazySession) and session.touched):
            return
        response.vary.add("Cookie")
        if not session.modified:
            return
        if not session:
            cookies.remove(response, cookies.PAGE)
            return
        serializer = self.get_signing_serializer(app)
        if serializer is not None:
            cookies.write(response, cookies.PAGE, str(serializer.dumps(dict(session))))


def _is_protocol(app: Flask, request: Request) -> bool:
    view = app.view_functions.get(request.endpoint or "")
    return audience_of(view) is Audience.PROTOCOL
