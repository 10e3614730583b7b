"""`/par`: where services leave their requests before they send the citizen (RFC 9126)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint

from idp.protocol.specifications import PAR_PATH
from idp.web.access import protocol
from idp.web.oidc.channel import front_channel
from idp.web.oidc.exchange import Endpoint, exchange

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("par", __name__)

PAR: Final = Endpoint(PAR_PATH, ("POST",), lambda _, sent: front_channel().pushed.answer(sent), "par")


@bp.route(PAR_PATH, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], provide_automatic_options=False)
@protocol
def push() -> Response:
    """Keep a request and answer with its reference; other methods than POST get the error that §2.3 asks for."""
    return exchange(PAR)
