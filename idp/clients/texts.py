"""Texts that services give in several languages, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A text and the language that it is in, so that a page can mark it (WCAG 3.1.2)."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in several languages; never rendered as markup. An empty tag: in a language that nobody told."""

    entries: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Texts:
        """Build from a mapping of language tag to text."""
        return cls(tuple(sorted(texts.items())))

    def read(self, language: str) -> Wording | None:
        """Return the text for a reader: in their language, without a tag, in English, or whatever there is."""
        if not self.entries:
            return None
        base = language.partition("-")[0].lower()
        # Tags are compared in any case (BCP 47 §2.1.1); `fr-CA` is better than English for who reads `fr`.
        found = (
            [entry for entry in self.entries if entry[0].lower() == language.lower()]
            or [entry for entry in self.entries if entry[0].lower() == base]
            or [entry for entry in self.entries if entry[0].partition("-")[0].lower() == base]
            or [entry for entry in self.entries if entry[0] == ""]
            or [entry for entry in self.entries if entry[0].lower() == "en"]
            or self.entries
        )
        return Wording(found[0][1], found[0][0])

    def text(self, language: str, default: str = "") -> str:
        """Return only the words of `read`, or `default` when there are none."""
        wording = self.read(language)
        return wording.text if wording else default

    def as_dict(self) -> dict[str, str]:
        """Return the texts by language tag, for storage."""
        return dict(self.entries)

    def __bool__(self) -> bool:
        """Tell whether there is a text in any language."""
        return bool(self.entries)
