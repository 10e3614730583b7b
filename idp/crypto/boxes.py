"""Boxes for one receiver, who is known only by a public key: X25519 (RFC 7748), HKDF-SHA256 and AES-256-GCM.

Made for what waits in the database until somebody comes with a secret that we gave away and did not keep. The secret
seeds the private half; whoever holds the row alone opens nothing.
"""

import os
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal

PUBLIC_BYTES: Final = 32
_SEED: Final = "seed of an X25519 key"
_AGREED: Final = "key of a box for one receiver"


def public_half(secret: bytes) -> bytes:
    """Give the public key that a strong secret seeds; 32 bytes."""
    return _public(_private(secret))


def seal_for(public: bytes, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal for whoever holds the secret behind a public key: a fresh public key, then the box."""
    ours = X25519PrivateKey.from_private_bytes(os.urandom(PUBLIC_BYTES))
    shared = ours.exchange(X25519PublicKey.from_public_bytes(public))
    sent = _public(ours)
    return sent + seal(_agreed(shared, sent + public), plaintext, context=context)


def open_with(secret: bytes, box: bytes, *, context: bytes) -> bytes:
    """Open what :func:`seal_for` made.

    :raises SealBrokenError: for another secret, cut short or changed.
    """
    key, sent = _private(secret), box[:PUBLIC_BYTES]
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(sent))
    except ValueError:
        # Too short, or a point that gives nothing to agree on (RFC 7748 §6.1).
        raise SealBrokenError from None
    return unseal(_agreed(shared, sent + _public(key)), box[PUBLIC_BYTES:], context=context)


def _private(secret: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(derive(secret, purpose=_SEED))


def _public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _agreed(shared: bytes, publics: bytes) -> bytes:
    # Both halves go in, so that the key belongs to this very exchange (RFC 7748 §6.1).
    return derive(shared, purpose=_AGREED, salt=publics)
