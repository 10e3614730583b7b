"""Which addresses may be fetched from: pure rules (OWASP, Server-Side Request Forgery Prevention)."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from idp.outbound.errors import FetchRefusedError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL: Final = 2048
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
_PORTS: Final = {"https": 443, "http": 80}

#: Carriers of IPv4 addresses inside IPv6 ones, and retired private space: each could lead back inside.
_REFUSED: Final = tuple(
    ipaddress.ip_network(network)
    for network in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "192.88.99.0/24")
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL points at."""

    secure: bool
    host: str
    port: int
    #: Path and query, as the request line has them.
    path: str
    #: The operator allows private addresses, and no TLS, for this host.
    private_allowed: bool


def target(url: str, *, private_hosts: Collection[str]) -> Target:
    """Take a URL apart and check all that can be checked without asking for its address.

    :param private_hosts: `outbound.allowed_hosts`, each a host or `host:port`.
    :raises FetchRefusedError: not https (http only for those hosts), credentials, a fragment, or not a URL.
    """
    if len(url) > MAX_URL or _PRINTABLE.fullmatch(url) is None:
        message = "not a URL, or too long"
        raise FetchRefusedError(message)
    try:
        parts = urlsplit(url)
        host, given_port = parts.hostname, parts.port
    except ValueError:
        message = "not a URL"
        raise FetchRefusedError(message) from None
    if not host or parts.scheme not in _PORTS or "@" in parts.netloc or "#" in url or "\\" in url:
        message = "not an http address, or one with credentials or a fragment"
        raise FetchRefusedError(message)
    port = _PORTS[parts.scheme] if given_port is None else given_port
    allowed = host in private_hosts or f"{host}:{port}" in private_hosts
    if parts.scheme != "https" and not allowed:
        message = "not https"
        raise FetchRefusedError(message)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure=parts.scheme == "https", host=host, port=port, path=path, private_allowed=allowed)


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet's."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_multicast or address.is_reserved or address.is_unspecified or not address.is_global:
        return False
    return not any(address in network for network in _REFUSED)
