"""Personas taken along: the same faces, details and identifiers elsewhere, and nothing of a file that is not right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp.authentication.policy import normalise
from idp.crypto.password_jwe import unlock
from idp.portability.errors import FileRefusedError, IdentifiersTakenError, NotEmptyError
from idp.portability.values import Part
from idp.services import Services
from idp.vault.personas import Persona
from idp.vault.policy import subject
from idp.vault.values import NewDetail
from tests.doubles import FrozenClock
from tests.portability.test_closing import exhaust
from tests.portability.test_moving import ALL, FILE_PASSWORD, changed, downloaded, newcomer, taken
from tests.web.citizen.chooser import Chooser


@pytest.fixture
def work(citizen: Chooser, services: Services) -> Persona:
    """A persona with a detail that follows and one of its own, by which the shop knows the citizen."""
    account_id, key = citizen.session.account_id, citizen.session.vault_key
    assert key is not None
    made = services.personas.add(account_id, key, name="Work", colour="plum")
    email = services.vault.read(account_id, key).values("email")[0].id
    services.personas.choose(account_id, key, made.id, [email], expected_version=1)
    services.vault.add(account_id, key, NewDetail("nickname", "Dr H"), persona=made.id)
    citizen.asked("nickname", client="shop")
    form = citizen.form()
    form.choose(f"known-as-{made.id}")
    citizen.press("consent-identity", form)
    form = citizen.form()
    form.tick("claim-nickname")
    citizen.press("consent-allow", form)
    citizen.answer()
    return services.personas.find(account_id, key, made.id)


@pytest.fixture
def file(citizen: Chooser, services: Services, clock: FrozenClock, work: Persona) -> bytes:
    """Everything of Amina, whose account here has ended since: she comes as if from elsewhere."""
    made = downloaded(citizen)
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)
    exhaust(services)
    return made


def content(file: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(unlock(file, password=normalise(FILE_PASSWORD), typ="proffer-export"))
    return read


def test_the_file_holds_every_persona_and_the_choices_made_as_it(file: bytes, work: Persona) -> None:
    main, persona = content(file)["personas"]

    assert (main["id"], persona["id"], persona["name"], persona["colour"]) == ("main", work.id, "Work", "plum")
    assert persona["seed"] != main["seed"]
    assert [(each["claim"], each.get("follows", False)) for each in persona["details"]] == [
        ("email", True),
        ("nickname", False),
    ]
    (choice,) = [each for each in content(file)["choices"] if each["service"] == "shop"]
    assert choice["persona"] == work.id


def test_a_persona_is_the_same_person_elsewhere(services: Services, file: bytes, work: Persona) -> None:
    session = newcomer(services)
    taken(services, session, file)

    services.portability.moving.bring_in(session, ALL)

    assert session.vault_key is not None
    (back,) = services.personas.all(session.account_id, session.vault_key)
    assert (back.id, back.face, back.document.seed) == (work.id, work.face, work.document.seed)
    assert [(one.value, one.follows) for one in back.document.attributes] == [
        ("amina@home.example", True),
        ("Dr H", False),
    ]
    shop, grant = services.clients.get("shop"), services.consent.standing(session.account_id, "shop")
    assert shop is not None
    assert grant is not None
    assert (grant.persona, grant.sub) == (work.id, subject(work.document.seed, shop.sector))
    assert (
        content(services.portability.downloads.download(session, password=FILE_PASSWORD, language="en"))["personas"]
        == content(file)["personas"]
    )


def test_without_its_details_a_persona_keeps_its_identifiers(services: Services, file: bytes, work: Persona) -> None:
    session = newcomer(services)
    taken(services, session, file)

    services.portability.moving.bring_in(session, [Part.CHOICES])

    assert session.vault_key is not None
    (back,) = services.personas.all(session.account_id, session.vault_key)
    assert (back.document.seed, back.document.attributes) == (work.document.seed, ())


def test_one_who_has_personas_has_no_room_for_others(services: Services, file: bytes) -> None:
    session = newcomer(services)
    assert session.vault_key is not None
    taken(services, session, file)
    services.personas.add(session.account_id, session.vault_key, name="Mine", colour="")

    with pytest.raises(NotEmptyError):
        services.portability.moving.bring_in(session, ALL)

    assert len(services.personas.all(session.account_id, session.vault_key)) == 1


def test_identifiers_of_a_persona_come_into_one_account_only(services: Services, file: bytes) -> None:
    first, second = newcomer(services), newcomer(services, "somebody-else")
    taken(services, first, file)
    services.portability.moving.bring_in(first, ALL)

    def another_main(inside: dict[str, Any]) -> None:
        inside["personas"][0]["seed"] = "A" * 43

    taken(services, second, changed(file, another_main))
    with pytest.raises(IdentifiersTakenError):
        services.portability.moving.bring_in(second, ALL)


@pytest.mark.parametrize(
    "change",
    [
        lambda inside: inside["personas"].append(inside["personas"][1]),
        lambda inside: inside["personas"][1].update(id="work"),
        lambda inside: inside["personas"][1].update(id="../" + "x" * 19),
        lambda inside: inside["personas"][1].update(seed=inside["personas"][0]["seed"]),
        lambda inside: inside["personas"][1].update(seed="AAAA"),
        lambda inside: inside["personas"][1].update(name=""),
        lambda inside: inside["personas"][1].update(name="n" * 200),
        lambda inside: inside["personas"][1].update(name="a\u202eb"),
        lambda inside: inside["personas"][1].update(made_at="then"),
        lambda inside: inside["personas"][1].update(details=inside["personas"][1]["details"] * 60),
    ],
)
def test_personas_that_cannot_be_are_refused_with_the_file(services: Services, file: bytes, change: Any) -> None:
    session = newcomer(services)

    with pytest.raises(FileRefusedError) as refused:
        taken(services, session, changed(file, change))

    assert refused.value.reason == "unreadable"
