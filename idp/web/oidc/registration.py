"""`/register`: where services register themselves, and read, change and take back what they registered.

Routed only where the deployment lets services register (`registration.mode`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint

from idp.protocol.registration import REGISTER_PATH
from idp.web.access import protocol
from idp.web.limits import limited
from idp.web.oidc.channel import front_channel
from idp.web.oidc.exchange import Endpoint, exchange

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("registration", __name__)

REGISTER: Final = Endpoint(REGISTER_PATH, ("POST",), lambda _, sent: front_channel().registration.register(sent))
#: Failures count apart: whoever guesses tokens fails each time.
MANAGE: Final = Endpoint(
    f"{REGISTER_PATH}/<client_id>",
    ("GET", "PUT", "DELETE"),
    lambda _, sent: front_channel().registration.manage(sent),
    "token",
)


@bp.route(REGISTER.path, methods=REGISTER.methods)
@protocol
@limited("registration")
def register() -> Response:
    """Register a service (RFC 7591 §3)."""
    return exchange(REGISTER)


@bp.route(MANAGE.path, methods=MANAGE.methods)
@protocol
@limited("registration", methods=("PUT", "DELETE"))
def manage(client_id: str) -> Response:  # noqa: ARG001 - the endpoint reads it from the request's own path
    """Read, replace or take back a registration (RFC 7592 §2)."""
    return exchange(MANAGE)
