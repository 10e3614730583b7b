"""Logos: fetched once, checked, drawn anew and served by us."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from idp.clients.drawing import MAX_PIXELS, SIDE, redraw
from idp.clients.errors import LogoError
from idp.clients.logos import MAX_BYTES
from tests.protocol.registering import Registering, registering

LOGO = "https://self.example/logo.png"


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB") -> bytes:
    out = BytesIO()
    extra = PngImagePlugin.PngInfo()
    extra.add_text("Comment", "taken at home")
    Image.new(mode, size, 120).save(out, kind, **({"pnginfo": extra} if kind == "PNG" else {}))
    return out.getvalue()


def bomb() -> bytes:
    """A PNG whose header promises more points than are ever unfolded."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def scans(side: int = 2000) -> bytes:
    """A progressive JPEG (ITU-T T.81 Annex G) of allowed size, with as many empty scans as there is room for."""

    def segment(marker: int, content: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content

    def table(which: int, symbol: int) -> bytes:
        return segment(0xC4, bytes([which, 1] + [0] * 15 + [symbol]))

    blocks = ((side + 7) // 8) ** 2
    head = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64)
    head += segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    head += table(0x00, 0) + table(0x10, 0xE0)
    head += segment(0xDA, b"\1\1\0\0\0\0") + b"\0" * ((blocks + 7) // 8)
    # Two runs of 32767 blocks in which nothing changes.
    empty = segment(0xDA, b"\1\1\0\1\x3f\0") + int("0111111111111111" * 2, 2).to_bytes(4).replace(b"\xff", b"\xff\0")
    return head + empty * ((MAX_BYTES - len(head) - 2) // len(empty)) + b"\xff\xd9"


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registering]:
    with registering(tmp_path, monkeypatch) as started:
        yield started


def test_a_progressive_picture_is_drawn_and_one_of_thousands_of_scans_is_not() -> None:
    """Ten seconds of a worker for a quarter of a megabyte, otherwise."""
    out = BytesIO()
    Image.new("RGB", (300, 200), 120).save(out, "JPEG", progressive=True)
    assert redraw(out.getvalue())

    started = time.monotonic()
    with pytest.raises(LogoError):
        redraw(scans())
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_small_png_with_nothing_but_its_points(kind: str) -> None:
    drawn = redraw(picture(kind))

    with Image.open(BytesIO(drawn)) as opened:
        assert (opened.format, opened.mode) == ("PNG", "RGBA")
        assert max(opened.size) == SIDE
        assert opened.info == {}
    assert b"taken at home" not in drawn


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16"])
def test_every_kind_of_points_is_taken(mode: str) -> None:
    assert redraw(picture(mode=mode)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a",
        picture()[:60],
        picture("BMP"),
        picture("TIFF"),
        picture("ICO", (32, 32)),
        bomb(),
        picture("GIF", (MAX_PIXELS // 1000 + 1, 1000), "L"),
    ],
    ids=["nothing", "svg", "header only", "cut off", "bmp", "tiff", "ico", "bomb", "too many points"],
)
def test_what_is_no_picture_of_a_known_kind_is_not_drawn(content: bytes) -> None:
    with pytest.raises(LogoError):
        redraw(content)


def test_a_logo_is_fetched_at_registration_and_served_by_us(provider: Registering) -> None:
    provider.web.documents[LOGO] = picture()
    told = provider.registered(logo_uri=LOGO)
    client = provider.services.clients.get(told["client_id"])
    assert client is not None

    answer = provider.http.get(f"/services/{client.client_id}/logo", query_string={"v": client.logo})

    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data == redraw(picture())
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert provider.http.get(f"/services/{client.client_id}/logo").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("content", [None, b"<svg/>", bomb()])
def test_a_logo_that_cannot_be_had_keeps_nobody_from_registering(provider: Registering, content: bytes | None) -> None:
    if content is not None:
        provider.web.documents[LOGO] = content
    told = provider.registered(logo_uri=LOGO)

    assert told["logo_uri"] == LOGO
    assert provider.http.get(f"/services/{told['client_id']}/logo").status_code == 404
    assert provider.http.get("/services/nobody/logo").status_code == 404


def test_a_logo_is_fetched_again_only_when_its_address_changes(provider: Registering) -> None:
    other = "https://self.example/other.png"
    provider.web.documents |= {LOGO: picture(), other: picture(size=(64, 64))}
    told = provider.registered(logo_uri=LOGO)
    changes = {"redirect_uris": told["redirect_uris"], "client_id": told["client_id"]}

    again = provider.manage("PUT", told, **changes, logo_uri=LOGO).get_json()
    assert provider.web.fetched == [LOGO]
    moved = provider.manage("PUT", again, **changes, logo_uri=other).get_json()
    assert provider.web.fetched == [LOGO, other]
    assert provider.http.get(f"/services/{told['client_id']}/logo").data == redraw(picture(size=(64, 64)))

    assert provider.manage("PUT", moved, **changes).status_code == 200
    assert provider.http.get(f"/services/{told['client_id']}/logo").status_code == 404
