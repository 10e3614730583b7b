"""Encrypting to other parties' public keys, and decrypting what they encrypt to ours (RFC 7516, RFC 7518 §4 and §5).

Only asymmetric key management with authenticated encryption that needs no padding: a shared secret is nobody's alone,
`RSA1_5` has oracles, a password's iteration count is the sender's to choose, and what is compressed both grows on
arrival and shows its content in its length (RFC 8725 §3.2 and §3.6). Only the compact form, which is the only one that
JSON Web Tokens have.
"""

import re
from collections.abc import Collection
from typing import Any, Final

from joserfc.jwe import encrypt_compact

from idp.crypto.decryption_keys import DECRYPTABLE, DecryptionKey, DecryptionKeys, generate, import_private
from idp.crypto.encryption_keys import KEY_ENCRYPTION, EncryptingKeys
from idp.crypto.errors import CryptoError, JweError, JwtError, NoEncryptionKeyError
from idp.crypto.jwe_algorithms import CONTENT_ENCRYPTION, FAILURES, registry
from idp.crypto.jwt import json_object

__all__ = [
    "CONTENT_ENCRYPTION",
    "DECRYPTABLE",
    "KEY_ENCRYPTION",
    "DecryptionKey",
    "DecryptionKeys",
    "EncryptingKeys",
    "decrypt",
    "encrypt",
    "generate",
    "import_private",
    "is_encrypted",
]

#: A signed request object of the longest kind that is read, encrypted, and its header.
MAX_CHARACTERS: Final = 24_576

_COMPACT: Final = re.compile(
    # The last two have one length: 96 bits of initialization vector and 128 of tag (RFC 7518 §5.3). A shorter tag
    # would be easier to forge.
    r"([\w-]{2,2048})\.([\w-]{0,1024})\.([\w-]{16})\.([\w-]+)\.([\w-]{22})",
    re.ASCII,
)


def is_encrypted(token: str) -> bool:
    """Tell whether a compact JWT has the form of an encrypted one: five parts, where a signed one has three."""
    return token.count(".") == 4  # noqa: PLR2004 - RFC 7516 §9


def encrypt(
    payload: bytes, *, keys: EncryptingKeys, alg: str, enc: str, cty: str | None = None, typ: str | None = None
) -> str:
    """Encrypt to one party.

    :param cty: `JWT` when the payload is a signed token (RFC 7519 §5.2), nothing when it is claims.
    :raises NoEncryptionKeyError: the party has no key for this algorithm.
    :raises CryptoError: an algorithm that is not offered.
    """
    if alg not in KEY_ENCRYPTION or enc not in CONTENT_ENCRYPTION:
        message = "algorithm not offered"
        raise CryptoError(message)
    key = keys.choose(alg)
    header = {"alg": alg, "enc": enc, "kid": key.kid, "cty": cty, "typ": typ}
    said = {name: value for name, value in header.items() if value is not None}
    try:
        return encrypt_compact(said, payload, key, registry=registry(alg))
    except FAILURES:
        # A point on the curve that no key agreement can be made with, for one.
        message = f"the published key for {alg} cannot be encrypted to"
        raise NoEncryptionKeyError(message) from None


def decrypt(
    token: str,
    *,
    keys: DecryptionKeys,
    algorithms: Collection[str] = DECRYPTABLE,
    encryptions: Collection[str] = CONTENT_ENCRYPTION,
) -> bytes:
    """Give the plaintext of a compact JWE. Nothing tells who encrypted it: only a signature inside does.

    :param algorithms: what the sender may use to bring the key; symmetric ones cannot be allowed.
    :param encryptions: what the sender may encrypt the content with.
    :raises JweError: malformed, another algorithm, or not for one of these keys.
    """
    header = _header(token)
    alg, enc, kid = header.get("alg"), header.get("enc"), header.get("kid")
    if not isinstance(alg, str) or not isinstance(enc, str) or not (kid is None or isinstance(kid, str)):
        raise JweError
    if alg not in algorithms or alg not in DECRYPTABLE or enc not in encryptions or enc not in CONTENT_ENCRYPTION:
        raise JweError
    for key in keys.candidates(kid=kid, algorithm=alg):
        if key.agrees_with(header.get("epk")):
            try:
                return key.open(token)
            except JweError:
                continue
    raise JweError


def _header(token: str) -> dict[str, Any]:
    segments = _COMPACT.fullmatch(token) if len(token) <= MAX_CHARACTERS else None
    if segments is None:
        raise JweError
    try:
        header = json_object(segments[1])
    except JwtError:
        raise JweError from None
    # `zip` is not offered and no extension is understood here (RFC 7516 §4.1.3 and §4.1.13).
    if not {"zip", "crit"}.isdisjoint(header):
        raise JweError
    return header
