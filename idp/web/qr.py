"""A QR code as one path, drawn inside the page: no picture to fetch, none that a cache could keep."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Blank modules on each side (ISO/IEC 18004 §5.3.8).
_QUIET = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """What an `<svg>` needs: the length of its sides in modules, and the dark modules as one path."""

    size: int
    path: str = field(repr=False)


def draw(text: str) -> QrCode:
    """Draw a text that a telephone will read."""
    # Imported when one is asked for: few requests do, and every worker would carry it.
    import qrcode  # noqa: PLC0415 - see above

    code = qrcode.QRCode(border=_QUIET, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    runs = (f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in _runs(tuple(row)))
    return QrCode(size=len(rows), path="".join(runs))


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Give each stretch of dark modules as where it starts and how long it is."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif dark:
            found.append((x, 1))
    return found
