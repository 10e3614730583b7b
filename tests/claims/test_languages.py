"""Language tags: their letter case, what meets a wish for one, and how they are named (RFC 5646, RFC 4647)."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from idp.claims.catalogue import Catalogue
from idp.claims.errors import CatalogueError
from idp.claims.languages import best, canonical_tag, direction, listing, name
from idp.resources import config
from tests.authentication.world import CATALOGUE


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("ar", "ar"),
        ("AR", "ar"),
        ("fr-ca", "fr-CA"),
        ("ja-kana-jp", "ja-Kana-JP"),
        ("ZH-HANT", "zh-Hant"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("sl-Nedis", "sl-nedis"),
    ],
)
def test_a_tag_comes_in_the_letter_case_of_the_registry(text: str, tag: str) -> None:
    """RFC 5646 §2.1.1; OpenID Connect Core §5.2."""
    assert canonical_tag(text) == tag


@pytest.mark.parametrize(
    "text",
    ["", "-", "a", "ar-", "-ar", "ar_EG", "ar\n", "ar\u0000", "*", "\u0627\u0631", "x" * 40, "ar" + 9 * "-abcd"],
)  # fmt: skip
def test_what_is_no_tag_is_none(text: str) -> None:
    assert canonical_tag(text) is None


@given(st.text(max_size=40))
def test_no_text_is_more_than_refused_and_a_tag_stays_as_it_is(text: str) -> None:
    tag = canonical_tag(text)

    assert tag is None or (canonical_tag(tag) == tag and tag.lower() == text.lower())


@pytest.mark.parametrize(
    ("wanted", "held", "met"),
    [
        ("fr", {"fr", "fr-CA"}, "fr"),
        ("fr", {"fr-CA"}, "fr-CA"),
        ("fr", {"fr-CH", "fr-CA"}, "fr-CA"),
        ("fr-CA", {"fr", "fr-CH"}, "fr"),
        ("fr-CA", {"fr-CH"}, None),
        ("ja-Kana-JP", {"ja-Kana", "ja"}, "ja-Kana"),
        ("ja-Kana-JP", {"ja-Hani-JP"}, None),
        ("zh", {"zh-Hant"}, "zh-Hant"),
        ("fr", {"frr"}, None),
        ("ar", set(), None),
    ],
)
def test_a_wish_is_met_by_the_language_or_the_nearest_one_held(wanted: str, held: set[str], met: str | None) -> None:
    """OpenID Connect Core §5.2, RFC 4647 §3.4."""
    assert best(wanted, held) == met


@pytest.mark.parametrize(
    ("tag", "way"), [("ar", "rtl"), ("ar-Latn", "ltr"), ("pa-Arab", "rtl"), ("he", "rtl"), ("ja-Kana-JP", "ltr")]
)
def test_the_script_says_which_way_text_runs(tag: str, way: str) -> None:
    assert direction(tag) == way


@pytest.mark.parametrize("tag", CATALOGUE.value_languages)
def test_the_direction_of_each_offered_language_is_that_of_unicodes_data(tag: str) -> None:
    language, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4), None)
    expected = {"Arab": "rtl", "Hebr": "rtl"}.get(script, "ltr") if script else Locale(language).text_direction

    assert direction(tag) == expected


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_offered_language_has_a_name_of_its_own(language: str) -> None:
    entries = listing(CATALOGUE.value_languages, language)

    assert len({told for _, told in entries}) == len(entries)
    assert not [tag for tag, told in entries if told == tag]


def test_an_unknown_part_is_given_as_its_code() -> None:
    assert name("qaa-Zxxx", "en").startswith("Qaa (")


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ('"fr-CA"', '"fr-ca"', "value_languages"),
        ('"fr-CA"', "7", "value_languages"),
        ("[claims.email]\n", "[claims.email]\nlanguages = true\n", "email"),
        ("[claims.updated_at]\n", "[claims.updated_at]\nlanguages = true\n", "updated_at"),
    ],
)
def test_a_catalogue_whose_languages_make_no_sense_is_refused(
    tmp_path: Path, written: str, instead: str, told: str
) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(config("claims.toml").read_text(encoding="utf-8").replace(written, instead, 1), encoding="utf-8")

    with pytest.raises(CatalogueError, match=told):
        Catalogue.load(path)
