"""What a persona takes over, and identifiers that never meet: for any details, seeds and sectors."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from idp.vault.following import choose, follow
from idp.vault.policy import subject
from idp.vault.values import TOLD, Attribute, Document
from tests.authentication.world import CATALOGUE

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SINGLE, MULTIPLE = ("nickname", "given_name"), ("email", "phone_number")
SEED = b"s" * 32
seeds = st.binary(min_size=32, max_size=32)


@st.composite
def documents(draw: st.DrawFn, prefix: str) -> Document:
    """Some details, each with a value and an id of its own."""
    attributes: list[Attribute] = []
    for number, claim in enumerate(draw(st.lists(st.sampled_from((*SINGLE, *MULTIPLE)), max_size=8))):
        if claim in SINGLE and any(one.claim == claim and not one.language for one in attributes):
            continue
        value = draw(st.sampled_from(("a", "b", "c"))) if claim in SINGLE else f"{draw(st.sampled_from('abc'))}{number}"
        attributes.append(Attribute(f"{prefix}{number}", claim, value, TOLD, AT, AT))
        if claim in SINGLE and draw(st.booleans()):
            attributes.append(Attribute(f"{prefix}{number}-ar", claim, "و", TOLD, AT, AT, language="ar"))
    return Document(version=1, seed=SEED, login="", attributes=tuple(attributes))


@given(main=documents("m"), own=documents("p"), data=st.data())
def test_a_persona_holds_exactly_what_was_chosen_beside_its_own(
    main: Document, own: Document, data: st.DataObject
) -> None:
    plain = [one.id for one in main.attributes if not one.language]
    chosen = data.draw(st.sets(st.sampled_from(plain))) if plain else set()

    after = choose(own, main, chosen, catalogue=CATALOGUE)

    assert {one.id for one in after.attributes if one.follows and not one.language} == chosen
    for one in after.attributes:
        if one.follows:
            assert main.find(one.id) == replace(one, follows=False)
        else:
            assert own.find(one.id) == one
    for claim in SINGLE:
        assert len(after.values(claim)) <= 1
        assert len(after.in_languages(claim)) == 0 or after.values(claim)
    assert len({one.id for one in after.attributes}) == len(after.attributes)


@given(main=documents("m"), own=documents("p"), data=st.data())
def test_following_what_has_not_changed_changes_nothing(main: Document, own: Document, data: st.DataObject) -> None:
    plain = [one.id for one in main.attributes if not one.language]
    chosen = data.draw(st.sets(st.sampled_from(plain))) if plain else set()
    once = choose(own, main, chosen, catalogue=CATALOGUE)

    assert follow(once, main, catalogue=CATALOGUE) == once
    assert choose(once, main, chosen, catalogue=CATALOGUE) == once


@given(main=documents("m"), own=documents("p"))
def test_a_persona_that_follows_nothing_is_not_touched(main: Document, own: Document) -> None:
    assert follow(own, main, catalogue=CATALOGUE) == own


@given(
    seeds=st.lists(seeds, unique=True, max_size=12), sectors=st.lists(st.text(max_size=40), unique=True, max_size=12)
)
def test_subjects_of_different_personas_and_sectors_never_meet(seeds: list[bytes], sectors: list[str]) -> None:
    found = [subject(seed, sector) for seed in seeds for sector in sectors]

    assert len(set(found)) == len(found)
    assert all(len(one) == 43 for one in found)


@given(seed=seeds, sector=st.text(max_size=40))
def test_a_subject_shows_neither_seed_nor_sector(seed: bytes, sector: str) -> None:
    found = subject(seed, sector)

    assert found == subject(seed, sector)
    assert len(sector) < 4 or sector not in found
