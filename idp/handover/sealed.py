"""What a row holds shut: who asks, for the server alone, and what was approved, for the asking browser alone."""

from typing import Final

import msgspec

from idp.crypto import boxes
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import Ring

_ASKING: Final = b"handover asks:"
_APPROVED: Final = b"handover approved:"


class Asking(msgspec.Struct, array_like=True, frozen=True):
    """The browser that asks."""

    browser: str
    system: str
    country: str
    city: str
    network: bytes
    number: int


class Approved(msgspec.Struct, array_like=True, frozen=True):
    """Whom it is signed in as."""

    account_id: str
    #: Of the session that approved.
    sid: str
    amr: tuple[str, ...]
    #: None where that session could not open the vault either.
    vault_key: bytes | None


_encode: Final = msgspec.msgpack.Encoder().encode
_asking: Final = msgspec.msgpack.Decoder(Asking)
_approved: Final = msgspec.msgpack.Decoder(Approved)


def seal_asking(ring: Ring, asking: Asking, *, digest: bytes) -> bytes:
    """Seal for this server."""
    return ring.seal(_encode(asking), _ASKING + digest)


def open_asking(ring: Ring, sealed: bytes, *, digest: bytes) -> Asking | None:
    """Open it; None for another row's, or when the key is gone."""
    try:
        return _asking.decode(ring.unseal(sealed, _ASKING + digest))
    except SealBrokenError:
        return None


def seal_approved(public: bytes, approved: Approved, *, digest: bytes) -> bytes:
    """Seal for the browser whose secret seeded the key."""
    return boxes.seal_for(public, _encode(approved), context=_APPROVED + digest)


def open_approved(secret: str, sealed: bytes, *, digest: bytes) -> Approved | None:
    """Open it with that secret; None for any other."""
    try:
        return _approved.decode(boxes.open_with(secret.encode(), sealed, context=_APPROVED + digest))
    except SealBrokenError:
        return None
