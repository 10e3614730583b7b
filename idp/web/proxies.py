"""What trusted reverse proxies say about the caller, read so that the caller cannot say it for them.

Werkzeug reads ``X-Forwarded-…`` as lists that may hold quoted texts. A proxy appends to what the caller sent without
looking at it: a quotation mark sent by the caller swallows the proxy's own entry, and with it the address that tries
are counted by. So marks go first, and what is no address never counts as one of its own.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_HEADERS: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")
#: Some proxies add the port, which would make each connection somebody else.
_WITH_PORT: Final = re.compile(r"\[(?P<v6>[^\]]+)\](?::\d+)?|(?P<v4>[^:]+):\d+")
_NOBODY: Final = "unknown"


class TrustedProxies(ProxyFix):
    """Believes as many proxies as it is told, about the address, the scheme and the host."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request on as the outermost trusted proxy saw it."""
        for header in _HEADERS:
            if header in environ:
                environ[header] = environ[header].replace('"', "")
        if (forwarded := environ.get("HTTP_X_FORWARDED_FOR")) is not None:
            environ["HTTP_X_FORWARDED_FOR"] = ", ".join(_address(entry) for entry in forwarded.split(","))
        return super().__call__(environ, start_response)


def _address(entry: str) -> str:
    entry = entry.strip()
    if found := _WITH_PORT.fullmatch(entry):
        entry = found["v6"] or found["v4"]
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return _NOBODY
