"""The private keys of this provider that others encrypt to, such as request objects (RFC 9101 §4)."""

from dataclasses import dataclass, field
from typing import Any, Final

from joserfc.jwe import decrypt_compact

from idp.crypto.errors import CryptoError, JweError
from idp.crypto.jwe_algorithms import FAILURES, registry
from idp.crypto.jwks import AsymmetricKey
from idp.crypto.keypairs import generate_pair, import_pair

_KEY_TYPES: Final = {"RSA-OAEP-256": "RSA", "ECDH-ES": "EC"}

#: What others may encrypt to this provider's keys with; each has keys of its own.
DECRYPTABLE: Final = tuple(_KEY_TYPES)

_AGREEMENTS: Final = frozenset({"ECDH-ES"})

#: Without a `kid`, so many keys are tried: the one in use, the one to follow and the latest retired ones.
MAX_TRIES: Final = 4


class DecryptionKey:
    """A private key of this provider that others encrypt to, imported and ready."""

    __slots__ = ("_key", "algorithm", "kid")

    def __init__(self, *, kid: str, algorithm: str, key: AsymmetricKey) -> None:
        """Hold an imported key; made by :func:`generate` and :func:`import_private`.

        :raises CryptoError: the key does not fit the algorithm.
        """
        if _KEY_TYPES.get(algorithm) != key.key_type:
            message = "the key does not fit the algorithm"
            raise CryptoError(message)
        self.kid = kid
        self.algorithm = algorithm
        self._key = key

    def public(self) -> dict[str, Any]:
        """Give the public JWK to publish (RFC 7517 §4), with `kid`, `use` and `alg`."""
        return {**self._key.as_dict(private=False), "kid": self.kid, "use": "enc", "alg": self.algorithm}

    def export_private(self) -> bytes:
        """Give the private key as PKCS #8 in DER, to be sealed before it is kept."""
        return self._key.as_der(private=True)

    def open(self, token: str) -> bytes:
        """Give the plaintext of a token whose header was looked at.

        :raises JweError: it was not encrypted to this key, or was changed.
        """
        try:
            plaintext = decrypt_compact(token, self._key, registry=registry(self.algorithm)).plaintext
        except FAILURES:
            raise JweError from None
        if plaintext is None:
            raise JweError
        return plaintext

    def agrees_with(self, epk: object) -> bool:
        """Tell whether a sender's ephemeral key is a public one on our curve; RSA needs none (RFC 7518 §4.6.1.1)."""
        if self.algorithm not in _AGREEMENTS:
            return True
        mine = self._key.as_dict(private=False)
        return isinstance(epk, dict) and "d" not in epk and all(epk.get(name) == mine[name] for name in ("kty", "crv"))

    def __repr__(self) -> str:
        """Name the key without showing it."""
        return f"<DecryptionKey {self.kid} {self.algorithm}>"


@dataclass(frozen=True, slots=True)
class DecryptionKeys:
    """The keys that open what others encrypt: in use first, then to follow, then retired."""

    keys: tuple[DecryptionKey, ...] = field(default=(), repr=False)

    def candidates(self, *, kid: str | None, algorithm: str) -> tuple[DecryptionKey, ...]:
        """Give the keys that a header may mean: with a `kid` at most one, without a few."""
        fitting = tuple(key for key in self.keys if key.algorithm == algorithm and kid in (None, key.kid))
        return fitting[:MAX_TRIES]


def generate(algorithm: str) -> DecryptionKey:
    """Make a new key to be encrypted to; its `kid` is its thumbprint (RFC 7638).

    :raises CryptoError: an algorithm that others cannot use here.
    """
    key = generate_pair(_key_type(algorithm))
    return DecryptionKey(kid=key.thumbprint(), algorithm=algorithm, key=key)


def import_private(private: bytes, kid: str, algorithm: str) -> DecryptionKey:
    """Import what :meth:`DecryptionKey.export_private` gave, and nothing that comes from anybody else.

    :raises CryptoError: it is not a private key for this algorithm.
    """
    _key_type(algorithm)
    return DecryptionKey(kid=kid, algorithm=algorithm, key=import_pair(private))


def _key_type(algorithm: str) -> str:
    if algorithm not in _KEY_TYPES:
        message = "algorithm not offered"
        raise CryptoError(message)
    return _KEY_TYPES[algorithm]
