"""Export, then import: the same vault, the same choices, the same identifiers, whatever they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.app import create_app
from idp.authentication.values import Origin, Session
from idp.claims.errors import InvalidDetailError
from idp.consent.knowing import new_grant
from idp.consent.values import Decision, Duration
from idp.crypto.password_jwe import unlock
from idp.portability.values import Part
from idp.services import Services
from idp.storage.db import Base
from idp.vault.errors import DetailHeldError, PersonaNameError, UnknownLanguageError, VaultError
from idp.vault.policy import subject
from idp.vault.values import MAIN, NewDetail
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import PASSWORD, register

FILE_PASSWORD = "velvet anchor quarry nine"
NUMBERS = count(1)
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "Zs"]), min_size=1, max_size=30)
DETAILS = st.one_of(
    st.tuples(st.sampled_from(["given_name", "family_name", "nickname"]), TEXTS, st.just(""), st.just("")),
    st.tuples(st.just("family_name"), TEXTS, st.just(""), st.sampled_from(["ar", "fr", "ja-Kana-JP"])),
    st.tuples(st.just("email"), st.emails(domains=st.just("mail.example")), TEXTS, st.just("")),
    st.tuples(st.just("phone_number"), st.sampled_from(["+442079460731", "+33140205050"]), TEXTS, st.just("")),
    st.tuples(st.just("birthdate"), st.dates().map(str), st.just(""), st.just("")),
    st.tuples(
        st.just("address"),
        st.fixed_dictionaries({"street_address": TEXTS, "locality": TEXTS, "country": st.sampled_from(["GB", "FR"])}),
        st.just(""),
        st.just(""),
    ),
)


@dataclass
class Life:
    """What a citizen does before they move."""

    details: list[tuple[str, Any, str, str]]
    personas: list[tuple[str, int]]
    choices: list[tuple[str, int, list[tuple[str, bool]]]]
    language: str | None


LIVES = st.builds(
    Life,
    details=st.lists(DETAILS, max_size=12),
    #: A name, and how many of the main details it follows.
    personas=st.lists(st.tuples(TEXTS, st.integers(0, 5)), max_size=3),
    #: A service, which persona it knows, and what was decided.
    choices=st.lists(
        st.tuples(
            st.sampled_from(["permits", "shop", "rtl"]),
            st.integers(0, 3),
            st.lists(st.tuples(st.sampled_from(["given_name", "email", "birthdate"]), st.booleans()), max_size=3),
        ),
        max_size=4,
    ),
    language=st.sampled_from([None, "en", "fr", "ar"]),
)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    app = create_app(make_settings(tmp_path_factory.mktemp("provider")), clock=FrozenClock())
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        register(services)
        services.portability.downloads._iterations = 1000
        yield services
    services.close()


def signed_up(services: Services, language: str | None = None) -> Session:
    made = services.authentication.sign_up(
        login=f"citizen-{next(NUMBERS)}", password=PASSWORD, origin=Origin("192.0.2.1"), locale=language
    )
    services.authentication.confirm_recovery_code(made.account_id, made.recovery_code)
    session = services.authentication.session(made.session_secret)
    assert session is not None
    return session


def live(services: Services, session: Session, life: Life) -> None:
    key = session.vault_key
    assert key is not None
    for claim, raw, label, language in life.details:
        try:
            services.vault.add(session.account_id, key, NewDetail(claim, raw, label, language=language))
        except (InvalidDetailError, DetailHeldError, UnknownLanguageError):
            continue
    main = services.vault.read(session.account_id, key)
    personas = [MAIN]
    for name, follows in life.personas:
        try:
            made = services.personas.add(session.account_id, key, name=name, colour="plum")
        except PersonaNameError:
            continue
        personas.append(made.id)
        chosen = {each.id for each in main.attributes[:follows]}
        services.personas.choose(session.account_id, key, made.id, chosen, expected_version=1)
    for client_id, which, decided in life.choices:
        choose(services, session, client_id, personas[which % len(personas)], dict(decided))


def choose(services: Services, session: Session, client_id: str, persona: str, decided: dict[str, bool]) -> None:
    client, key = services.clients.get(client_id), session.vault_key
    assert client is not None
    assert key is not None
    document = services.vault.read(session.account_id, key, persona=persona)
    if services.consent.standing(session.account_id, client_id) is not None:
        return
    grant = new_grant(
        client,
        account_id=session.account_id,
        known_as=persona,
        document=document,
        decisions=tuple(Decision(claim, allowed, claim) for claim, allowed in decided.items()),
        duration=Duration.STANDING,
        scopes=(),
        now=services.clock.now(),
        until=services.clock.now() + timedelta(days=365),
    )
    services.consent.bring_along(grant)


def exported(services: Services, session: Session) -> tuple[bytes, dict[str, Any]]:
    file = services.portability.downloads.download(session, password=FILE_PASSWORD, language="en")
    return file, json.loads(unlock(file, password=FILE_PASSWORD.encode(), typ="proffer-export"))


def chosen(content: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (each["service"], each["persona"], each["sub"], json.dumps(each["decisions"]), each["since"])
        for each in content.get("choices", [])
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(LIVES)
def test_what_is_exported_and_imported_is_the_same(provider: Services, life: Life) -> None:
    services, before = provider, signed_up(provider, life.language)
    try:
        live(services, before, life)
    except VaultError:
        pytest.fail("the life could not be lived")
    file, there = exported(services, before)
    services.portability.closing.begin(before)
    with services.db.transaction() as connection:
        connection.exec_driver_sql("UPDATE account SET closes_at = '2000-01-01 00:00:00' WHERE closes_at IS NOT NULL")
    while services.portability.purge(1000):
        pass
    after = signed_up(services)

    services.portability.moving.take(after, file=file, password=FILE_PASSWORD)
    services.portability.moving.bring_in(after, tuple(Part))

    _, here = exported(services, after)
    assert sorted(here["personas"], key=lambda each: each["id"]) == sorted(
        there["personas"], key=lambda each: each["id"]
    )
    assert chosen(here) == chosen(there)
    assert here["account"].get("language") == life.language
    assert here["earlier"][0]["entries"] == there["activity"]["entries"]
    for choice in here.get("choices", []):
        client = services.clients.get(choice["service"])
        key = after.vault_key
        assert client is not None
        assert key is not None
        document = services.vault.read(after.account_id, key, persona=choice["persona"])
        assert subject(document.seed, client.sector) == choice["sub"]
