"""Fetching request objects from where services publish them (`request_uri`, OIDC Core §6.2, RFC 9101 §5.2).

Anybody can send a browser here with anybody's `client_id`, so an address is fetched only when that client registered
it (RFC 9101 §10.4, `require_request_uri_registration`), and how often is bounded whatever is asked.

The fragment names the version of the content: another one makes us look again (OIDC Core §6.2). When it is the
content's hash, as it should be, the content cannot be another and is kept. It proves nothing and nothing is refused for
it: what is fetched is signed, and a service that registers an address before it knows the content has to put something
else there.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from authlib.oauth2.rfc9101.errors import InvalidRequestUriError

from idp.clients.values import Client
from idp.clock import Clock
from idp.crypto.secrets import b64url, digest
from idp.outbound.errors import OutboundError
from idp.outbound.fetch import Fetcher

#: OIDC Core §6.2.
MAX_CHARACTERS: Final = 512
#: Room for an encrypted object of the largest size that is read.
MAX_BYTES: Final = 32 * 1024
#: Content that may change is believed for this long, so that a crowd is one fetch.
BRIEFLY: Final = timedelta(seconds=1)
#: Content that its address names by hash cannot change; kept for as long as a busy service uses it.
HASHED: Final = timedelta(hours=1)
#: An address that failed is left alone for this long.
FAILED: Final = timedelta(seconds=10)
#: Fetches of one address, with ever new fragments, in any such period; a worker's count.
PERIOD: Final = timedelta(seconds=10)
MOST_FETCHES: Final = 10

#: RFC 9101 §4 and what came before it; plain text is what a server says of a file that it does not know.
_MEDIA_TYPES: Final = ("application/oauth-authz-req+jwt", "application/jwt", "application/jose", "text/plain")
_MAX_HELD: Final = 128
_HTTP_OK: Final = 200


@dataclass(frozen=True, slots=True)
class _Held:
    #: The fragment that it was fetched under.
    version: str
    #: None when it could not be had.
    content: str | None = field(repr=False)
    until: datetime
    #: When counting fetches began, and how many there were.
    since: datetime
    fetches: int


class RequestDocuments:
    """Request objects that services publish, kept for the life of the process and no longer than they hold."""

    def __init__(self, *, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def get(self, request_uri: str, *, client: Client) -> str:
        """Return what a service publishes at an address that it registered, read by nobody yet.

        :raises InvalidRequestUriError: not registered, or there is no request object to be had.
        """
        address, _, version = request_uri.partition("#")
        if len(request_uri) > MAX_CHARACTERS or not _registered(address, client):
            raise InvalidRequestUriError("This request_uri is not registered")
        now = self._clock.now()
        held = self._held.get(address)
        if held is None or now >= held.until or (held.content is not None and held.version != version):
            held = self._keep(address, self._fetched(address, version, held, now))
        if held.content is None:
            raise InvalidRequestUriError("There is no request object at this request_uri")
        return held.content

    def _fetched(self, address: str, version: str, before: _Held | None, now: datetime) -> _Held:
        since, fetches = now, 1
        if before is not None and now - before.since < PERIOD:
            since, fetches = before.since, before.fetches + 1
        if fetches > MOST_FETCHES:
            raise InvalidRequestUriError("This request_uri is fetched too often")
        content = _content(self._fetcher, address)
        if content is None:
            return _Held(version, None, now + FAILED, since, fetches)
        for_how_long = HASHED if version == b64url(digest(content)) else BRIEFLY
        return _Held(version, content.strip(), now + for_how_long, since, fetches)

    def _keep(self, address: str, held: _Held) -> _Held:
        with self._lock:
            if address not in self._held and len(self._held) >= _MAX_HELD:
                del self._held[next(iter(self._held))]
            self._held[address] = held
        return held


def _registered(address: str, client: Client) -> bool:
    """Tell whether a client registered an address: character by character, whatever version it names."""
    return any(registered.partition("#")[0] == address for registered in client.request_uris)


def _content(fetcher: Fetcher, address: str) -> str | None:
    try:
        fetched = fetcher.get(address, accept=", ".join(_MEDIA_TYPES), max_bytes=MAX_BYTES)
    except OutboundError:
        return None
    media_type = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    if fetched.status != _HTTP_OK or media_type not in _MEDIA_TYPES or not fetched.body.isascii():
        return None
    return fetched.body.decode("ascii")
