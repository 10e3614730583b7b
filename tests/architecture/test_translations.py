"""Every text is there in every language, and says what it may say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config.messages import KEYWORDS, METHODS, OPTIONS, SOURCE_LANGUAGE
from idp import resources
from idp.settings import Settings
from tests.architecture.source import ROOT

LANGUAGES = [tag for tag in Settings().languages if tag != SOURCE_LANGUAGE]
#: Words of the standards, for which pages have plain ones (docs, "Words").
STANDARD_WORDS = re.compile(r"\b(consents?|claims?|scopes?|attributes?|relying part(?:y|ies)|tokens?)\b", re.IGNORECASE)
_PLACE = re.compile(r"%\(\w+\)[sd]")


def texts() -> dict[str, tuple[str, ...]]:
    """Every translatable text in code and templates, with its plural."""
    found: dict[str, tuple[str, ...]] = {}
    for folder, methods in METHODS.items():
        for _, _, message, _, _ in _marked(folder, methods):
            forms = message if isinstance(message, tuple) else (message,)
            found[forms[0]] = forms
    return found


def _marked(folder: str, methods: list[tuple[str, str]]) -> Iterator[tuple[object, ...]]:
    return extract_from_dir(ROOT / folder, method_map=methods, options_map=OPTIONS, keywords=KEYWORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_complete(language: str) -> None:
    catalogue = _catalogue(language)
    missing = [text for text in texts() if text not in catalogue or not _translated(catalogue[text])]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_nothing_that_no_page_says(language: str) -> None:
    said = texts()

    assert [text for text in _catalogue(language) if text not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_places(language: str) -> None:
    different = [
        text
        for text, message in _catalogue(language).items()
        for form in _forms(message)
        # A singular or a dual may name its number in words.
        if form and not set(_PLACE.findall(form)) <= _places(message)
    ]

    assert different == []


def test_pages_use_plain_words() -> None:
    assert [text for forms in texts().values() for text in forms if STANDARD_WORDS.search(text)] == []


def _catalogue(language: str) -> dict[str, object]:
    path: Path = resources.translations() / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        read = read_po(file, locale=language)
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in read if message.id}


def _forms(message: object) -> tuple[str, ...]:
    string = message.string  # type: ignore[attr-defined] # a Message; babel has no types
    return string if isinstance(string, tuple) else (string,)


def _places(message: object) -> set[str]:
    identifier = message.id  # type: ignore[attr-defined] # the same
    return {
        place
        for form in (identifier if isinstance(identifier, tuple) else (identifier,))
        for place in _PLACE.findall(form)
    }


def _translated(message: object) -> bool:
    return all(_forms(message)) and not message.fuzzy  # type: ignore[attr-defined] # the same
