"""`/introspect`: where resource servers ask about access tokens (RFC 7662)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.web.access import protocol
from idp.web.oidc.exchange import INTROSPECTION, exchange

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("introspection", __name__)


@bp.route(INTROSPECTION.path, methods=INTROSPECTION.methods)
@protocol
def introspect() -> Response:
    """Tell an authenticated resource server whether a token may be used."""
    return exchange(INTROSPECTION)
