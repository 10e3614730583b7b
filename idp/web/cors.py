"""Which pages of other origins may call the protocol's endpoints and read the answers (Fetch §3.2, "CORS protocol").

A preflight does not say which service asks, so it lets through the origins of all approved services. The answer itself
is readable at the origins of the service that proved who it is; what went wrong before that names nobody and is
readable at any registered origin, so that a page can tell why it failed. Cookies never count here: what answers has
no use for them, and no answer says that they may be sent.

https://fetch.spec.whatwg.org/#http-cors-protocol, https://www.rfc-editor.org/rfc/rfc9700#section-2.6
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from idp.clients.policy import browser_origins

if TYPE_CHECKING:
    from idp.clients.service import ClientService

#: What may be called from a page, and how. Introspection is for servers; the authorization endpoint is visited.
METHODS: Final = {
    "/token": "POST",
    "/userinfo": "GET, POST",
    "/revoke": "POST",
    "/par": "POST",
    "/device_authorization": "POST",
}
ALLOWED_HEADERS: Final = "Authorization, Content-Type, DPoP"
#: Browsers keep a leave for two hours at most.
MAX_AGE_SECONDS: Final = 7200

#: An origin as browsers write it, and no longer than any host name is. `null` is nobody in particular.
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]{1,270}", re.ASCII)
_VARY: Final = ("Vary", "Origin")

Headers = tuple[tuple[str, str], ...]


def preflight(path: str, *, origin: str, clients: ClientService) -> Headers:
    """Give the headers that let a browser send a request that is not a plain form's (Fetch §4.8)."""
    if not _known(origin, clients):
        return (_VARY,)
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Methods", METHODS[path]),
        ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
        ("Access-Control-Max-Age", str(MAX_AGE_SECONDS)),
        _VARY,
    )


def readable(*, origin: str, client_id: str, clients: ClientService) -> Headers:
    """Give the headers that let a page read an answer.

    :param client_id: the service that proved who it is; empty when none did.
    """
    client = clients.get(client_id) if client_id else None
    known = _known(origin, clients) if client is None else origin in browser_origins(client)
    if not known:
        return (_VARY,)
    return (("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", "WWW-Authenticate"), _VARY)


def _known(origin: str, clients: ClientService) -> bool:
    return _ORIGIN.fullmatch(origin) is not None and clients.knows_origin(origin)
