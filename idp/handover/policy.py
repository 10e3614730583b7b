"""What makes an approval good, and what it is worth: pure rules."""

import hashlib
import hmac
from datetime import timedelta
from typing import Final

from idp.authentication.slow_down import network
from idp.crypto.sealing import derive
from idp.crypto.secrets import b64url
from idp.crypto.typed_codes import seeded_code

#: Time from asking to being signed in.
LIFETIME: Final = timedelta(minutes=5)
#: Two figures, the first no nought, so that nobody wonders whether to type it.
_LEAST, _NUMBERS = 10, 90
_FIGURES: Final = 2


def link_of(secret: str) -> str:
    """Give the address that belongs to a browser's secret; whoever has it cannot tell the secret."""
    return b64url(derive(secret.encode(), purpose="address of a handover"))


def code_of(secret: str) -> str:
    """Give the code to type that belongs to it."""
    return seeded_code(derive(secret.encode(), purpose="code of a handover"))


def number_of(secret: str) -> int:
    """Give the number that its browser shows."""
    return _LEAST + int.from_bytes(derive(secret.encode(), purpose="number of a handover")) % _NUMBERS


def read_number(typed: str) -> int | None:
    """Read a typed number, in any script's figures; None when it cannot be one, which ends nothing."""
    figures = typed.strip()
    return int(figures) if len(figures) == _FIGURES and figures.isdecimal() else None


def network_mark(address: str, *, pepper: bytes, digest: bytes) -> bytes:
    """Mark a network so that two of one request can be compared, and nothing else be learnt from it."""
    return hmac.digest(pepper, b"network of a handover\0" + digest + network(address).encode(), hashlib.sha256)
