"""Between WSGI and the protocol's own request and answer, for the endpoints that services call directly.

The protocol needs nothing of Flask for these: no session, no template, no form. So each of them has a view, by which
Flask knows the route and refuses other methods, and :class:`Shortcut` answers the same request in front of Flask,
which by itself would cost more than most of these requests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from flask import Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from idp.protocol.assembly import TOKEN_PATH
from idp.protocol.errors import error_answer, oauth_error
from idp.protocol.http import NO_STORE, Answer, HttpRequest, MalformedRequestError, json_answer
from idp.protocol.introspection import Introspection
from idp.protocol.revocation import Revocation
from idp.web import cors, errors, limits
from idp.web.context import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from idp.protocol.assembly import Protocol

#: Where the application keeps what `idp.protocol.assembly.assemble` gave.
KEY: Final = "proffer.protocol"
_STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the back channel.

    :ivar limit: rate of failed attempts from one address. Those that prove who they are do not count: a busy service
        calls from one address thousands of times a minute, and whoever guesses secrets fails each time.
    """

    path: str
    methods: tuple[str, ...]
    by: Callable[[Protocol, HttpRequest], Answer]
    limit: str | None = None

    def serve(self, sent: HttpRequest) -> Answer:
        """Answer with the running application's protocol."""
        return self.by(cast("Protocol", current_app.extensions[KEY]), sent)


TOKEN: Final = Endpoint(TOKEN_PATH, ("POST",), lambda protocol, sent: protocol.back_channel.token(sent), "token")
USERINFO: Final = Endpoint("/userinfo", ("GET", "POST"), lambda protocol, sent: protocol.userinfo.answer(sent))
REVOCATION: Final = Endpoint(
    "/revoke",
    ("POST",),
    lambda protocol, sent: protocol.back_channel.endpoint(Revocation.ENDPOINT_NAME, sent),
    "token",
)
INTROSPECTION: Final = Endpoint(
    "/introspect",
    ("POST",),
    lambda protocol, sent: protocol.back_channel.endpoint(Introspection.ENDPOINT_NAME, sent),
    "introspection",
)


def exchange(endpoint: Endpoint) -> Response:
    """Answer Flask's current request."""
    answer = _answered(endpoint, request.environ)
    return Response(answer.body, answer.status, list(answer.headers))


def install(app: Flask) -> None:
    """Put the shortcut in front of Flask and behind the proxies' middleware, which tells the caller's address."""
    if isinstance(app.wsgi_app, ProxyFix):
        app.wsgi_app.app = Shortcut(app, app.wsgi_app.app)
    else:
        app.wsgi_app = Shortcut(app, app.wsgi_app)  # type: ignore[method-assign]


class Shortcut:
    """WSGI in front of Flask: answers the back channel, and hands everything else on."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        self._preflights = frozenset(cors.METHODS)
        self._endpoints: Mapping[tuple[str, str], Endpoint] = {
            (endpoint.path, method): endpoint
            for endpoint in (TOKEN, USERINFO, REVOCATION, INTROSPECTION)
            for method in endpoint.methods
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        endpoint = self._endpoints.get((environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]))
        if endpoint is None:
            if environ["REQUEST_METHOD"] == "OPTIONS" and environ.get("PATH_INFO", "") in self._preflights:
                return self._preflight(environ, start_response)
            return self._inner(environ, start_response)
        try:
            with self._app.app_context():
                answer = _answered(endpoint, environ)
        except Exception as error:  # noqa: BLE001 - the last line before the server, as Flask's own
            errors.log_unexpected(error)
            answer = json_answer({"error": "server_error"}, status=500)
        length = ("Content-Length", str(len(answer.body)))
        start_response(_STATUS_LINES[answer.status], [*answer.headers, length])
        return [answer.body]

    def _preflight(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        headers: cors.Headers = (("Allow", f"{cors.METHODS[path]}, OPTIONS"),)
        if "HTTP_ORIGIN" in environ:
            with self._app.app_context():
                headers += cors.preflight(path, origin=environ["HTTP_ORIGIN"], clients=services().clients)
        start_response("204 No Content", list(headers))
        return ()


def _answered(endpoint: Endpoint, environ: WSGIEnvironment) -> Answer:
    answer = _unopened(endpoint, environ)
    # Only browsers name an origin; all others pay for this line and no more.
    if "HTTP_ORIGIN" not in environ or endpoint.path not in cors.METHODS:
        return answer
    opened = cors.readable(origin=environ["HTTP_ORIGIN"], client_id=answer.client_id, clients=services().clients)
    return replace(answer, headers=answer.headers + opened)


def _unopened(endpoint: Endpoint, environ: WSGIEnvironment) -> Answer:
    settings = services().settings
    try:
        answer = endpoint.serve(HttpRequest.read(environ, max_bytes=settings.server.max_body_bytes))
    except MalformedRequestError as error:
        answer = error_answer(oauth_error(error), realm=settings.issuer)
    if answer.status == HTTPStatus.UNAUTHORIZED and endpoint.limit is not None:
        wait = limits.exceeded(endpoint.limit, environ.get("REMOTE_ADDR"))
        if wait is not None:
            return Answer(429, (("Retry-After", str(wait)), *NO_STORE))
    return answer
