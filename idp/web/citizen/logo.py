"""Logos of services, as we drew them anew."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.web.access import public
from idp.web.context import services

bp = Blueprint("logo", __name__)


@bp.get("/services/<client_id>/logo")
@public
def image(client_id: str) -> Response:
    """Answer a service's logo as PNG. `v` names the picture, so that browsers may keep it for good."""
    client = services().clients.get(client_id)
    picture = services().clients.logos.image(client) if client is not None and client.approved else None
    if client is None or picture is None:
        abort(404)
    response = Response(picture, mimetype="image/png")
    current = request.args.get("v") == client.logo
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # A picture opened as a document must not become one that runs.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
