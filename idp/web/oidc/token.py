"""`/token`: where services turn codes and refresh tokens into tokens (RFC 6749 §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.web.access import protocol
from idp.web.oidc.exchange import TOKEN, exchange

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("token", __name__)


@bp.route(TOKEN.path, methods=TOKEN.methods)
@protocol
def token() -> Response:
    """Answer a token request."""
    return exchange(TOKEN)
