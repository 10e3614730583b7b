"""Collects the translatable texts into the message catalogues: `make messages`.

English is the language of the source and has no catalogue: what is written is what is shown. A new text arrives
empty in the other catalogues, and `make check` fails until somebody translates it.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "idp" / "translations"
SOURCE_LANGUAGE = "en"
#: Where texts are, and how each kind of file marks them.
METHODS: dict[str, list[tuple[str, str]]] = {"idp": [("**.py", "python")], "templates": [("**", "jinja2")]}
OPTIONS: dict[str, dict[str, Any]] = {"**": {"silent": "false", "trimmed": "true"}}
#: What marks a text, `_l` included: the lazy form, for texts in tables that are read before there is a request.
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None}
_WIDTH = 116
_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def collected() -> Catalog:
    """Return a catalogue of every text, without translations."""
    catalogue = Catalog(project="Proffer", charset="utf-8")
    for folder, methods in METHODS.items():
        for file, _line, text, comments, context in extract_from_dir(
            ROOT / folder, method_map=methods, options_map=OPTIONS, keywords=KEYWORDS
        ):
            # Without line numbers: a moved line would change every catalogue.
            catalogue.add(
                text,
                None,
                [(f"{folder}/{file}", None)],  # type: ignore[list-item] # babel itself writes a place without a line
                auto_comments=comments,
                context=context,
            )
    return catalogue


def update(languages: tuple[str, ...]) -> None:
    """Bring the catalogues of these languages up to date; translations that are there stay."""
    source = collected()
    for language in languages:
        path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=language, charset="utf-8")
        # No guessing: a translation of a similar text would be shown as if somebody had checked it.
        kept.update(source, no_fuzzy_matching=True)
        kept.obsolete.clear()
        _name(kept)
        with path.open("wb") as file:
            write_po(file, kept, width=_WIDTH, sort_output=True, omit_header=False, ignore_obsolete=True)


def _name(catalogue: Catalog) -> None:
    """Write a header that says what the file is, and no dates: they would change with every run."""
    catalogue.project, catalogue.version = "Proffer", "1"
    catalogue.header_comment = "# The texts of Proffer's pages. `make messages` adds new ones, people translate them."
    catalogue.fuzzy = False
    catalogue.creation_date = catalogue.revision_date = _DATE
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Proffer"


if __name__ == "__main__":
    update(("fr", "ar"))
