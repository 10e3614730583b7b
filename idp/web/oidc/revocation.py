"""`/revoke`: where services give tokens back (RFC 7009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.protocol.revocation import Revocation
from idp.web.access import protocol
from idp.web.oidc.exchange import exchange, protocol_parts

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("revocation", __name__)


@bp.post("/revoke")
@protocol
def revoke() -> Response:
    """Revoke what the client holds."""
    back_channel = protocol_parts().back_channel
    return exchange(lambda sent: back_channel.endpoint(Revocation.ENDPOINT_NAME, sent), limit="token")
