"""Drawing somebody else's picture anew, so that nothing of their file reaches a citizen's browser."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Final

from idp.clients.errors import LogoError

#: Never SVG: it is a document that can carry script.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
#: A small file can unfold to a picture that fills the memory; this many points take 16 MB.
MAX_PIXELS: Final = 4_000_000
#: A progressive JPEG is drawn over and over, once for each of its scans. Programs write about ten; the largest file
#: has room for sixteen thousand, which take ten seconds.
MAX_SCANS: Final = 64
_SCAN: Final = b"\xff\xda"
#: Twice the size at which pages show it, for dense screens.
SIDE: Final = 192

#: One at a time: several at once would add up.
_turn: Final = threading.Lock()


def redraw(content: bytes) -> bytes:
    """Return the first frame of a picture as PNG of at most `SIDE` points a side, with nothing but its points.

    :raises LogoError: not a picture of a known format, broken, or too large once unfolded.
    """
    # Inside a scan the first of these bytes is never followed by the second, so this counts what it means to.
    if content.count(_SCAN) > MAX_SCANS:
        raise LogoError
    from PIL import Image  # noqa: PLC0415 - takes memory in every worker, and most never draw anything

    with _turn:
        try:
            # Only the header is read yet.
            with Image.open(BytesIO(content), formats=FORMATS) as opened:
                drawn = opened.convert("RGBA") if 0 < opened.width * opened.height <= MAX_PIXELS else None
        except Exception:  # noqa: BLE001 - Pillow's readers raise whatever a broken file leads them to
            raise LogoError from None
        if drawn is None:
            raise LogoError
        drawn.thumbnail((SIDE, SIDE))
        # From the points alone: texts, colour profiles and positions of cameras stay behind.
        clean = Image.frombytes("RGBA", drawn.size, drawn.tobytes())
        out = BytesIO()
        clean.save(out, "PNG", optimize=True)
        return out.getvalue()
