"""The public keys of other parties that answers are encrypted to (JWK Set, RFC 7517 §5)."""

from collections.abc import Iterable
from typing import Any, Final

from joserfc.jwk import RSAKey

from idp.crypto.errors import NoEncryptionKeyError
from idp.crypto.jwks import AsymmetricKey, import_public, operations, public_entries

#: How the key of an answer is brought to its reader (RFC 7518 §4.1).
KEY_ENCRYPTION: Final = ("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW")

_AGREEMENT_CURVES: Final = ("P-256", "P-384", "P-521", "X25519")
_OPERATIONS: Final = {"RSA": frozenset({"encrypt", "wrapKey"}), "EC": frozenset({"deriveKey", "deriveBits"})}


class EncryptingKeys:
    """One party's public keys to encrypt to, imported once."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[AsymmetricKey]) -> None:
        """Hold keys that are already imported; others come in through :meth:`from_jwks`."""
        self._keys = tuple(keys)

    @classmethod
    def from_jwks(cls, jwks: object) -> "EncryptingKeys":
        """Import the keys of a JWK Set that are meant for encryption, or do not say what for (RFC 7517 §4.2).

        :raises JwksError: it is not a JWK Set, is too large, or holds a private, symmetric, weak or broken key.
        """
        return cls([_import(entry) for entry in public_entries(jwks) if _encrypts(entry)])

    def choose(self, alg: str) -> AsymmetricKey:
        """Find the key for an algorithm: one registered for just this algorithm first, then in the set's order.

        :raises NoEncryptionKeyError: there is none.
        """
        fitting = [key for key in self._keys if _fits(key, alg)]
        if not fitting:
            message = f"no key for {alg}: none of the published keys has use enc (or none), this alg (or none) and "
            message += "kty RSA" if alg == "RSA-OAEP-256" else "kty EC, or OKP with crv X25519"
            raise NoEncryptionKeyError(message)
        return next((key for key in fitting if key.alg == alg), fitting[0])


def _encrypts(entry: dict[str, Any]) -> bool:
    """Tell whether an entry is a key to encrypt to, of a kind that is used here."""
    kind = "RSA" if entry["kty"] == "RSA" else "EC"
    if kind == "EC" and entry.get("crv") not in _AGREEMENT_CURVES:
        return False
    said = operations(entry)
    # Browsers export the public half of a key agreement with an empty list: deriving is for the private half.
    allowed = said is None or (kind == "EC" and not said) or not _OPERATIONS[kind].isdisjoint(said)
    return entry.get("use", "enc") == "enc" and entry.get("alg") in (None, *KEY_ENCRYPTION) and allowed


def _import(entry: dict[str, Any]) -> AsymmetricKey:
    # Its operations were looked at, and what a browser says there would stop joserfc.
    return import_public({name: value for name, value in entry.items() if name != "key_ops"})


def _fits(key: AsymmetricKey, alg: str) -> bool:
    return isinstance(key, RSAKey) == (alg == "RSA-OAEP-256") and key.alg in (None, alg)
