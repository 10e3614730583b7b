"""Bringing a file in: the same vault, choices and identifiers elsewhere, and nothing of a file that is not right."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from idp.activity.filters import Filter
from idp.activity.values import Entry, Kind
from idp.authentication.policy import normalise
from idp.authentication.values import Origin, Session
from idp.consent.values import Reason
from idp.crypto.password_jwe import lock, unlock
from idp.portability.errors import (
    FileRefusedError,
    IdentifiersTakenError,
    NotEmptyError,
    NothingBroughtError,
)
from idp.portability.values import Part
from idp.services import Services
from idp.vault.errors import VaultNotReadyError
from idp.vault.values import TOLD, Attribute, NewDetail
from tests.doubles import FrozenClock
from tests.portability.test_closing import exhaust
from tests.web.citizen.chooser import PASSWORD, Chooser

FILE_PASSWORD = "velvet anchor quarry nine"
ALL = tuple(Part)
Change = Callable[[dict[str, Any]], None]


def downloaded(citizen: Chooser) -> bytes:
    return citizen.services.portability.downloads.download(citizen.session, password=FILE_PASSWORD, language="en")


def newcomer(services: Services, login: str = "amina-again", *, confirmed: bool = True) -> Session:
    made = services.authentication.sign_up(login=login, password=PASSWORD, origin=Origin("192.0.2.1"))
    if confirmed:
        services.authentication.confirm_recovery_code(made.account_id, made.recovery_code)
    session = services.authentication.session(made.session_secret)
    assert session is not None
    return session


def relocked(content: bytes) -> bytes:
    return lock(content, password=FILE_PASSWORD.encode(), typ="proffer-export", cty="json", iterations=1000).encode()


def changed(file: bytes, change: Change) -> bytes:
    """The same file with something else inside, as somebody with its password could make it."""
    content = json.loads(unlock(file, password=normalise(FILE_PASSWORD), typ="proffer-export"))
    change(content)
    return relocked(json.dumps(content).encode())


def taken(services: Services, session: Session, file: bytes) -> None:
    services.portability.moving.take(session, file=file, password=FILE_PASSWORD)


def held(services: Services, session: Session) -> tuple[Attribute, ...]:
    assert session.vault_key is not None
    return services.vault.read(session.account_id, session.vault_key).attributes


@pytest.fixture
def file(citizen: Chooser, services: Services, clock: FrozenClock) -> bytes:
    """Everything of Amina, whose account here has ended since: she comes as if from elsewhere."""
    services.activity.delete(citizen.session.account_id, fitting=Filter(sequence=2), extent="one")
    made = downloaded(citizen)
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)
    exhaust(services)
    return made


def test_details_and_seed_are_the_same(citizen: Chooser, services: Services, file: bytes) -> None:
    before = json.loads(unlock(file, password=normalise(FILE_PASSWORD), typ="proffer-export"))["personas"][0]
    session = newcomer(services)

    taken(services, session, file)
    services.portability.moving.bring_in(session, ALL)

    after = json.loads(
        unlock(
            services.portability.downloads.download(session, password=FILE_PASSWORD, language="en"),
            password=normalise(FILE_PASSWORD),
            typ="proffer-export",
        )
    )["personas"][0]
    assert after == before


def test_a_choice_waits_to_be_confirmed_and_the_service_knows_the_citizen(
    citizen: Chooser, services: Services, file: bytes
) -> None:
    (choice,) = json.loads(unlock(file, password=normalise(FILE_PASSWORD), typ="proffer-export"))["choices"]
    session = newcomer(services)
    taken(services, session, file)
    services.portability.moving.bring_in(session, ALL)

    grant = services.consent.standing(session.account_id, "permits")
    assert grant is not None
    assert grant.sub == choice["sub"]
    assert not grant.live(services.clock.now())
    assert (grant.claims, grant.scopes, grant.claims_sealed, grant.grant_key_wrapped) == ((), (), None, None)

    citizen.session = session
    citizen.http.set_cookie("proffer_session", session.secret, domain="localhost")
    citizen.asked("given_name", "email", "phone_number")
    assert "You moved here. Check what you share with" in citizen.html
    form = citizen.form()
    ticked = {control.id for control in form.controls if control.kind == "checkbox" and control.checked}
    # The given name is one that the service cannot do without, which has no box of its own.
    assert ticked == {"claim-email"}
    citizen.press("consent-allow")
    citizen.answer()
    confirmed = services.consent.standing(session.account_id, "permits")
    assert confirmed is not None
    assert (confirmed.sub, set(confirmed.claims)) == (choice["sub"], {"given_name", "email", "email_verified"})
    assert confirmed.live(services.clock.now())


def test_a_service_that_is_not_here_or_knows_citizens_otherwise_gets_no_choice(services: Services, file: bytes) -> None:
    def elsewhere(content: dict[str, Any]) -> None:
        (choice,) = content["choices"]
        content["choices"] = [
            {**choice, "service": "not-here", "service_name": "Far Bank"},
            {**choice, "sub": "another", "service_name": "Other Sector"},
            {**choice, "service": "shop", "service_name": "Bookshop", "stopped_at": choice["since"]},
        ]

    session = newcomer(services)
    taken(services, session, changed(file, elsewhere))

    arrival = services.portability.moving.waiting(session)

    assert arrival.choices == ()
    assert arrival.elsewhere == ("Far Bank", "Other Sector")


def test_activity_is_read_beside_the_new_chain_and_goes_on_in_the_next_file(
    services: Services, file: bytes, clock: FrozenClock
) -> None:
    session = newcomer(services)
    own = len(list(services.activity.chain(session.account_id)))
    taken(services, session, file)
    services.portability.moving.bring_in(session, ALL)

    assert session.vault_key is not None
    page = services.portability.earlier.page(session.account_id, session.vault_key, 1)
    assert page is not None
    assert page.kept_by == "http://localhost:8000"
    assert page.entries[0].kind == "taken_along"
    assert page.entries[-1].number == 1
    assert services.portability.earlier.page(session.account_id, session.vault_key, 2) is None
    kinds = [linked.row.kind for linked in services.activity.chain(session.account_id) if linked.row]
    assert kinds[own:] == [Kind.DETAIL_ADDED, Kind.BROUGHT_ALONG]
    assert services.activity.verify(session.account_id) is None

    again = services.portability.downloads.download(session, password=FILE_PASSWORD, language="en")
    services.portability.closing.begin(session)
    clock.advance(days=14)
    exhaust(services)
    third = newcomer(services, "amina-once-more")
    taken(services, third, again)
    services.portability.moving.bring_in(third, ALL)
    assert third.vault_key is not None
    walked = [services.portability.earlier.page(third.account_id, third.vault_key, number) for number in (1, 2)]
    assert [each.entries[-1].number for each in walked if each is not None] == [1, 1]


def test_nothing_of_what_was_not_picked_comes_in(services: Services, file: bytes) -> None:
    session = newcomer(services)
    taken(services, session, file)

    services.portability.moving.bring_in(session, [Part.ACTIVITY])

    assert held(services, session) == ()
    assert services.consent.shared_with(session.account_id) == ()
    assert services.portability.earlier.are_there(session.account_id)


def test_what_checked_a_detail_stays_behind(services: Services, file: bytes) -> None:
    def forge(content: dict[str, Any]) -> None:
        email = next(each for each in content["personas"][0]["details"] if each["claim"] == "email")
        email |= {"source": "organisation", "source_name": "The Crown", "assurer": "The Crown"}
        email |= {"checked_at": "2026-01-01T00:00:00Z", "valid_until": "2036-01-01T00:00:00Z"}

    session = newcomer(services)
    taken(services, session, changed(file, forge))
    assert services.portability.moving.waiting(session).unchecked == 1
    services.portability.moving.bring_in(session, ALL)

    email = next(each for each in held(services, session) if each.claim == "email")
    assert (email.source, email.assurer, email.checked_at, email.valid_until) == (TOLD, None, None, None)


def test_details_that_cannot_be_kept_are_named_and_left_out(services: Services, file: bytes) -> None:
    def spoil(content: dict[str, Any]) -> None:
        details = content["personas"][0]["details"]
        one = {"added_at": "2026-01-01T00:00:00Z", "changed_at": "2026-01-01T00:00:00Z"}
        details += [
            {**one, "id": "x" * 22, "claim": "shoe_size", "value": 42},
            {**one, "id": "y" * 22, "claim": "birthdate", "value": "yesterday"},
            {**one, "id": "z" * 22, "claim": "given_name", "value": "Second"},
            {**one, "id": "v" * 22, "claim": "email_verified", "value": True},
            {**one, "id": "w" * 22, "claim": "family_name", "value": {"$": []}},
            {**one, "id": "q" * 22, "claim": "phone_number", "value": "+442079460731", "label": "x" * 500},
        ]

    session = newcomer(services)
    taken(services, session, changed(file, spoil))
    arrival = services.portability.moving.waiting(session)

    assert set(arrival.refused) == {
        "shoe_size",
        "birthdate",
        "given_name",
        "email_verified",
        "family_name",
        "phone_number",
    }
    assert [each.claim for each in arrival.attributes] == ["given_name", "email", "address"]


def test_an_activity_that_was_changed_is_found_and_does_not_come_in(services: Services, file: bytes) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["activity"]["entries"][2]["kind"] = "signed_out"

    session = newcomer(services)
    taken(services, session, changed(file, tamper))

    arrival = services.portability.moving.waiting(session)
    assert arrival.broken == 3
    assert Part.ACTIVITY not in arrival.parts
    services.portability.moving.bring_in(session, ALL)
    assert not services.portability.earlier.are_there(session.account_id)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entries: entries.pop(0),
        lambda entries: entries.pop(2),
        lambda entries: entries[0].update(hash="A" * 43),
        lambda entries: entries[0].update(hash="not base64!"),
        lambda entries: entries[0].update(at="yesterday"),
        lambda entries: entries[0].pop("at"),
        lambda entries: entries[0].update(facts={"email": "x"}),
        lambda entries: entries[1].update(content="A" * 43),
        lambda entries: entries[1].update(deleted_by=1),
        lambda entries: entries[1].update(deleted_by=3),
        lambda entries: entries[1].pop("content"),
        lambda entries: entries[1].update(at="x", kind="signed_in"),
        lambda entries: entries[1].update(facts={"browser": "Firefox on Linux"}),
        lambda entries: entries[0].update(number=2**40),
        lambda entries: entries[1].update(deleted_by=10**9),
    ],
)
def test_any_change_to_an_entry_is_noticed(services: Services, file: bytes, tamper: Callable[[Any], None]) -> None:
    session = newcomer(services)
    taken(services, session, changed(file, lambda content: tamper(content["activity"]["entries"])))

    assert services.portability.moving.waiting(session).broken is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content.update(version=2), "newer"),
        (lambda content: content.update(version=10**15), "newer"),
        (lambda content: content.update(format="other"), "foreign"),
        (lambda content: content.pop("format"), "unreadable"),
        (lambda content: content.pop("personas"), "unreadable"),
        (lambda content: content.update(personas=[]), "unreadable"),
        (lambda content: content.update(personas={}), "unreadable"),
        (lambda content: content.update(made_at="then"), "unreadable"),
        (lambda content: content["personas"][0].update(seed="AAAA"), "unreadable"),
        (lambda content: content["personas"][0].update(seed="%%%"), "unreadable"),
        (lambda content: content["personas"][0]["details"][0].update(added_at="2026-13-45"), "unreadable"),
        (lambda content: content["personas"][0]["details"][0].update(claim=7), "unreadable"),
        (lambda content: content["personas"][0].update(details=content["personas"][0]["details"] * 60), "unreadable"),
        (lambda content: content["choices"][0].update(since="now"), "unreadable"),
        (lambda content: content.update(account="amina"), "unreadable"),
        (lambda content: content.update(more=2**64), "unreadable"),
        (lambda content: content.update(choices=content["choices"] * 2001), "unreadable"),
        (lambda content: content.update(earlier=[content["activity"]] * 20), "unreadable"),
        (lambda content: content["activity"]["entries"][0].update(details=["x" * 301]), "unreadable"),
        (lambda content: content["activity"]["entries"][0].update(details=["x"] * 201), "unreadable"),
        (lambda content: content["personas"].append(content["personas"][0] | {"id": "p"}), "unreadable"),
        (lambda content: content["personas"].append(content["personas"][0] | {"id": "p" * 22}), "unreadable"),
    ],
)
def test_a_file_with_something_else_inside_is_refused(
    services: Services, file: bytes, change: Change, reason: str
) -> None:
    session = newcomer(services)

    with pytest.raises(FileRefusedError) as refused:
        taken(services, session, changed(file, change))

    assert refused.value.reason == reason
    with pytest.raises(NothingBroughtError):
        services.portability.moving.waiting(session)


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"[]",
        b'{"format": "proffer-export", "version": 1',
        b'{"format": "proffer-export", "version": 1, "version": 1}',
        b'{"format": "proffer-export", "version": 1, "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"format": "proffer-export", "version": 1, "x": NaN}',
        b'{"format": "proffer-export", "version": 1, "x": 1e999}',
        b'{"format": "proffer-export", "version": 1, "x": ' + b"9" * 5000 + b"}",
        b'{"format": "proffer-export", "version": 1, "x": "\xff\xfe"}',
        b'{"format": "proffer-export", "version": 1, "x": "\\ud800"}',
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused(services: Services, content: bytes) -> None:
    session = newcomer(services)

    with pytest.raises(FileRefusedError) as refused:
        taken(services, session, relocked(content))

    assert refused.value.reason == "unreadable"


def test_a_name_twice_deep_inside_is_refused(services: Services, file: bytes) -> None:
    content = unlock(file, password=normalise(FILE_PASSWORD), typ="proffer-export")
    twice = content.replace(b'"claim":"email"', b'"claim":"email","claim":"email"', 1)
    session = newcomer(services)

    with pytest.raises(FileRefusedError) as refused:
        taken(services, session, relocked(twice))

    assert refused.value.reason == "unreadable"


@pytest.mark.parametrize("reason", ["cut_short", "wrong_password", "changed", "foreign"])
def test_a_file_that_does_not_open_is_refused(services: Services, file: bytes, reason: str) -> None:
    head, key, nonce, text, tag = file.split(b".")
    sent, password = {
        "cut_short": (file[:-100], FILE_PASSWORD),
        "wrong_password": (file, "velvet anchor quarry ten"),
        "changed": (b".".join([head, key, nonce, text[:50] + b"AAAA" + text[54:], tag]), FILE_PASSWORD),
        "foreign": (b"%PDF-1.7", FILE_PASSWORD),
    }[reason]
    session = newcomer(services)

    with pytest.raises(FileRefusedError) as refused:
        services.portability.moving.take(session, file=sent, password=password)

    assert refused.value.reason == reason


def test_a_second_account_does_not_get_the_same_identifiers(citizen: Chooser, services: Services) -> None:
    file = downloaded(citizen)
    session = newcomer(services)
    taken(services, session, file)

    with pytest.raises(IdentifiersTakenError):
        services.portability.moving.bring_in(session, ALL)

    assert held(services, session) == ()
    assert not services.portability.earlier.are_there(session.account_id)
    # The file still waits, and what carries no identifiers can come in.
    services.portability.moving.bring_in(session, [Part.ACTIVITY])


def test_a_file_comes_into_an_empty_account_only(citizen: Chooser, services: Services, file: bytes) -> None:
    session = newcomer(services)
    taken(services, session, file)
    assert session.vault_key is not None
    services.vault.add(session.account_id, session.vault_key, NewDetail("nickname", "Mina"))

    with pytest.raises(NotEmptyError):
        services.portability.moving.check_empty(session)
    with pytest.raises(NotEmptyError):
        services.portability.moving.bring_in(session, ALL)
    assert [each.claim for each in held(services, session)] == ["nickname"]


def test_the_vault_has_to_be_ready(services: Services, file: bytes) -> None:
    session = newcomer(services, confirmed=False)
    taken(services, session, file)

    with pytest.raises(VaultNotReadyError):
        services.portability.moving.bring_in(session, ALL)


def test_a_file_that_waits_is_sealed_and_forgotten(
    app: Flask, services: Services, file: bytes, clock: FrozenClock
) -> None:
    from tests.journeys.leaks import leaks

    session = newcomer(services)
    taken(services, session, file)
    url = services.db.engine.url.render_as_string(hide_password=False)
    values = {"mail": "amina@home.example", "street": "1 Mill Lane", "file password": FILE_PASSWORD}
    assert leaks(values, url) == []

    clock.advance(minutes=30)

    with pytest.raises(NothingBroughtError):
        services.portability.moving.waiting(session)
    assert services.portability.purge(10) == 1


def test_another_citizen_opens_no_file_that_waits(services: Services, file: bytes) -> None:
    session = newcomer(services)
    taken(services, session, file)
    other = newcomer(services, "boris")

    with pytest.raises(NothingBroughtError):
        services.portability.moving.waiting(other)
    # Nor when its row is moved to him.
    services.portability.moving.discard(other)
    moved = replace(session, account_id=other.account_id)
    with pytest.raises(NothingBroughtError):
        services.portability.moving.waiting(moved)


def test_what_happens_twice_happens_once(services: Services, file: bytes) -> None:
    session = newcomer(services)
    taken(services, session, file)
    services.portability.moving.bring_in(session, [Part.ACTIVITY])

    with pytest.raises(NothingBroughtError):
        services.portability.moving.bring_in(session, [Part.ACTIVITY])


def test_everything_that_was_brought_goes_with_the_account(services: Services, file: bytes, clock: FrozenClock) -> None:
    from tests.portability.test_closing import rows_naming

    session = newcomer(services)
    taken(services, session, file)
    services.portability.moving.bring_in(session, ALL)
    taken_again = newcomer(services, "boris")
    assert rows_naming(services, session.account_id)
    services.portability.closing.begin(session)
    clock.advance(days=14)

    exhaust(services, 2)

    assert rows_naming(services, session.account_id) == []
    # The identifiers are free for whoever holds the file.
    taken(services, taken_again, file)
    services.portability.moving.bring_in(taken_again, ALL)


def test_the_page_of_choices_is_asked_anew_for_the_reason_of_moving(services: Services, file: bytes) -> None:
    session = newcomer(services)
    taken(services, session, file)
    services.portability.moving.bring_in(session, ALL)
    client = services.clients.get("permits")
    assert client is not None
    request = services.consent.request(["openid", "email"], None)

    difference = services.consent.difference(
        request, client=client, grant=services.consent.standing(session.account_id, "permits"), session=session
    )

    assert difference is not None
    assert difference.reason is Reason.MOVED


def test_an_entry_of_a_kind_that_is_not_known_here_is_hashed_like_any_other(services: Services) -> None:
    from idp.activity.foreign import first_broken
    from idp.activity.records import record_of

    session = newcomer(services)
    services.activity.record(Entry(session.account_id, Kind.STOPPED, client_id="permits"))
    records = [record_of(linked) for linked in services.activity.chain(session.account_id)]

    assert first_broken(session.account_id, records) is None
    assert first_broken("somebody else", records) == 1
