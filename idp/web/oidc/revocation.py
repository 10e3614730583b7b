"""`/revoke`: where services give tokens back (RFC 7009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.web.access import protocol
from idp.web.oidc.exchange import REVOCATION, exchange

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("revocation", __name__)


@bp.route(REVOCATION.path, methods=REVOCATION.methods)
@protocol
def revoke() -> Response:
    """Revoke what the client holds."""
    return exchange(REVOCATION)
