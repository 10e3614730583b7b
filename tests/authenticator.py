"""A citizen's authenticator application, written from RFC 6238 without our code."""

import base64
import hashlib
import hmac
from datetime import datetime


def shown(secret: bytes, at: datetime, *, later: int = 0) -> str:
    """What it shows at a moment, or some seconds after."""
    step = (int(at.timestamp()) + later) // 30
    mac = hmac.digest(secret, step.to_bytes(8), hashlib.sha1)
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def typed_in(key: str) -> bytes:
    """The secret of a key as a page shows it."""
    return base64.b32decode(key.replace(" ", ""))
