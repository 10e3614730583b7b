"""`/introspect`: where resource servers ask about access tokens (RFC 7662)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.protocol.introspection import Introspection
from idp.web.access import protocol
from idp.web.oidc.exchange import exchange, protocol_parts

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("introspection", __name__)


@bp.post("/introspect")
@protocol
def introspect() -> Response:
    """Tell an authenticated resource server whether a token may be used."""
    back_channel = protocol_parts().back_channel
    return exchange(lambda sent: back_channel.endpoint(Introspection.ENDPOINT_NAME, sent), limit="introspection")
