"""Everything that ends, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from idp.accounts.values import State
from idp.authentication.errors import SignInRefusedError
from idp.authentication.values import Origin
from idp.clients.errors import UnknownClientError
from idp.logout.errors import AccountClosedError, NoAccountError
from idp.logout.policy import front_channel_address
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import PASSWORD, Browser


def told(services: Services) -> list[str]:
    return sorted(str(notice.client_id) for notice in services.notices.list())


def rows(services: Services, table: str) -> int:
    with services.db.reading() as connection:
        return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def sign_in(services: Services) -> str:
    return services.authentication.sign_in(login="amina", password=PASSWORD, origin=Origin("192.0.2.1")).session_secret


def test_a_session_signs_in_to_a_service_once(amina: Browser, services: Services) -> None:
    amina.authorize()
    amina.authorize()

    assert rows(services, "client_session") == 2


def test_signing_out_tells_each_service_once(amina: Browser, services: Services) -> None:
    session = amina.signed_in()

    services.logout.sign_out(session)
    services.logout.sign_out(session)

    assert told(services) == ["permits", "shop"]
    assert rows(services, "client_session") == 0


def test_each_service_is_told_of_the_citizen_by_its_own_name_for_them(amina: Browser, services: Services) -> None:
    """OIDC Core §8.1: nobody learns how another service knows a citizen."""
    session = amina.signed_in()
    names = {grant.client_id: grant.sub for grant in services.consent.shared_with(session.account_id)}
    farewells = services.logout._farewells

    taken = {one.client_id: one.sub for one in farewells._store.take_sessions([session.sid])}

    assert len(set(names.values())) == 2
    assert taken == {client_id: names.get(client_id) for client_id in taken}
    assert set(taken) == {"permits", "shop"}


def test_what_fails_half_way_ends_nothing_and_tells_nobody(
    amina: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(services.activity), "record", fail)
    with pytest.raises(ZeroDivisionError):
        services.logout.sign_out(amina.signed_in())

    assert services.authentication.session(amina.session) is not None
    assert told(services) == []
    assert rows(services, "client_session") == 2


def test_a_suspended_citizen_is_out_and_may_come_back(amina: Browser, services: Services) -> None:
    account_id = amina.signed_in().account_id

    services.logout.suspend_account("amina")

    assert services.authentication.session(amina.session) is None
    assert told(services) == ["permits", "shop"]
    with pytest.raises(SignInRefusedError):
        sign_in(services)
    services.logout.resume_account("amina")
    assert sign_in(services)
    kinds = [row.kind.value for row in services.activity.page(account_id).rows]
    assert kinds[:3] == ["signed_in", "account_resumed", "sign_in_refused"]
    assert "account_suspended" in kinds
    assert any(grant.withdrawn_at is None for grant in services.consent.shared_with(account_id)), "sharing is as it was"


def test_closing_deletes_what_opens_or_holds_details_and_stops_all_sharing(amina: Browser, services: Services) -> None:
    account_id = amina.signed_in().account_id

    services.logout.close_account("amina")

    assert told(services) == ["permits", "permits", "shop", "shop"], "of the session, and of the end of sharing"
    for table in ("vault_document", "key_slot", "password", "known_browser", "browser_session", "client_session"):
        assert rows(services, table) == 0, table
    grants = services.consent.shared_with(account_id)
    assert len(grants) == 2
    assert all(grant.withdrawn_at and not grant.claims_sealed and not grant.grant_key_wrapped for grant in grants)
    account = services.accounts.get(account_id)
    assert account is not None
    assert account.state is State.CLOSED
    assert services.activity.page(account_id).rows[0].kind.value == "account_closed"
    with pytest.raises(SignInRefusedError):
        sign_in(services)


def test_a_closed_account_stays_closed(amina: Browser, services: Services) -> None:
    services.logout.close_account("amina")

    for again in (services.logout.suspend_account, services.logout.resume_account, services.logout.close_account):
        with pytest.raises(AccountClosedError):
            again("amina")
        with pytest.raises(NoAccountError):
            again("nobody")


def test_a_suspended_service_hears_of_all_its_sessions_and_no_other_does(amina: Browser, services: Services) -> None:
    services.logout.suspend_service("permits")

    assert told(services) == ["permits"]
    client = services.clients.get("permits")
    assert client is not None
    assert not client.approved
    with pytest.raises(UnknownClientError):
        services.logout.suspend_service("nobody")


def test_a_session_that_ended_by_itself_is_forgotten_and_nobody_is_told(
    amina: Browser, services: Services, clock: FrozenClock
) -> None:
    assert services.logout.purge(clock.now(), 10) == 0
    clock.advance(days=30)
    services.authentication.purge(clock.now(), 100)

    assert services.logout.purge(clock.now(), 10) == 2
    assert told(services) == []


def test_a_session_that_lives_is_not_forgotten(amina: Browser, services: Services, clock: FrozenClock) -> None:
    clock.advance(days=30)

    assert services.logout.purge(clock.now() + timedelta(days=1), 10) == 0


@pytest.mark.parametrize(
    ("registered", "required", "address"),
    [
        ("https://a.example/out", False, "https://a.example/out"),
        ("https://a.example/out", True, "https://a.example/out?iss=https%3A%2F%2Fop&sid=s"),
        ("https://a.example/out?x=%7E", True, "https://a.example/out?x=%7E&iss=https%3A%2F%2Fop&sid=s"),
        ("https://a.example/out?", True, "https://a.example/out?iss=https%3A%2F%2Fop&sid=s"),
    ],
)
def test_issuer_and_session_come_both_or_not_at_all(registered: str, required: bool, address: str) -> None:
    """OIDC Front-Channel Logout §2."""
    assert front_channel_address(registered, issuer="https://op", sid="s", session_required=required) == address
