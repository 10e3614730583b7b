"""Typed text, made harmless before anything else looks at it.

What is typed here is shown later on other people's screens. Characters that hide, reorder or cut off what follows them
are therefore refused at the door; languages need none of them inside a value.
"""

import unicodedata
from typing import Final

from idp.claims.errors import InvalidDetailError
from idp.claims.values import Fault

#: Embeddings, overrides and isolates: they make text read differently from what it says (Unicode TR 36 §2.5).
_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Invisible and harmless; programs add them beside right-to-left text.
_DIRECTION_MARKS: Final = dict.fromkeys(map(ord, "\u200e\u200f\u061c\ufeff"))
#: Joiners belong to the spelling of Persian and of Indic languages.
_JOINERS: Final = frozenset("\u200c\u200d")
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(raw: object, *, claim: str, limit: int, lines: bool = False, part: str | None = None) -> str:
    """Give typed text in normal form C, without outer spaces.

    :param limit: the most characters it may have.
    :param lines: whether it may run over several lines, which come back separated by a line feed.
    :raises InvalidDetailError: not text, too long, or with characters that hide or reorder; an empty one is given back.
    """
    if not isinstance(raw, str):
        raise InvalidDetailError(claim, Fault.TEXT, part=part)
    # Normal form C never makes text more than three times as long; the check before it bounds the work.
    if len(raw) > limit * 3:
        raise InvalidDetailError(claim, Fault.TOO_LONG, part=part)
    text = raw.replace("\r\n", "\n").translate(_DIRECTION_MARKS)
    if any(_is_refused(letter, lines=lines) for letter in text.strip()):
        raise InvalidDetailError(claim, Fault.FORBIDDEN_CHARACTERS, part=part)
    text = unicodedata.normalize("NFC", text)
    if lines:
        text = "\n".join(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)
    else:
        text = " ".join(text.split())
    if len(text) > limit:
        raise InvalidDetailError(claim, Fault.TOO_LONG, part=part)
    return text


def _is_refused(letter: str, *, lines: bool) -> bool:
    if letter in _JOINERS or (lines and letter == "\n"):
        return False
    return letter in _REORDERING or unicodedata.category(letter) in _REFUSED_CATEGORIES
