"""Between Flask and the protocol's own request and answer, for the endpoints that services call directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import Response, current_app, request

from idp.protocol.errors import error_answer, oauth_error
from idp.protocol.http import HttpRequest, MalformedRequestError
from idp.web import limits
from idp.web.context import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from idp.protocol.assembly import Protocol
    from idp.protocol.http import Answer

#: Where the application keeps what `idp.protocol.assembly.assemble` gave.
KEY: Final = "proffer.protocol"
_UNAUTHORIZED: Final = 401


def protocol_parts() -> Protocol:
    """Give the protocol of the running application."""
    return cast("Protocol", current_app.extensions[KEY])


def exchange(serve: Callable[[HttpRequest], Answer], *, limit: str | None = None) -> Response:
    """Answer the current request.

    :param limit: rate of failed attempts from one address. Those that prove who they are do not count: a busy service
        calls from one address thousands of times a minute, and whoever guesses secrets fails each time.
    """
    settings = services().settings
    try:
        answer = serve(HttpRequest.read(request.environ, max_bytes=settings.server.max_body_bytes))
    except MalformedRequestError as error:
        answer = error_answer(oauth_error(error), realm=settings.issuer)
    if answer.status == _UNAUTHORIZED and limit is not None and (wait := limits.exceeded(limit)) is not None:
        return Response("", 429, {"Retry-After": str(wait), "Cache-Control": "no-store"})
    return Response(answer.body, answer.status, list(answer.headers))
