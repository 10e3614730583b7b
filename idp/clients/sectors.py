"""Sector documents: which redirect URIs share one pairwise identifier (OIDC Core §8.1, Registration §5)."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from idp.outbound.errors import OutboundError
from idp.outbound.fetch import Fetcher

_MAX_BYTES: Final = 64 * 1024
_HTTP_OK: Final = 200


class SectorDocuments:
    """Reads them where services publish them."""

    def __init__(self, *, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def problem(self, uri: str, *, redirect_uris: Collection[str]) -> str | None:
        """Say why a document does not speak for these redirect URIs, or None. Never call it in a transaction."""
        try:
            fetched = self._fetcher.get(uri, accept="application/json", max_bytes=_MAX_BYTES)
            listed = json.loads(fetched.body) if fetched.status == _HTTP_OK else None
        except (OutboundError, ValueError, RecursionError):
            listed = None
        if not isinstance(listed, list):
            return "cannot be fetched, or is not a JSON array"
        missing = [redirect_uri for redirect_uri in redirect_uris if redirect_uri not in listed]
        return f"does not list {missing[0]}" if missing else None
