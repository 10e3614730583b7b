"""Derivation and authenticated encryption: HKDF-SHA256 (RFC 5869) and AES-256-GCM (NIST SP 800-38D).

Every box is bound to a context, which is authenticated and not stored: a box moved to another row, account or purpose
does not open. A nonce is 96 random bits, which is safe for 2**32 boxes under one key; keys that seal a box for each
request (:class:`Ring`) are therefore rotated.
"""

import hashlib
import hmac
import os
import unicodedata
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from idp.crypto.errors import SealBrokenError

KEY_BYTES: Final = 32
RING_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


def derive(secret: bytes, *, purpose: str, salt: bytes = b"", length: int = KEY_BYTES) -> bytes:
    """Derive key material of `length` bytes for one purpose (HKDF-SHA256, RFC 5869 §2).

    `secret` must be strong already: a random value, or the output of Argon2id. Different purposes give independent
    keys, so that one key never does two jobs.
    """
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=purpose.encode()).derive(secret)


def seal(key: bytes, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal under a 256-bit key: random nonce, then ciphertext and tag. `context` is bound in, not stored.

    :raises ValueError: the key is not 32 bytes long.
    """
    return _seal(_cipher(key), plaintext, context)


def unseal(key: bytes, box: bytes, *, context: bytes) -> bytes:
    """Open what :func:`seal` made under the same key and context.

    :raises SealBrokenError: anything about it is wrong; deliberately not said what.
    :raises ValueError: the key is not 32 bytes long.
    """
    return _unseal(_cipher(key), box, context)


def wrap(wrapping_key: bytes, key: bytes, *, context: bytes) -> bytes:
    """Seal a 256-bit key under another.

    :raises ValueError: either key is not 32 bytes long.
    """
    _require_key(key)
    return seal(wrapping_key, key, context=context)


def unwrap(wrapping_key: bytes, wrapped: bytes, *, context: bytes) -> bytes:
    """Open what :func:`wrap` made.

    :raises SealBrokenError: the box does not open, or does not hold a key.
    """
    key = unseal(wrapping_key, wrapped, context=context)
    if len(key) != KEY_BYTES:
        raise SealBrokenError
    return key


def blind_index(value: str, *, pepper: bytes) -> bytes:
    """Give the keyed, one-way form under which a sign-in name is looked up; 32 bytes.

    Names that people take to be the same give the same index: compatibility forms, letter case and outer spaces do
    not count. Without the pepper, which is not in the database, guesses cannot be tried against a stolen copy.
    """
    # Folding case can undo the normal form and the other way round; Unicode §3.13 D146 therefore asks for both twice.
    folded = unicodedata.normalize("NFKC", value).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold().strip()
    return hmac.digest(pepper, folded.encode("utf-8", "surrogatepass"), hashlib.sha256)


class Ring:
    """The server's token keys: seals with the newest, opens with any that is still held.

    The ciphers are set up once and kept, because a token is sealed and opened on every request.
    """

    __slots__ = ("_ciphers", "_newest", "_newest_id")

    def __init__(self, keys: Sequence[tuple[bytes, bytes]]) -> None:
        """Hold `(id, key)` pairs, newest first: a public id of 4 bytes and a key of 32.

        :raises ValueError: no key at all, two keys under one id, or a wrong length.
        """
        if not keys or any(len(identifier) != RING_ID_BYTES for identifier, _ in keys):
            message = "a ring needs at least one key, each under an id of 4 bytes"
            raise ValueError(message)
        self._ciphers = {identifier: _cipher(key) for identifier, key in keys}
        if len(self._ciphers) != len(keys):
            message = "two keys of a ring share an id"
            raise ValueError(message)
        self._newest_id = keys[0][0]
        self._newest = self._ciphers[self._newest_id]

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """Seal under the newest key: key id, nonce, ciphertext and tag."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest_id + nonce + self._newest.encrypt(nonce, plaintext, context)

    def unseal(self, box: bytes, context: bytes) -> bytes:
        """Open what any held key sealed under the same context.

        :raises SealBrokenError: unknown key, wrong context, cut short or changed.
        """
        cipher = self._ciphers.get(box[:RING_ID_BYTES])
        if cipher is None:
            raise SealBrokenError
        return _unseal(cipher, box[RING_ID_BYTES:], context)

    def __repr__(self) -> str:
        """Show how many keys are held and nothing of them."""
        return f"<Ring of {len(self._ciphers)}>"


def _seal(cipher: AESGCM, plaintext: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, context)


def _unseal(cipher: AESGCM, box: bytes, context: bytes) -> bytes:
    if len(box) < _NONCE_BYTES + _TAG_BYTES:
        raise SealBrokenError
    try:
        return cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], context)
    except InvalidTag:
        raise SealBrokenError from None


def _cipher(key: bytes) -> AESGCM:
    _require_key(key)
    return AESGCM(key)


def _require_key(key: bytes) -> None:
    # AESGCM would quietly take 16 or 24 bytes and be weaker than everything here promises.
    if len(key) != KEY_BYTES:
        message = "a key is 32 bytes long"
        raise ValueError(message)
