"""Discovery and keys, answered from prepared bytes in front of Flask.

Every service fetches these documents and they change only when a key does, so they cost neither
routing nor JSON. `idp.keys` looks for new keys at most every `cache.seconds`; only that look needs
the application.

https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 (If-None-Match), https://www.rfc-editor.org/rfc/rfc8414#section-3
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from idp.keys.values import PublishedKeys

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

_log = logging.getLogger(__name__)

#: How long others may keep the discovery document.
MAX_AGE_SECONDS: Final = 300

_ANY_ORIGIN: Final = ("Access-Control-Allow-Origin", "*")
_METHODS: Final = "GET, HEAD, OPTIONS"


@dataclass(frozen=True, slots=True)
class Document:
    """One prepared answer."""

    body: bytes
    etag: str
    #: What a 200 and a 304 have in common (RFC 9110 §15.4.5).
    validators: tuple[tuple[str, str], ...]


def prepare(body: bytes, *, etag: str | None = None, max_age_seconds: int = MAX_AGE_SECONDS) -> Document:
    """Return a JSON document with everything about its answer worked out.

    :param etag: a strong validator with its quotes; made from the body when left out.
    """
    if etag is None:
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:16]).rstrip(b"=").decode()
        etag = f'"{digest}"'
    validators = (
        ("ETag", etag),
        ("Cache-Control", f"public, max-age={max_age_seconds}"),
        ("X-Content-Type-Options", "nosniff"),
        _ANY_ORIGIN,
    )
    return Document(body, etag, validators)


class Front:
    """WSGI in front of the application.

    :param app: who answers everything else.
    :param fixed: documents that stay as they are while the process runs, by path.
    :param keys_path: where the JWK Set is.
    :param keys: gives the JWK Set in force; the same object as long as nothing has changed.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        fixed: Mapping[str, Document],
        keys_path: str,
        keys: Callable[[], PublishedKeys],
    ) -> None:
        self._app = app
        self._fixed = fixed
        self._keys_path = keys_path
        self._keys = keys
        self._prepared: tuple[PublishedKeys, Document] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a document, or hand the request on."""
        path = environ.get("PATH_INFO", "")
        if path not in self._fixed and path != self._keys_path:
            return self._app(environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method in ("GET", "HEAD"):
            document = self._fixed.get(path) or self._key_set()
            return _answer(document, method, environ.get("HTTP_IF_NONE_MATCH"), start_response)
        if method == "OPTIONS":
            start_response(
                "204 No Content",
                [_ANY_ORIGIN, ("Access-Control-Allow-Methods", _METHODS), ("Access-Control-Max-Age", "86400")],
            )
            return ()
        start_response("405 Method Not Allowed", [("Allow", _METHODS), ("Content-Length", "0")])
        return ()

    def _key_set(self) -> Document:
        prepared = self._prepared
        try:
            keys = self._keys()
        except Exception as error:
            if prepared is None:
                raise
            # Services can go on with the keys that they could have kept anyway.
            _log.warning("the keys cannot be read", extra={"failure": type(error).__name__})
            return prepared[1]
        if prepared is None or prepared[0] is not keys:
            document = prepare(keys.body, etag=keys.etag, max_age_seconds=keys.max_age_seconds)
            prepared = self._prepared = (keys, document)
        return prepared[1]


def install(app: Flask, *, fixed: Mapping[str, Document], keys_path: str) -> None:
    """Put the front before an application that has its services."""
    keys = app.extensions["proffer"].keys

    def published() -> PublishedKeys:
        ready: PublishedKeys | None = keys.prepared_already()
        if ready is not None:
            return ready
        with app.app_context():
            looked_up: PublishedKeys = keys.prepared()
            return looked_up

    front = Front(app.wsgi_app, fixed=fixed, keys_path=keys_path, keys=published)
    app.wsgi_app = front  # type: ignore[method-assign]


def _answer(
    document: Document, method: str, if_none_match: str | None, start_response: StartResponse
) -> Iterable[bytes]:
    if if_none_match is not None and _matches(if_none_match, document.etag):
        start_response("304 Not Modified", list(document.validators))
        return ()
    length = ("Content-Length", str(len(document.body)))
    start_response("200 OK", [("Content-Type", "application/json"), length, *document.validators])
    return () if method == "HEAD" else (document.body,)


def _matches(if_none_match: str, etag: str) -> bool:
    """Compare weakly, as conditional GETs do (RFC 9110 §13.1.2)."""
    candidates = [candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")]
    return etag in candidates or "*" in candidates
