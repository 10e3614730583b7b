"""What of joserfc's encryption is let in (RFC 7518 §4 and §5)."""

from functools import lru_cache
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry

#: What an answer is encrypted with.
CONTENT_ENCRYPTION: Final = ("A128GCM", "A256GCM")

#: The longest header that is read, as base64url.
MAX_HEADER: Final = 2048

#: What joserfc lets through for hostile input, beside its own errors.
FAILURES: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, AssertionError)


class _Registry(JWERegistry):
    max_protected_header_length = MAX_HEADER


@lru_cache(maxsize=8)
def registry(alg: str) -> JWERegistry:
    """Give a registry that knows one way to bring the key, and authenticated content encryption only."""
    # Unknown header parameters are to be ignored (RFC 7516 §4); the ones that matter are looked at before.
    return _Registry(algorithms=[alg, *CONTENT_ENCRYPTION], strict_check_header=False)
