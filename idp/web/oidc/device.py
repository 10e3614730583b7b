"""`/device_authorization`: where a device without a browser begins (RFC 8628 §3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response

from idp.protocol.http import NO_STORE
from idp.protocol.specifications import DEVICE_PATH
from idp.web import limits
from idp.web.access import protocol
from idp.web.oidc.channel import front_channel
from idp.web.oidc.exchange import Endpoint, exchange

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("device_authorization", __name__)

DEVICE: Final = Endpoint(
    DEVICE_PATH, ("POST",), lambda _, sent: front_channel().device_authorization.answer(sent), "token"
)


@bp.post(DEVICE_PATH)
@protocol
def begin() -> ResponseReturnValue:
    """Answer with the codes. Each call leaves a row and most devices prove nothing, so all of them are counted."""
    if (wait := limits.exceeded("device")) is not None:
        return Response(status=429, headers=[("Retry-After", str(wait)), *NO_STORE])
    return exchange(DEVICE)
