"""The code challenge of an authorization request: S256 or nothing.

Owns what `/authorize` and `/par` accept; `idp.tokens` compares the verifier when the code is redeemed.
Authlib's extension is not used: it takes `plain`, and lets a public client go without a challenge.

https://www.rfc-editor.org/rfc/rfc7636, https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1
"""

import re
from typing import Final

from authlib.oauth2.rfc6749 import InvalidRequestError

METHODS: Final = ("S256",)

#: 32 bytes of SHA-256 in base64url without padding; RFC 7636 §4.2 lets an S256 challenge be nothing else.
_S256: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def read_challenge(*, challenge: str | None, method: str | None, required: bool) -> str | None:
    """Return the S256 challenge of a request, or None when it has none and needs none.

    :raises InvalidRequestError: missing though required, malformed, or of another method (RFC 7636 §4.4.1).
    """
    if challenge is None:
        if method is not None:
            raise InvalidRequestError("code_challenge is missing")
        if required:
            raise InvalidRequestError("This client has to send a code_challenge")
        return None
    # A missing method means `plain` (§4.3), which shows the verifier to whoever sees the request.
    if method not in METHODS:
        raise InvalidRequestError("code_challenge_method has to be S256")
    if not _S256.fullmatch(challenge):
        raise InvalidRequestError("code_challenge is not a SHA-256 in base64url")
    return challenge
