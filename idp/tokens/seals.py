"""How tokens are written down: sealed records that only this server opens.

A client sees `at_` or `rt_` and base64url. The prefix tells the kinds apart without trying keys, and lets a scanner for
leaked secrets recognise one. Each kind is sealed in a context of its own, so that none passes as another.
"""

from typing import Final, TypeVar

import msgspec

from idp.crypto import sealing, secrets
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import Ring
from idp.tokens.values import AccessToken, Reference, RefreshToken, SignOn

ACCESS_PREFIX: Final = "at_"
REFRESH_PREFIX: Final = "rt_"
#: Far above what any token here needs; bounds the work done for hostile input.
MAX_CHARACTERS: Final = 16_384

_ACCESS: Final = b"access token"
_REFRESH: Final = b"refresh token"
_REFERENCE: Final = b"access token reference"
_CODE: Final = b"authorization code"

_encode: Final = msgspec.msgpack.Encoder().encode


class CodeContent(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What the row of a code keeps sealed: the sign-on, and what its redemption has to match."""

    sign_on: SignOn
    #: As the authorization request named it; None when it named none (RFC 6749 §4.1.3).
    redirect_uri: str | None
    #: S256 (RFC 7636 §4.2), or None when the request had none.
    code_challenge: str | None


_T = TypeVar("_T", AccessToken, RefreshToken, Reference)
_access_decoder: Final = msgspec.msgpack.Decoder(AccessToken)
_refresh_decoder: Final = msgspec.msgpack.Decoder(RefreshToken)
_reference_decoder: Final = msgspec.msgpack.Decoder(Reference)
_code_decoder: Final = msgspec.msgpack.Decoder(CodeContent)


def seal_access(ring: Ring, token: AccessToken) -> str:
    """Write an access token."""
    return ACCESS_PREFIX + secrets.b64url(ring.seal(_encode(token), _ACCESS))


def open_access(ring: Ring, text: str) -> AccessToken | None:
    """Read an access token of any age, or None: not one, not ours, or changed."""
    return _opened(ring, text, ACCESS_PREFIX, _ACCESS, _access_decoder)


def seal_refresh(ring: Ring, token: RefreshToken) -> str:
    """Write a refresh token."""
    return REFRESH_PREFIX + secrets.b64url(ring.seal(_encode(token), _REFRESH))


def open_refresh(ring: Ring, text: str) -> RefreshToken | None:
    """Read a refresh token of any age, or None: not one, not ours, or changed."""
    return _opened(ring, text, REFRESH_PREFIX, _REFRESH, _refresh_decoder)


def seal_reference(ring: Ring, reference: Reference) -> str:
    """Write what a JWT access token rests on."""
    return secrets.b64url(ring.seal(_encode(reference), _REFERENCE))


def open_reference(ring: Ring, text: str) -> Reference | None:
    """Read the `jti` of a JWT access token of any age, or None: not ours, or changed."""
    return _opened(ring, text, "", _REFERENCE, _reference_decoder)


def seal_code(code: str, content: CodeContent) -> bytes:
    """Seal under a key that only the code itself gives, so that the row alone opens nothing."""
    return sealing.seal(_code_key(code), _encode(content), context=_CODE)


def open_code(code: str, sealed: bytes) -> CodeContent:
    """Open the row of a code with the code.

    :raises SealBrokenError: the row was changed.
    """
    return _code_decoder.decode(sealing.unseal(_code_key(code), sealed, context=_CODE))


def _code_key(code: str) -> bytes:
    return sealing.derive(code.encode(), purpose="authorization code")


def _opened(ring: Ring, text: str, prefix: str, context: bytes, decoder: "msgspec.msgpack.Decoder[_T]") -> _T | None:
    if len(text) > MAX_CHARACTERS or not text.startswith(prefix):
        return None
    try:
        return decoder.decode(ring.unseal(secrets.unb64url(text[len(prefix) :]), context))
    except (ValueError, SealBrokenError):
        # msgspec's errors are ValueErrors: a record from a release with another layout is no token of this one.
        return None
