"""What private addresses look like, and what a letter that passes through gets and loses: pure rules.

Nothing of a letter is changed. Two lines are put before its first one; all else stays octet by octet (but for bare line
ends, which smuggle commands), so that the sender's signature still holds (RFC 6376) and no markup is touched.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final

#: RFC 5321 §6.3: a count of Received lines that no honest way has.
MOST_RECEIVED: Final = 100
#: Says that a letter has passed here, by the domain that it passed.
LOOP_HEADER: Final = "X-Proffer-Relay"
_BOUNCE: Final = "bounce."
_ENDS: Final = re.compile(rb"\r\n|\r|\n")
_HOST: Final = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")
_RANDOM_BYTES: Final = 16
_MARK_BYTES: Final = 8


def local_part(seed: bytes, *, account_id: str, client_id: str, generation: int, once: bool = False) -> str:
    """Give the part before the @ that one persona has at one service: 26 letters and digits, 128 bits of a secret.

    The same until it ends, so that the choosing page shows the very address that will leave.

    :param account_id: of this account here. A seed travels to other accounts, and an address never does: one that has
        ended must not come back, nor one visit be recognised by the address of another.
    :param once: for a single visit, of which `generation` is the number.
    """
    kind = b"proffer private address for a visit" if once else b"proffer private address"
    words = b"\0".join((kind, account_id.encode(), client_id.encode(), str(generation).encode()))
    return spelt(hmac.digest(seed, words, hashlib.sha256)[:_RANDOM_BYTES])


def spelt(octets: bytes) -> str:
    """Write octets in small letters and digits, which no mail server confuses."""
    return base64.b32encode(octets).decode().rstrip("=").lower()


def bounce_local(local: str, *, key: bytes) -> str:
    """Give the envelope sender under which a letter goes on: what cannot be delivered comes back to us.

    The original sender never learns of it from us, because such a report names the citizen's own address.
    """
    return f"{_BOUNCE}{local}.{_mark(local, key)}"


def bounced(local: str, *, key: bytes) -> str | None:
    """Tell which address a delivery report is about; None for an envelope sender that is not ours."""
    about, _, mark = local.removeprefix(_BOUNCE).partition(".")
    genuine = is_bounce(local) and hmac.compare_digest(mark.encode(), _mark(about, key).encode())
    return about if genuine else None


def is_bounce(local: str) -> bool:
    """Tell whether a local part is for delivery reports."""
    return local.startswith(_BOUNCE)


def loops(content: bytes, *, domain: str) -> bool:
    """Tell whether a letter has passed here before, or has wandered for too long (RFC 5321 §6.3)."""
    received = 0
    for line in _header_lines(content):
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        received += name == b"received"
        if name == LOOP_HEADER.lower().encode() and value.strip().lower() == domain.encode():
            return True
    return received > MOST_RECEIVED


def passed_on(content: bytes, *, domain: str, address: str, greeted_as: str, at: datetime) -> bytes:
    """Put the trace of this way station before a letter (RFC 5321 §4.4), and one kind of line end into it.

    :param greeted_as: how the other server called itself; what is no name of a host is left out.
    """
    host = greeted_as if _HOST.fullmatch(greeted_as) else "unknown"
    trace = (
        f"Received: from {host} by {domain}\r\n\tfor <{address}>; {format_datetime(at)}\r\n{LOOP_HEADER}: {domain}\r\n"
    )
    return trace.encode("ascii") + _ENDS.sub(b"\r\n", content)


def _header_lines(content: bytes) -> list[bytes]:
    lines: list[bytes] = []
    for line in _ENDS.split(content):
        if not line:
            break
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1] += line
        else:
            lines.append(line)
    return lines


def _mark(local: str, key: bytes) -> str:
    return spelt(hmac.digest(key, b"bounce of " + local.encode(), hashlib.sha256)[:_MARK_BYTES])
