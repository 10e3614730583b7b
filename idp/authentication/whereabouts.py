"""Roughly where a session began: for its owner to read, and for nobody who holds the database."""

import json
from typing import Final

from idp.authentication.values import session_context
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal
from idp.places import Place
from idp.vault.values import VaultKey

_PURPOSE: Final = "place of a browser session"


def seal_place(place: Place | None, key: VaultKey | None, *, account_id: str, sid: str) -> bytes | None:
    """Seal a place for its citizen; None where there is no place to tell, or no key to keep it under."""
    if place is None or key is None:
        return None
    words = json.dumps([place.country, place.city]).encode()
    return seal(_key(key), words, context=session_context(account_id=account_id, sid=sid))


def open_place(sealed: bytes | None, key: VaultKey | None, *, account_id: str, sid: str) -> Place | None:
    """Read a place; None where there is none, or it is not this session's."""
    if sealed is None or key is None:
        return None
    try:
        words = unseal(_key(key), sealed, context=session_context(account_id=account_id, sid=sid))
    except SealBrokenError:
        return None
    country, city = json.loads(words)
    return Place(country, city)


def _key(key: VaultKey) -> bytes:
    return derive(key.secret, purpose=_PURPOSE)
