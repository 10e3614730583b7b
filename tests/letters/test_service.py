"""Letters: written with what they tell of, sent afterwards, in the citizen's language, to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp.app import create_app
from idp.letters import rendering
from idp.letters.errors import UndeclaredFactError
from idp.letters.values import FACTS, LINKS, PATHS, Letter, Purpose
from idp.notices.values import State
from idp.services import Services
from idp.settings import Settings
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import START
from tests.letters.conftest import ADDRESS, World


def test_a_letter_is_in_the_language_of_its_citizen(world: World) -> None:
    amina = world.citizen(locale="fr")

    world.services.letters.contacts.ask(amina, ADDRESS, browser="")

    letter = world.post.take()
    assert letter.message["Content-Language"] == "fr"
    assert letter.subject == "Confirmez votre adresse de contact"
    assert "4 mai 2026" in letter.text


def test_nobody_is_written_to_who_gave_no_address(world: World) -> None:
    amina = world.citizen()

    world.services.letters.write(amina, Letter.CONTACT_CONFIRMED)

    assert world.services.notices.list() == ()


def test_a_letter_goes_out_with_the_transaction_that_it_tells_of(world: World) -> None:
    amina = world.citizen()
    world.confirm(amina)

    def fail_half_way() -> None:
        with world.services.db.transaction():
            world.services.letters.write(amina, Letter.CONTACT_CONFIRMED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    world.services.notices.close()

    assert world.post.empty


def test_a_letter_says_nothing_that_it_does_not_declare(world: World) -> None:
    amina = world.citizen()
    world.confirm(amina)

    with pytest.raises(UndeclaredFactError):
        world.services.letters.write(amina, Letter.CONTACT_CONFIRMED, facts={"browser": "Firefox"})
    with pytest.raises(UndeclaredFactError):
        world.services.letters.write(amina, Letter.CONTACT_REMOVED, facts={"browser": "a\nb"})


def test_a_server_that_is_busy_is_tried_again(world: World) -> None:
    amina = world.citizen()
    world.post.messages.append("452 full")

    world.services.letters.contacts.ask(amina, ADDRESS, browser="")
    world.services.notices.close(wait_seconds=20)

    (waiting,) = world.services.notices.list()
    assert (waiting.state, waiting.last_error, waiting.client_id) == (State.WAITING, "not_taken", None)
    world.clock.advance(minutes=1)
    assert world.services.notices.tell_due()
    secret = world.post.take().link("/contact/").rpartition("/")[2]
    world.services.letters.contacts.confirm(secret)
    assert world.services.letters.contacts.address(amina) == ADDRESS


def test_a_mailbox_that_does_not_exist_is_given_up(world: World) -> None:
    amina = world.citizen()
    world.post.recipients.append("550 no such mailbox")

    world.services.letters.contacts.ask(amina, ADDRESS, browser="")
    world.services.notices.close(wait_seconds=20)

    (ended,) = world.services.notices.list()
    assert (ended.state, ended.last_error) == (State.GIVEN_UP, "no_mailbox")


def test_a_letter_to_an_address_that_has_gone_is_given_up(world: World) -> None:
    amina = world.citizen()
    world.services.notices.close()
    world.services.letters.contacts.ask(amina, ADDRESS, browser="")
    world.services.letters.forget(amina)

    assert world.services.notices.tell_due()

    (ended,) = world.services.notices.list()
    assert (ended.state, ended.last_error) == (State.GIVEN_UP, "no_contact")


def test_without_a_mail_server_nothing_is_written_or_missed(tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path))
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.letters.write("somebody", Letter.CONTACT_CONFIRMED)

        assert not services.letters.on
        assert not services.letters.contacts.is_missing("somebody")
        assert services.notices.list() == ()
    services.close()


@pytest.mark.parametrize("language", Settings().languages)
@pytest.mark.parametrize("letter", Letter)
def test_every_letter_is_whole_in_every_language(letter: Letter, language: str) -> None:
    facts = dict.fromkeys(FACTS.get(letter, frozenset()), "Fact-Of-The-Test")
    if "until" in facts:
        facts["until"] = "2026-05-07T10:00"
    links = {purpose.value: f"https://id.example/{purpose}" for purpose in LINKS.get(letter, ())}
    values = {**links, "site": "https://id.example", "service": "Town & Co"}

    draft = rendering.write(letter, language=language, at=START, facts=facts, values=values)

    assert draft.subject
    assert len(draft.subject) < 80
    assert all(link in draft.text for link in links.values())
    assert "https://id.example" in draft.text
    assert "&amp;" not in draft.text
    assert "\n\n\n" not in draft.text.strip()
    if "browser" in facts:
        assert "Fact-Of-The-Test" in draft.text


def test_every_link_leads_to_a_page(services: Services) -> None:
    from flask import current_app

    adapter = current_app.url_map.bind("localhost")
    for purpose in Purpose:
        adapter.match(PATHS[purpose].format(secret="A" * 43))
