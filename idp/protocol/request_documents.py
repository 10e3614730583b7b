"""Fetching request objects from where services publish them (`request_uri`, OIDC Core §6.2, RFC 9101 §5.2).

Anybody can send a browser here with anybody's `client_id`, so an address is fetched only when that client registered
it (RFC 9101 §10.4, `require_request_uri_registration`), and how often is bounded whatever is asked.

The fragment names the version of the content: another one makes us look again (OIDC Core §6.2). When it is the
content's hash, as it should be, the content cannot be another and is kept. It proves nothing and nothing is refused for
it: what is fetched is signed, and a service that registers an address before it knows the content has to put something
else there.
"""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

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
#: An address that failed is left alone for this long.
FAILED: Final = timedelta(seconds=10)
#: Fetches of one address, with ever new fragments, in any such period; a worker's count.
PERIOD: Final = timedelta(seconds=10)
MOST_FETCHES: Final = 10

#: RFC 9101 §4 and what came before it; plain text is what a server says of a file that it does not know.
_MEDIA_TYPES: Final = ("application/oauth-authz-req+jwt", "application/jwt", "application/jose", "text/plain")
_MAX_HELD: Final = 128
_HTTP_OK: Final = 200

_Note = TypeVar("_Note")


@dataclass(frozen=True, slots=True)
class _Content:
    text: str = field(repr=False)
    #: The fragment that names this very content, whenever it was fetched.
    hashed: str
    #: The fragment that it was fetched under, and how long that means this content.
    version: str
    until: datetime

    def is_meant(self, version: str, now: datetime) -> bool:
        return version == self.hashed or (version == self.version and now < self.until)


@dataclass(frozen=True, slots=True)
class _Tries:
    """How often an address was fetched since a moment, and when it may be next after a failure."""

    since: datetime
    fetches: int
    not_before: datetime


class RequestDocuments:
    """Request objects that services publish, as one worker knows them."""

    def __init__(self, *, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._lock = threading.Lock()
        self._contents: dict[str, _Content] = {}
        self._tries: dict[str, _Tries] = {}

    def get(self, request_uri: str, *, client: Client) -> str:
        """Return what a service publishes at an address that it registered, read by nobody yet.

        :raises InvalidRequestUriError: not registered, or there is no request object to be had.
        """
        address, _, version = request_uri.partition("#")
        if len(request_uri) > MAX_CHARACTERS or not _registered(address, client):
            raise InvalidRequestUriError("This request_uri is not registered")
        now = self._clock.now()
        known = self._contents.get(address)
        if known is not None and known.is_meant(version, now):
            return known.text
        tries = self._next_try(address, now)
        if tries is None:
            # Whoever wears the address out with ever new fragments must not cut off those who name none.
            if known is not None and not version and now < known.until + PERIOD:
                return known.text
            raise InvalidRequestUriError("This request_uri is fetched too often")
        text = _text(self._fetcher, address)
        if text is None:
            self._note(self._tries, address, replace(tries, not_before=now + FAILED))
            raise InvalidRequestUriError("There is no request object at this request_uri")
        self._note(self._contents, address, _Content(text.strip(), b64url(digest(text)), version, now + BRIEFLY))
        return text.strip()

    def _next_try(self, address: str, now: datetime) -> _Tries | None:
        """Count a fetch before it is made, so that requests at the same time count too; None when it is one too many.

        :raises InvalidRequestUriError: the last one failed just now.
        """
        before = self._tries.get(address, _Tries(now, 0, now))
        if now < before.not_before:
            raise InvalidRequestUriError("There is no request object at this request_uri")
        tries = replace(before, fetches=before.fetches + 1) if now - before.since < PERIOD else _Tries(now, 1, now)
        if tries.fetches > MOST_FETCHES:
            return None
        self._note(self._tries, address, tries)
        return tries

    def _note(self, notes: dict[str, _Note], address: str, note: _Note) -> None:
        with self._lock:
            if address not in notes and len(notes) >= _MAX_HELD:
                del notes[next(iter(notes))]
            notes[address] = note


def _registered(address: str, client: Client) -> bool:
    """Tell whether a client registered an address: character by character, whatever version it names."""
    return any(registered.partition("#")[0] == address for registered in client.request_uris)


def _text(fetcher: Fetcher, address: str) -> str | None:
    try:
        fetched = fetcher.get(address, accept=", ".join(_MEDIA_TYPES), max_bytes=MAX_BYTES)
    except OutboundError:
        return None
    media_type = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    if fetched.status != _HTTP_OK or media_type not in _MEDIA_TYPES or not fetched.body.isascii():
        return None
    return fetched.body.decode("ascii")
