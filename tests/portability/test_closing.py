"""An account that ends: at rest at once, kept until the last moment, then gone without a trace."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, select

from idp.accounts.errors import LoginTakenError
from idp.activity.filters import Filter
from idp.authentication.errors import SignInRefusedError
from idp.authentication.values import Origin
from idp.letters.values import Letter
from idp.portability.errors import AlreadyLeavingError, NotLeavingError
from idp.services import Services
from idp.storage.db import Base
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import PASSWORD, Chooser

ORIGIN = Origin("192.0.2.1")


def rows_naming(services: Services, *values: str | bytes) -> list[str]:
    """Every column of the database that holds one of the values, in whatever it is wrapped."""
    tables = MetaData()
    tables.reflect(services.db.engine)
    found = []
    with services.db.engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)):
                for column, cell in zip(table.columns, row, strict=True):
                    hay = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    needles = (value if isinstance(value, bytes) else value.encode() for value in values)
                    if any(needle in hay for needle in needles):
                        found.append(f"{table.name}.{column.name}")
    return found


def exhaust(services: Services, size: int = 500) -> int:
    rounds = 0
    while services.portability.purge(size):
        rounds += 1
    return rounds


def test_sharing_stops_at_once_and_details_stay_sealed(citizen: Chooser, services: Services) -> None:
    before = services.vault.version(citizen.session.account_id)

    services.portability.closing.begin(citizen.session)

    assert citizen.grant().withdrawn_at is not None
    assert citizen.grant().claims_sealed is None
    assert services.vault.version(citizen.session.account_id) == before
    kinds = [row.kind.value for row in services.activity.page(citizen.session.account_id).rows]
    assert kinds[:2] == ["closing_begun", "stopped"]


def test_nobody_is_signed_in_but_to_stay(citizen: Chooser, services: Services) -> None:
    other = services.authentication.sign_in(login="amina", password=PASSWORD, origin=ORIGIN)

    services.portability.closing.begin(citizen.session)

    secret = citizen.session.secret
    assert services.authentication.session(secret) is None
    leaving = services.authentication.leaving_session(secret)
    assert leaving is not None
    assert services.authentication.leaving_session(other.session_secret) is None
    again = services.authentication.sign_in(login="amina", password=PASSWORD, origin=ORIGIN)
    assert services.authentication.session(again.session_secret) is None
    assert services.authentication.leaving_session(again.session_secret) is not None


def test_an_account_that_is_kept_is_as_it_was(citizen: Chooser, services: Services, clock: FrozenClock) -> None:
    services.portability.closing.begin(citizen.session)
    clock.advance(days=13)
    back = services.authentication.sign_in(login="amina", password=PASSWORD, origin=ORIGIN)
    leaving = services.authentication.leaving_session(back.session_secret)
    assert leaving is not None

    services.portability.closing.keep(leaving)

    clock.advance(days=30)
    assert exhaust(services) == 0
    back = services.authentication.sign_in(login="amina", password=PASSWORD, origin=ORIGIN)
    session = services.authentication.session(back.session_secret)
    assert session is not None
    assert session.vault_key is not None
    document = services.vault.read(session.account_id, session.vault_key)
    assert [each.value for each in document.values("given_name")] == ["Amina"]


def test_leaving_twice_and_staying_twice_do_nothing_more(citizen: Chooser, services: Services) -> None:
    services.portability.closing.begin(citizen.session)
    with pytest.raises(AlreadyLeavingError):
        services.portability.closing.begin(citizen.session)
    services.portability.closing.keep(citizen.session)
    with pytest.raises(NotLeavingError):
        services.portability.closing.keep(citizen.session)


def test_when_the_end_has_come_it_is_too_late_to_stay(citizen: Chooser, services: Services, clock: FrozenClock) -> None:
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)

    with pytest.raises(NotLeavingError):
        services.portability.closing.keep(citizen.session)
    services.portability.purge(1)
    with pytest.raises(SignInRefusedError):
        services.authentication.sign_in(login="amina", password=PASSWORD, origin=ORIGIN)


def test_nothing_is_erased_before_the_end(citizen: Chooser, services: Services, clock: FrozenClock) -> None:
    services.portability.closing.begin(citizen.session)
    clock.advance(days=13, hours=23)

    assert exhaust(services) == 0
    assert services.accounts.get(citizen.session.account_id) is not None


@pytest.mark.parametrize("size", [1, 500])
def test_after_the_end_no_row_names_the_account_or_holds_anything_of_it(
    citizen: Chooser, services: Services, clock: FrozenClock, size: int
) -> None:
    account_id, grant = citizen.session.account_id, citizen.grant()
    services.activity.delete(account_id, fitting=Filter(sequence=1), extent="one")
    services.interactions.purge(clock.now(), 1000)
    services.portability.closing.begin(citizen.session)
    assert rows_naming(services, account_id) != []
    clock.advance(days=14)

    rounds = exhaust(services, size)

    assert rounds >= (10 if size == 1 else 1)
    clock.advance(days=1)
    services.interactions.purge(clock.now(), 1000)
    services.tokens.purge(1000)
    assert rows_naming(services, account_id, grant.id, grant.sub) == []
    index = services.accounts.index("amina")
    assert rows_naming(services, index) == ["retired_name.login_index"]
    assert services.portability.purge(size) == 0


def test_whatever_refers_to_an_account_is_found_by_erasure() -> None:
    naming = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "account" for key in column.foreign_keys) or "account" in column.name
    }

    assert {name for name in naming if not name.endswith(".account_id")} == set()


def test_other_citizens_keep_everything(citizen: Chooser, services: Services, clock: FrozenClock) -> None:
    other = services.authentication.sign_up(login="boris", password=PASSWORD, origin=ORIGIN)
    held = rows_naming(services, other.account_id)
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)

    exhaust(services)

    assert rows_naming(services, other.account_id) == held


def test_the_name_is_given_to_nobody_for_a_year(citizen: Chooser, services: Services, clock: FrozenClock) -> None:
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)
    exhaust(services)

    with pytest.raises(LoginTakenError):
        services.authentication.sign_up(login="AMINA", password=PASSWORD, origin=ORIGIN)
    clock.advance(days=365)
    assert exhaust(services) == 1
    assert services.authentication.sign_up(login="AMINA", password=PASSWORD, origin=ORIGIN).account_id


def test_an_erasure_that_was_stopped_goes_on(citizen: Chooser, services: Services, clock: FrozenClock) -> None:
    services.portability.closing.begin(citizen.session)
    clock.advance(days=14)
    for _ in range(3):
        assert services.portability.purge(1) == 1

    exhaust(services)

    assert services.accounts.get(citizen.session.account_id) is None


def test_letters_are_written_at_the_beginning_before_the_end_once_and_on_staying(
    citizen: Chooser, services: Services, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[Letter, dict[str, str]]] = []

    def write(_account_id: str, letter: Letter, *, facts: dict[str, str] | None = None, subject: str = "") -> None:
        written.append((letter, facts or {}))

    monkeypatch.setattr(services.letters, "write", write)
    services.portability.closing.begin(citizen.session)
    services.portability.purge(10)
    assert written == [(Letter.CLOSING_BEGUN, {"day": "2026-05-18"})]
    clock.advance(days=11)
    services.portability.purge(10)
    services.portability.purge(10)
    assert written[1:] == [(Letter.CLOSING_SOON, {"day": "2026-05-18"})]

    services.portability.closing.keep(citizen.session)

    assert written[2:] == [(Letter.CLOSING_ENDED, {})]


def test_an_account_that_ended_is_not_kept_from_its_operator(citizen: Chooser, services: Services) -> None:
    services.portability.closing.begin(citizen.session)

    services.logout.close_account("amina")

    account = services.accounts.get(citizen.session.account_id)
    assert account is not None
    assert not account.active
