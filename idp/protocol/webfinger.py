"""Finding the issuer that speaks for an address (OIDC Discovery §2, RFC 7033).

Any address at the issuer's own host gets the same answer, whoever it belongs to and whether it exists: this endpoint
must not tell who has an account here (RFC 7033 §9.2).

https://openid.net/specs/openid-connect-discovery-1_0.html#IssuerDiscovery, https://www.rfc-editor.org/rfc/rfc7033
"""

import re
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec

from idp.protocol.http import Answer, HttpRequest, MalformedRequestError

PATH: Final = "/.well-known/webfinger"
ISSUER_RELATION: Final = "http://openid.net/specs/connect/1.0/issuer"
#: RFC 7033 §5: whatever is public may be read by any page.
_ANY_ORIGIN: Final = ("Access-Control-Allow-Origin", "*")
_HEADERS: Final = (("Content-Type", "application/jrd+json"), _ANY_ORIGIN, ("Cache-Control", "public, max-age=300"))
_MAX_RESOURCE: Final = 2000
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[\x21-\x7e]+")

_encode: Final = msgspec.json.Encoder().encode


class WebFinger:
    """Answers who wants to know where somebody signs in."""

    def __init__(self, *, issuer: str) -> None:
        self._issuer = issuer
        parts = urlsplit(issuer)
        #: The issuer's host alone, and as it is written with its port.
        self._hosts = frozenset({(parts.hostname or "").lower(), parts.netloc.lower()})

    def answer(self, request: HttpRequest) -> Answer:
        """Give the JRD of a resource at our host: 400 without one, 404 for one elsewhere (RFC 7033 §4.2)."""
        asked = [value for name, value in request.query if name == "resource"]
        if len(asked) != 1 or len(asked[0]) > _MAX_RESOURCE or _URI.fullmatch(asked[0]) is None:
            return Answer(400, (_ANY_ORIGIN,))
        if _host(asked[0]) not in self._hosts:
            return Answer(404, (_ANY_ORIGIN,))
        relations = [value for name, value in request.query if name == "rel"]
        # Relations narrow the links and nothing else (§4.3).
        wanted = not relations or ISSUER_RELATION in relations
        links: list[dict[str, Any]] = [{"rel": ISSUER_RELATION, "href": self._issuer}] if wanted else []
        return Answer(200, _HEADERS, _encode({"subject": asked[0], "links": links}))

    def malformed(self, error: MalformedRequestError) -> Answer:
        """Answer a question that cannot be read."""
        return Answer(error.status, (_ANY_ORIGIN,))


def _host(resource: str) -> str:
    """Give the host of an address as it is written, empty when it has none (OIDC Discovery §2.1.2)."""
    scheme, _, rest = resource.partition(":")
    if rest.startswith("//"):
        authority = re.split(r"[/?#]", rest[2:], maxsplit=1)[0]
        return authority.rpartition("@")[2].lower()
    if scheme.lower() in {"acct", "mailto", "xmpp"}:
        return unquote(re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]).lower()
    return ""
