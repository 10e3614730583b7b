"""Signing and verifying JSON Web Tokens (RFC 7515, RFC 7519) as the best current practice asks (RFC 8725).

Keys are imported once and held: one that is imported for each token costs more than its signature. What a token's
header says is only ever used to choose among what the caller allows. Whether `exp`, `aud` and the rest are right is for
the caller, who knows what the token is for.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import JWSRegistry, deserialize_compact

from idp.crypto.errors import CryptoError, JwtError
from idp.crypto.jwks import AsymmetricKey, VerifyingKeys
from idp.crypto.jwt import MAX_CHARACTERS, UnverifiedJwt, VerifiedJwt, parse
from idp.crypto.keypairs import generate_pair, import_pair
from idp.crypto.secrets import b64url

__all__ = [
    "ALGORITHMS",
    "SigningKey",
    "UnverifiedJwt",
    "VerifiedJwt",
    "VerifyingKeys",
    "generate",
    "half_hash",
    "import_private",
    "unverified",
    "verify",
]


@dataclass(frozen=True, slots=True)
class _Algorithm:
    key_type: str
    #: The curve that the algorithm is tied to (RFC 7518 §3.4, RFC 8037 §3.1); none for RSA.
    curve: str | None
    hash_name: str


_ALGORITHMS: Final[Mapping[str, _Algorithm]] = {
    "RS256": _Algorithm("RSA", None, "sha256"),
    "PS256": _Algorithm("RSA", None, "sha256"),
    "ES256": _Algorithm("EC", "P-256", "sha256"),
    "EdDSA": _Algorithm("OKP", "Ed25519", "sha512"),
}

#: What this provider signs with, and what others may sign with (RFC 7518 §3.1, RFC 8037 §3.1).
ALGORITHMS: Final = tuple(_ALGORITHMS)


class SigningKey:
    """A private key, imported and ready: signing does no parsing, no choosing and no look-up."""

    __slots__ = ("_headers", "_key", "_model", "algorithm", "kid")

    def __init__(self, *, kid: str, algorithm: str, key: AsymmetricKey) -> None:
        """Hold an imported key; made by :func:`generate` and :func:`import_private`.

        :raises CryptoError: the key does not fit the algorithm.
        """
        self.kid = kid
        self.algorithm = algorithm
        self._key = key
        self._model = _registry(algorithm).get_alg(algorithm)
        self._headers: dict[str | None, bytes] = {}
        try:
            self._model.check_key(key)
        except JoseError:
            message = "the key does not fit the algorithm"
            raise CryptoError(message) from None

    def sign(self, claims: Mapping[str, Any], *, typ: str | None = None) -> str:
        """Make a compact JWS over the claims, with `alg`, `kid` and, when given, `typ` in its header."""
        # Assembled here, with the header encoded once: joserfc's own path checks and encodes the header again for
        # each token, which costs as much as an ES256 signature.
        header = self._headers.get(typ) or self._header(typ)
        signing_input = header + b64url(msgspec.json.encode(claims)).encode("ascii")
        return f"{signing_input.decode('ascii')}.{b64url(self._model.sign(signing_input, self._key))}"

    def public(self) -> dict[str, Any]:
        """Give the public JWK to publish (RFC 7517 §4), with `kid`, `use` and `alg`."""
        return {**self._key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def export_private(self) -> bytes:
        """Give the private key as PKCS #8 in DER, to be sealed before it is kept."""
        return self._key.as_der(private=True)

    def __repr__(self) -> str:
        """Name the key without showing it."""
        return f"<SigningKey {self.kid} {self.algorithm}>"

    def _header(self, typ: str | None) -> bytes:
        header = {"alg": self.algorithm, "kid": self.kid} | ({} if typ is None else {"typ": typ})
        return self._headers.setdefault(typ, b64url(msgspec.json.encode(header)).encode("ascii") + b".")


def generate(algorithm: str) -> SigningKey:
    """Make a new key; its `kid` is its thumbprint (RFC 7638).

    :raises CryptoError: an algorithm that is not offered.
    """
    key = generate_pair(_kind(algorithm).key_type)
    return SigningKey(kid=key.thumbprint(), algorithm=algorithm, key=key)


def import_private(private: bytes, kid: str, algorithm: str) -> SigningKey:
    """Import what :meth:`SigningKey.export_private` gave, and nothing that comes from anybody else.

    :raises CryptoError: it is not a private key for this algorithm.
    """
    _kind(algorithm)
    return SigningKey(kid=kid, algorithm=algorithm, key=import_pair(private))


def verify(token: str, *, keys: VerifyingKeys, algorithms: Collection[str]) -> VerifiedJwt:
    """Check a compact JWS against one party's keys and give what it says.

    :param algorithms: what this party may sign with; `none` and symmetric algorithms cannot be allowed.
    :raises JwtKeyUnknownError: no single key fits; the party may have published a new one.
    :raises JwtError: malformed, another algorithm, or a wrong signature.
    """
    said = parse(token)
    algorithm = said.header["alg"]
    if algorithm not in algorithms or algorithm not in _ALGORITHMS:
        message = "algorithm not allowed"
        raise JwtError(message)
    kind = _ALGORITHMS[algorithm]
    key = keys.choose(kid=said.header.get("kid"), algorithm=algorithm, key_type=kind.key_type, curve=kind.curve)
    try:
        deserialize_compact(token, key, registry=_registry(algorithm))
    except (JoseError, ValueError):
        message = "signature not valid"
        raise JwtError(message) from None
    return VerifiedJwt(header=said.header, claims=said.claims)


def unverified(token: str) -> UnverifiedJwt:
    """Read a token without believing it: to learn who claims to have made it.

    :raises JwtError: it is not a compact JWS with JSON claims.
    """
    return parse(token)


def half_hash(value: str, algorithm: str) -> str:
    """Give `at_hash`, `c_hash` or `s_hash`: half of the hash that the ID token's algorithm uses (OIDC Core §3.3.2.11).

    :raises CryptoError: an algorithm that is not offered.
    """
    full = hashlib.new(_kind(algorithm).hash_name, value.encode()).digest()
    return b64url(full[: len(full) // 2])


def _kind(algorithm: str) -> _Algorithm:
    kind = _ALGORITHMS.get(algorithm)
    if kind is None:
        message = "algorithm not offered"
        raise CryptoError(message)
    return kind


class _Registry(JWSRegistry):
    """Knows one algorithm, and takes header parameters of any length that :func:`parse` let through."""

    max_header_length = MAX_CHARACTERS

    def get_alg(self, name: str) -> JWSAlgModel:
        # joserfc would also warn, for each token, that EdDSA has a newer name (RFC 9864), which few use yet.
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


@lru_cache(maxsize=len(_ALGORITHMS))
def _registry(algorithm: str) -> JWSRegistry:
    # Unknown header parameters are to be ignored (RFC 7515 §4); the ones that matter are checked by `parse`.
    return _Registry(algorithms=[algorithm], strict_check_header=False)
