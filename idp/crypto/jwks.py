"""The public keys that somebody else publishes (JWK Set, RFC 7517 §5), and those among them that verify signatures."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from idp.crypto.errors import JwksError, JwtKeyUnknownError
from idp.crypto.secrets import unb64url

#: The kinds of key that sign for parties who do not trust each other.
AsymmetricKey = RSAKey | ECKey | OKPKey

MAX_KEYS: Final = 50
_RSA_BITS: Final = range(2048, 8193)
_PRIVATE_PARAMETERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})


class VerifyingKeys:
    """One party's public keys, imported once."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Collection[AsymmetricKey]) -> None:
        """Hold keys that are already imported; others come in through :meth:`from_jwks`."""
        self._keys = tuple(keys)

    @classmethod
    def from_jwks(cls, jwks: object) -> "VerifyingKeys":
        """Import a JWK Set.

        Keys of a type that is not understood are passed over, as RFC 7517 §5 asks, and keys meant for encryption too.
        A private or symmetric key spoils the whole set: whoever published it has given their identity away.

        :raises JwksError: it is not a JWK Set, is too large, or holds a private, symmetric, weak or broken key.
        """
        return cls([import_public(entry) for entry in public_entries(jwks) if _verifies(entry)])

    @classmethod
    def of(cls, entries: Iterable[dict[str, Any] | None]) -> "VerifyingKeys":
        """Import keys of our own, however many there are.

        :raises JwksError: one of them is broken.
        """
        return cls([import_public(entry) for entry in entries if entry is not None])

    def __len__(self) -> int:
        """Count the keys that can verify a signature."""
        return len(self._keys)

    def choose(self, *, kid: str | None, algorithm: str, key_type: str, curve: str | None) -> AsymmetricKey:
        """Find the one key that a header means.

        With a `kid`, the key must carry it; without, there must be only one that fits (RFC 7515 §10.7, OpenID Connect
        Core §10.1). Trying one key after the other would let a signer be mixed up with another.

        :raises JwtKeyUnknownError: none fits, or several do.
        """
        fitting = [key for key in self._keys if _fits(key, algorithm=algorithm, key_type=key_type, curve=curve)]
        if kid is not None:
            fitting = [key for key in fitting if key.kid == kid]
        if len(fitting) != 1:
            message = "no single key fits"
            raise JwtKeyUnknownError(message)
        return fitting[0]


def _fits(key: AsymmetricKey, *, algorithm: str, key_type: str, curve: str | None) -> bool:
    return (
        key.key_type == key_type
        and key.alg in (None, algorithm)
        and (curve is None or (not isinstance(key, RSAKey) and key.curve_name == curve))
    )


def public_entries(jwks: object) -> Iterator[dict[str, Any]]:
    """Give the keys of a set that are of a type understood here, each with its `kty`.

    :raises JwksError: it is not a JWK Set, is too large, or holds a private or symmetric key.
    """
    entries = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        message = f"a JWK Set is an object with at most {MAX_KEYS} keys"
        raise JwksError(message)
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("kty"), str):
            message = "a key is not a JWK"
            raise JwksError(message)
        if entry["kty"] == "oct" or not _PRIVATE_PARAMETERS.isdisjoint(entry):
            message = "a key is not public"
            raise JwksError(message)
        if entry["kty"] in _KEY_TYPES:
            yield entry


def import_public(entry: dict[str, Any]) -> AsymmetricKey:
    """Import one of :func:`public_entries`.

    :raises JwksError: it is weak or broken.
    """
    try:
        # Looked at before joserfc sees it, which only warns about a weak key; a huge one costs time to use.
        if entry["kty"] == "RSA" and int.from_bytes(unb64url(entry["n"])).bit_length() not in _RSA_BITS:
            message = "an RSA key is too weak or too large"
            raise JwksError(message)
        key = JWKRegistry.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        message = "a key cannot be imported"
        raise JwksError(message) from None
    if not isinstance(key, AsymmetricKey):
        message = "a key is not public"
        raise JwksError(message)
    return key


def operations(entry: dict[str, Any]) -> frozenset[str] | None:
    """Give what a key says it may be used for (`key_ops`, RFC 7517 §4.3); None when it says nothing."""
    said = entry.get("key_ops")
    if said is None:
        return None
    return frozenset(one for one in said if isinstance(one, str)) if isinstance(said, list) else frozenset()


def _verifies(entry: dict[str, Any]) -> bool:
    said = operations(entry)
    return entry.get("use", "sig") == "sig" and (said is None or "verify" in said)
