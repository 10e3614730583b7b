"""`/userinfo`: what a service may know about the citizen who signed in (OIDC Core §5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.web.access import protocol
from idp.web.oidc.exchange import USERINFO, exchange

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("userinfo", __name__)


@bp.route(USERINFO.path, methods=USERINFO.methods)
@protocol
def userinfo() -> Response:
    """Answer whoever presents an access token."""
    return exchange(USERINFO)
