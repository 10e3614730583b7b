"""Random values, their digests, and comparison in constant time.

Secrets hold 256 random bits, so a plain SHA-256 is a safe way to keep them: there is nothing to guess. Passwords are
not secrets in this sense and belong to `idp.authentication`.
"""

import base64
import hashlib
import hmac
import re
import secrets as _random
import unicodedata
from typing import Final

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_VALUES: Final = {symbol: value for value, symbol in enumerate(_CROCKFORD)} | {"O": 0, "I": 1, "L": 1}
_RECOVERY_BITS: Final = 128
_CHECK_BITS: Final = 12
_RECOVERY_SYMBOLS: Final = (_RECOVERY_BITS + _CHECK_BITS) // 5


def token() -> str:
    """Make a bearer secret: 256 random bits as 43 characters of base64url."""
    return b64url(_random.token_bytes(32))


def identifier() -> str:
    """Make a public identifier for a row: 128 random bits as 22 characters of base64url.

    Random rather than counted, so that an identifier in a URL tells nothing about how many there are.
    """
    return b64url(_random.token_bytes(16))


def random_key() -> bytes:
    """Make a 256-bit symmetric key."""
    return _random.token_bytes(32)


def digest(secret: str | bytes) -> bytes:
    """Give the SHA-256 under which a random secret is kept; 32 bytes."""
    return hashlib.sha256(_octets(secret)).digest()


def matches(*, secret: str | bytes, digest: bytes) -> bool:
    """Tell in constant time whether `secret` is the one whose :func:`digest` was kept."""
    return hmac.compare_digest(hashlib.sha256(_octets(secret)).digest(), digest)


def same(a: bytes | str, b: bytes | str) -> bool:
    """Compare two secrets in constant time. Any text is accepted: nothing a client can send raises."""
    return hmac.compare_digest(_octets(a), _octets(b))


def b64url(octets: bytes) -> str:
    """Encode as base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 §2).

    Only the one canonical spelling is accepted, so that two different texts never stand for the same octets.

    :raises ValueError: padding, a foreign character, an impossible length or left-over bits.
    """
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == 1:
        message = "not base64url"
        raise ValueError(message)
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(octets) != text:
        message = "not canonical base64url"
        raise ValueError(message)
    return octets


def recovery_code() -> str:
    """Make a recovery code to write down: 128 random bits and a 12-bit check, as seven groups of four symbols.

    Crockford's base32 leaves out the letters that are mistaken for digits. The check tells a slip of the pen apart
    from a wrong code before any attempt is counted.
    """
    seed = _random.token_bytes(_RECOVERY_BITS // 8)
    number = int.from_bytes(seed) << _CHECK_BITS | _check(seed)
    symbols = "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_RECOVERY_SYMBOLS)))
    return "-".join(symbols[start : start + 4] for start in range(0, _RECOVERY_SYMBOLS, 4))


def normalise_recovery_code(text: str) -> bytes:
    """Read a recovery code as people type it: any case, spaces or dashes, O for 0, I or L for 1, any script's digits.

    :returns: the 16 random bytes.
    :raises ValueError: it cannot be a recovery code; the message repeats nothing of it.
    """
    symbols = [_plain(letter) for letter in unicodedata.normalize("NFKC", text[:200]).upper() if letter.isalnum()]
    if len(symbols) != _RECOVERY_SYMBOLS or any(symbol not in _CROCKFORD_VALUES for symbol in symbols):
        message = "not a recovery code"
        raise ValueError(message)
    number = 0
    for symbol in symbols:
        number = number << 5 | _CROCKFORD_VALUES[symbol]
    seed = (number >> _CHECK_BITS).to_bytes(_RECOVERY_BITS // 8)
    if number & (1 << _CHECK_BITS) - 1 != _check(seed):
        message = "not a recovery code"
        raise ValueError(message)
    return seed


def _check(seed: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"recovery code" + seed).digest()[:2]) >> 16 - _CHECK_BITS


def _plain(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def _octets(secret: str | bytes) -> bytes:
    # WSGI hands undecodable bytes over as lone surrogates; a comparison has to refuse them, not fail on them.
    return secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
