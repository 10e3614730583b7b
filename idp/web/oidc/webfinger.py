"""`/.well-known/webfinger`: where clients find out who signs an address in."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.protocol.http import HttpRequest, MalformedRequestError
from idp.protocol.webfinger import PATH, WebFinger
from idp.web.access import protocol
from idp.web.context import services

bp = Blueprint("webfinger", __name__)


@bp.get(PATH)
@protocol
def webfinger() -> Response:
    """Tell the issuer for any address at our host."""
    finger = WebFinger(issuer=services().settings.issuer)
    try:
        answer = finger.answer(HttpRequest.read(request.environ))
    except MalformedRequestError as error:
        answer = finger.malformed(error)
    return Response(answer.body, answer.status, list(answer.headers))
