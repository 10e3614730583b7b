"""Private keys at rest: sealed under the deployment's secret, each to its own row."""

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal
from idp.keys.errors import KeysLockedError
from idp.keys.values import Key, StoredKey


class Lock:
    """Seals and opens private keys under the deployment's key-encryption secret."""

    __slots__ = ("_key",)

    def __init__(self, *, key_encryption: bytes) -> None:
        self._key = derive(key_encryption, purpose="proffer/keys/private")

    def close(self, key: Key, private: bytes) -> StoredKey:
        """Seal a private key into its row."""
        return StoredKey(key=key, sealed_private=seal(self._key, private, context=_context(key)))

    def open(self, stored: StoredKey) -> bytes:
        """Give a row's private key.

        :raises KeysLockedError: the secret is another one, or the row was changed.
        """
        try:
            return unseal(self._key, stored.sealed_private, context=_context(stored.key))
        except SealBrokenError:
            message = "the stored keys do not open with secrets.key_encryption"
            raise KeysLockedError(message) from None


def _context(key: Key) -> bytes:
    return f"signing_key/{key.use}/{key.algorithm}/{key.kid}".encode()
