"""Personas: documents of their own that follow the main details as far as their owner says so."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from idp.claims.values import Fault
from idp.vault.errors import (
    PersonaNameError,
    TooManyPersonasError,
    UnknownPersonaError,
    VaultBrokenError,
    VaultChangedError,
)
from idp.vault.faces import initials
from idp.vault.personas import Persona
from idp.vault.values import MAIN, NewDetail, SlotKind, SlotSecret, VaultKey
from tests.authentication.world import World


@pytest.fixture
def account_id(shared: World) -> str:
    return shared.accounts.create("amina")


@pytest.fixture
def key(shared: World, account_id: str) -> VaultKey:
    slots = (
        SlotSecret(kind=SlotKind.PASSWORD, secret=b"1" * 32, confirmed=True),
        SlotSecret(kind=SlotKind.RECOVERY, secret=b"2" * 32, confirmed=True),
    )
    key = shared.vault.create(account_id, login="amina", slots=slots)
    shared.vault.add(
        account_id,
        key,
        NewDetail("given_name", "Amina"),
        NewDetail("nickname", "Mina"),
        NewDetail("email", "amina@mail.example"),
        NewDetail("email", "haddad@work.example"),
    )
    return key


@pytest.fixture
def work(shared: World, account_id: str, key: VaultKey) -> Persona:
    return shared.personas.add(account_id, key, name="  Work  ", colour="plum")


def main_id(world: World, account_id: str, key: VaultKey, claim: str, place: int = 0) -> str:
    return world.vault.read(account_id, key).values(claim)[place].id


def follow(world: World, account_id: str, key: VaultKey, persona: Persona, *ids: str) -> None:
    version = world.vault.version(account_id, persona=persona.id)
    assert version is not None
    world.personas.choose(account_id, key, persona.id, ids, expected_version=version)


def values(world: World, account_id: str, key: VaultKey, persona: Persona) -> list[tuple[str, object, bool]]:
    document = world.vault.read(account_id, key, persona=persona.id)
    return [(one.claim, one.value, one.follows) for one in document.attributes]


def test_a_persona_has_a_cleaned_name_a_seed_of_its_own_and_nothing_else(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    found = shared.personas.find(account_id, key, work.id)

    assert (found.name, found.colour, found.initials) == ("Work", "plum", "W")
    assert found.document.attributes == ()
    assert found.document.seed != shared.vault.read(account_id, key).seed
    assert [one.id for one in shared.personas.all(account_id, key)] == [work.id]
    assert shared.activity.page(account_id).rows[0].kind == "persona_added"


def test_the_database_shows_neither_name_nor_colour(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    with shared.db.reading() as connection:
        rows = connection.execute(text("SELECT * FROM vault_document")).all()
        ledger = connection.execute(text("SELECT * FROM activity")).all()

    assert len(rows) == 2
    assert "Work" not in repr((rows, ledger))
    assert "plum" not in repr((rows, ledger))
    assert key.secret not in repr(rows).encode()
    assert "Work" not in repr(work)


def test_a_persona_holds_what_its_owner_chose_and_follows_it(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    name, mail = main_id(shared, account_id, key, "given_name"), main_id(shared, account_id, key, "email", 1)

    follow(shared, account_id, key, work, name, mail)
    assert values(shared, account_id, key, work) == [
        ("given_name", "Amina", True),
        ("email", "haddad@work.example", True),
    ]

    shared.vault.edit(account_id, key, name, "Aminah")
    shared.vault.remove(account_id, key, mail)
    assert values(shared, account_id, key, work) == [("given_name", "Aminah", True)]


def test_only_the_personas_that_follow_a_detail_become_newer_with_it(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    sport = shared.personas.add(account_id, key, name="Sport", colour="")
    follow(shared, account_id, key, work, main_id(shared, account_id, key, "given_name"))
    before = {one.id: shared.vault.version(account_id, persona=one.id) for one in (work, sport)}

    shared.vault.edit(account_id, key, main_id(shared, account_id, key, "given_name"), "Aminah")

    assert shared.vault.version(account_id, persona=sport.id) == before[sport.id]
    assert shared.vault.version(account_id, persona=work.id) == (before[work.id] or 0) + 1


def test_a_value_of_its_own_stays_when_the_main_one_changes(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    name = main_id(shared, account_id, key, "nickname")
    follow(shared, account_id, key, work, name)

    shared.vault.edit(account_id, key, name, "Dr H", persona=work.id)
    shared.vault.edit(account_id, key, name, "Minou")

    assert values(shared, account_id, key, work) == [("nickname", "Dr H", False)]
    assert shared.vault.read(account_id, key).values("nickname")[0].value == "Minou"


def test_choosing_the_main_value_again_takes_the_place_of_its_own(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    shared.vault.add(account_id, key, NewDetail("nickname", "Dr H"), persona=work.id)
    shared.vault.add(account_id, key, NewDetail("email", "desk@work.example"), persona=work.id)

    chosen = (main_id(shared, account_id, key, "nickname"), main_id(shared, account_id, key, "email"))
    follow(shared, account_id, key, work, *chosen)

    assert values(shared, account_id, key, work) == [
        ("email", "desk@work.example", False),
        ("nickname", "Mina", True),
        ("email", "amina@mail.example", True),
    ]


def test_values_in_other_languages_come_and_go_with_the_plain_one(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    name = main_id(shared, account_id, key, "given_name")
    follow(shared, account_id, key, work, name)

    shared.vault.add(account_id, key, NewDetail("given_name", "أمينة", language="ar"))
    assert [one[1] for one in values(shared, account_id, key, work)] == ["Amina", "أمينة"]

    follow(shared, account_id, key, work)
    assert values(shared, account_id, key, work) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", Fault.MISSING),
        ("   ", Fault.MISSING),
        ("n" * 41, Fault.TOO_LONG),
        ("a\u202eb", Fault.FORBIDDEN_CHARACTERS),
        (None, Fault.TEXT),
        ("WORK", "taken"),
    ],
)
@pytest.mark.usefixtures("work")
def test_a_name_that_tells_nothing_apart_is_refused(
    shared: World, account_id: str, key: VaultKey, name: object, code: str
) -> None:
    with pytest.raises(PersonaNameError) as refused:
        shared.personas.add(account_id, key, name=name, colour="teal")

    assert refused.value.code == code
    assert [one.name for one in shared.personas.all(account_id, key)] == ["Work"]


def test_a_persona_keeps_its_own_name_when_only_the_colour_changes(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    shared.personas.rename(account_id, key, work.id, name="Work", colour="moss")

    found = shared.personas.find(account_id, key, work.id)
    assert (found.name, found.colour) == ("Work", "moss")
    assert found.document.seed == work.document.seed


def test_there_are_ten_at_most(shared: World, account_id: str, key: VaultKey) -> None:
    for number in range(10):
        shared.personas.add(account_id, key, name=f"Face {number}", colour="teal")

    with pytest.raises(TooManyPersonasError):
        shared.personas.add(account_id, key, name="One more", colour="teal")


def test_another_windows_change_is_not_written_over(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    shared.personas.rename(account_id, key, work.id, name="Office", colour="plum")

    with pytest.raises(VaultChangedError):
        shared.personas.choose(account_id, key, work.id, (), expected_version=1)


def test_a_removed_persona_is_gone_with_its_seed(shared: World, account_id: str, key: VaultKey, work: Persona) -> None:
    shared.personas.remove(account_id, work.id)

    assert shared.personas.all(account_id, key) == ()
    with pytest.raises(UnknownPersonaError):
        shared.personas.find(account_id, key, work.id)
    with pytest.raises(UnknownPersonaError):
        shared.personas.remove(account_id, work.id)
    with pytest.raises(VaultBrokenError):
        shared.vault.read(account_id, key, persona=work.id)


@pytest.mark.parametrize("name", [MAIN, "nobody"])
def test_the_main_self_is_no_persona_to_remove(shared: World, account_id: str, key: VaultKey, name: str) -> None:
    with pytest.raises(UnknownPersonaError):
        shared.personas.remove(account_id, name)
    with pytest.raises(UnknownPersonaError):
        shared.personas.find(account_id, key, name)
    assert shared.vault.read(account_id, key).login == "amina"


def test_one_damaged_persona_does_not_keep_the_main_details_from_being_corrected(
    shared: World, account_id: str, key: VaultKey, work: Persona
) -> None:
    with shared.db.transaction() as connection:
        connection.execute(text("UPDATE vault_document SET version = 7 WHERE persona = :persona"), {"persona": work.id})

    shared.vault.edit(account_id, key, main_id(shared, account_id, key, "given_name"), "Aminah")

    assert shared.vault.read(account_id, key).values("given_name")[0].value == "Aminah"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Work", "W"), ("evening classes", "EC"), ("Au fil de l'eau", "AL"), ("العمل", "ا"), ("★", "★")],
)
def test_initials_stand_for_a_name_in_any_script(name: str, letters: str) -> None:
    assert initials(name) == letters
