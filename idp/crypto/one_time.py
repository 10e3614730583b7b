"""Codes that an authenticator application shows (TOTP, RFC 6238, over HOTP, RFC 4226).

SHA-1, six digits and thirty seconds, because that is what every application takes; the HMAC inside does not suffer from
what is known about SHA-1 (RFC 6238 §1.2, RFC 6194 §3.3).
"""

import base64
import secrets as _random
import unicodedata
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from idp.crypto.secrets import same

DIGITS: Final = 6
STEP_SECONDS: Final = 30
#: A code of one step before or after passes too: clocks differ, and typing takes time (RFC 6238 §5.2).
DRIFT: Final = 1
#: The length of the MAC, as RFC 4226 §4 (R6) recommends.
_SECRET_BYTES: Final = 20
_LONGEST_TYPED: Final = 40


def new_secret() -> bytes:
    """Make the secret that an application and we will share."""
    return _random.token_bytes(_SECRET_BYTES)


def step_of(typed: str, *, secret: bytes, at: datetime) -> int | None:
    """Give the time step whose code this is, at most `DRIFT` away from `at`; None when it is none of them.

    Every step is compared, and each in constant time. Whether the step was used before is for the caller to know.
    """
    code = _digits(typed)
    totp = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - see the module
    now = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in range(max(0, now - DRIFT), now + DRIFT + 1):
        if same(totp.generate(step * STEP_SECONDS), code):
            found = step
    return found


def key_text(secret: bytes) -> str:
    """Give the secret as it is typed into an application: base32 in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def key_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """Give the `otpauth` address that a QR code carries.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    members = {
        "secret": base64.b32encode(secret).decode("ascii").rstrip("="),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='')}?{urlencode(members, quote_via=quote)}"


def _digits(typed: str) -> str:
    """Read a code as people type it: with spaces or dashes, in the digits of any script."""
    letters = (letter for letter in typed[:_LONGEST_TYPED] if letter.isalnum())
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in letters)
