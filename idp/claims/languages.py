"""Languages and scripts in which a detail may be written beside its plain form (OpenID Connect Core §5.2)."""

import re
from collections.abc import Collection
from functools import cache
from typing import Final

from babel import Locale

#: Parts a claim's name from the language of its value, as in `family_name#ja-Kana-JP` (§5.2).
MARK: Final = "#"
#: RFC 5646 §4.4.1: room for every tag that names a language, a script and a region.
_LONGEST: Final = 35
#: RFC 5646 §2.1, without extensions and private use: those say nothing about a person's name.
_TAG: Final = re.compile(
    r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*", re.IGNORECASE
)
_COMMAS: Final = {"ar": "، "}
_SCRIPT_LENGTH: Final = 4
_REGION_LENGTH: Final = 2
_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"Arab", "Hebr", "Nkoo", "Syrc", "Thaa"})


def canonical_tag(text: str) -> str | None:
    """Give a language tag in the registry's letter case (RFC 5646 §2.1.1), which §5.2 recommends; None if it is none.

    Tags are compared without regard to case, so two spellings of one tag come out the same.
    """
    if len(text) > _LONGEST or not text.isascii() or _TAG.fullmatch(text) is None:
        return None
    language, *rest = text.lower().split("-")
    return "-".join((language, *map(_cased, rest)))


def tagged(claim: str, tag: str) -> str:
    """Name a claim's value in one language."""
    return f"{claim}{MARK}{tag}"


def untagged(name: str) -> str:
    """Give the claim's own name."""
    return name.partition(MARK)[0]


def best(wanted: str, held: Collection[str]) -> str | None:
    """Choose the value that meets a wish for a language, or None.

    The language itself; else a more specific one, as a wish for `de` is met by `de-CH` (§5.2); else, as in the lookup
    of RFC 4647 §3.4, the next more general one. A wish for one script is never met by another.
    """
    if wanted in held:
        return wanted
    narrower = min((tag for tag in held if tag.startswith(f"{wanted}-")), key=lambda tag: (len(tag), tag), default=None)
    if narrower is not None:
        return narrower
    while "-" in wanted:
        wanted = wanted.rpartition("-")[0]
        if wanted in held:
            return wanted
    return None


def direction(tag: str) -> str:
    """Tell `ltr` or `rtl`: which way text in this language and script runs."""
    language, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == _SCRIPT_LENGTH and part.isalpha()), None)
    backwards = language in _RIGHT_TO_LEFT if script is None else script in _RIGHT_TO_LEFT_SCRIPTS
    return "rtl" if backwards else "ltr"


@cache
def name(tag: str, language: str) -> str:
    """Name a language and script for a reader of another one; unknown parts are given as their codes."""
    locale = Locale(language.replace("_", "-").partition("-")[0])
    spoken, *rest = tag.split("-")
    told = str(locale.languages.get(spoken, spoken))
    told = told[:1].upper() + told[1:]
    more = [str(locale.scripts.get(part) or locale.territories.get(part, part)) for part in rest]
    comma = _COMMAS.get(locale.language, ", ")
    return f"{told} ({comma.join(more)})" if more else told


def listing(tags: Collection[str], language: str) -> tuple[tuple[str, str], ...]:
    """Give languages as (tag, name), sorted by name, for a list to choose from."""
    return tuple(sorted(((tag, name(tag, language)) for tag in tags), key=lambda entry: entry[1].casefold()))


def _cased(part: str) -> str:
    if len(part) == _SCRIPT_LENGTH and part.isalpha():
        return part.title()
    return part.upper() if len(part) == _REGION_LENGTH else part
