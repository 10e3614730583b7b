"""How a serving process uses memory."""

from __future__ import annotations

import ctypes

#: `M_MMAP_THRESHOLD` of glibc's mallopt(3).
_M_MMAP_THRESHOLD = -3
_THRESHOLD_BYTES = 1024 * 1024


def give_back_large_blocks() -> None:
    """Have the C library return blocks of a megabyte and more to the system as soon as they are freed.

    Argon2id takes its whole memory, 19 MiB by default, for each password. By default glibc learns from the first one
    to keep such blocks, so every worker would hold on to them for good. Elsewhere than on glibc nothing changes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)
