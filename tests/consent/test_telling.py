"""Telling services of a changed detail: those that were picked, exactly that detail, and what became of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp.activity.values import Kind, Row
from idp.consent.told import Difference, Holding, Progress
from idp.crypto import jose
from idp.services import Services
from idp.settings import Settings
from idp.storage.db import Database
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.outbound.servers import Server, saying, serving
from tests.protocol.logging_out import SHOP_CALLBACK, agree_with_the_shop, register_with_logout
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, register
from tests.storage.databases import BOTH, database_url

TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
REFUSED = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(params=BOTH)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """On either database."""
    outbound = {"allowed_hosts": ["127.0.0.1"], "timeout_seconds": 2}
    with database_url(request.param, tmp_path) as url:
        yield make_settings(tmp_path, database={"url": url}, outbound=outbound)


@pytest.fixture
def council() -> Iterator[Server]:
    with serving(saying(TAKEN)) as server:
        yield server


@pytest.fixture
def amina(services: Services, app: Flask, council: Server) -> Browser:
    """Shares her name with the council, which hears of changes, and with the shop, which does not."""
    register(services)
    register_with_logout(services, security_event_endpoint=f"http://127.0.0.1:{council.port}/events")
    services.notices.close()
    browser = Browser(app)
    browser.sign_up()
    browser.agree("given_name", "email")
    agree_with_the_shop(browser)
    return browser


def detail(browser: Browser, claim: str = "given_name") -> str:
    session = browser.signed_in()
    assert session.vault_key is not None
    return browser.services.vault.read(session.account_id, session.vault_key).values(claim)[0].id


def changes(browser: Browser, value: str, claim: str = "given_name") -> None:
    session = browser.signed_in()
    assert session.vault_key is not None
    browser.services.vault.edit(session.account_id, session.vault_key, detail(browser, claim), value)


def holders(browser: Browser, claim: str = "given_name") -> dict[str, Holding]:
    held = browser.services.tellings.holders(browser.signed_in(), claim=claim, attribute_id=detail(browser, claim))
    return {holding.grant.client_id: holding for holding in held}


def tells(browser: Browser, *clients: str, claim: str = "given_name") -> int:
    picked = [holding.grant.id for client, holding in holders(browser, claim).items() if client in clients]
    return browser.services.tellings.tell(
        browser.signed_in(), claim=claim, attribute_id=detail(browser, claim), grant_ids=picked
    )


def access_token(browser: Browser, client: str = "permits") -> str:
    callback = SHOP_CALLBACK if client == "shop" else CALLBACK
    code = answer_of(browser.authorize("GET", client_id=client, redirect_uri=callback), at=callback)["code"]
    basic = base64.b64encode(f"{client}:{SECRET}".encode()).decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
    answer = browser.app.test_client().post("/token", data=form, headers={"Authorization": f"Basic {basic}"})
    return str(answer.get_json()["access_token"])


def userinfo(browser: Browser, token: str) -> dict[str, Any]:
    answer = browser.app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    return dict(answer.get_json())


def progress(browser: Browser, claim: str = "given_name") -> dict[str, Progress]:
    told = browser.services.tellings.told(browser.signed_in().account_id, detail(browser, claim))
    return {each.client_id: each.progress for each in told}


def test_who_has_a_detail_is_up_to_date_until_it_changes(amina: Browser) -> None:
    assert {client: (each.hears, each.differences) for client, each in holders(amina).items()} == {
        "permits": (True, ()),
        "shop": (False, ()),
    }
    assert set(holders(amina, "email")) == {"permits"}

    changes(amina, "Amina Lee")

    assert holders(amina)["permits"].differences == (Difference("given_name", "Amina", "Amina Lee"),)


def test_only_the_services_that_were_picked_get_the_new_value(amina: Browser) -> None:
    council, shop = access_token(amina), access_token(amina, "shop")
    changes(amina, "Amina Lee")

    assert userinfo(amina, council)["given_name"] == "Amina"
    assert tells(amina, "permits") == 1

    assert userinfo(amina, council)["given_name"] == "Amina Lee"
    assert userinfo(amina, shop)["given_name"] == "Amina"
    assert holders(amina)["permits"].differences == ()
    assert holders(amina)["shop"].differences != ()


def test_a_service_that_was_not_picked_gets_it_at_the_next_sign_on(amina: Browser) -> None:
    changes(amina, "Amina Lee")
    tells(amina, "permits")

    assert userinfo(amina, access_token(amina, "shop"))["given_name"] == "Amina Lee"


def test_nothing_but_the_detail_that_was_told_leaves(amina: Browser) -> None:
    token = access_token(amina)
    changes(amina, "Amina Lee")
    changes(amina, "new@citizen.example", "email")

    tells(amina, "permits")

    assert userinfo(amina, token)["email"] == "amina@citizen.example"
    assert userinfo(amina, token)["given_name"] == "Amina Lee"
    assert userinfo(amina, access_token(amina))["email"] == "new@citizen.example"


def test_the_service_is_told_the_name_of_the_detail_and_the_page_how_far_it_came(
    amina: Browser, council: Server, clock: FrozenClock, db: Database
) -> None:
    token = access_token(amina)
    changes(amina, "Amina Lee")
    tells(amina, "permits", "shop")

    assert progress(amina) == {"permits": Progress.UNDER_WAY, "shop": Progress.WAITING}
    assert amina.services.notices.tell_due()
    assert progress(amina)["permits"] is Progress.TOLD
    (request,) = council.requests
    events = jose.unverified(request.partition(b"\r\n\r\n")[2].decode()).claims["events"]
    assert events == {"urn:proffer:secevent:claims-updated": {"claims": ["given_name"]}}

    clock.advance(seconds=60)
    userinfo(amina, token)
    amina.services.consent._last_used.flush()

    assert progress(amina)["permits"] is Progress.FETCHED


def test_one_that_cannot_be_reached_is_tried_again_when_its_citizen_says_so(
    amina: Browser, clock: FrozenClock, services: Services
) -> None:
    with serving(saying(REFUSED)) as deaf:
        register_with_logout(services, security_event_endpoint=f"http://127.0.0.1:{deaf.port}/events")
        changes(amina, "Amina Lee")
        tells(amina, "permits")
        services.notices.tell_due()
        assert progress(amina) == {"permits": Progress.TRYING}
        for _ in range(services.settings.notices.attempts):
            clock.advance(seconds=services.settings.notices.longest_pause_seconds)
            services.notices.tell_due()
    # The browser session has rested too long by now, so that it is asked about by the account.
    account = services.accounts.find("amina")
    assert account is not None
    (told,) = services.tellings.told(account.id, _attribute(services, account.id))
    assert told.progress is Progress.UNREACHABLE

    assert services.tellings.retry(account.id, told.told.attribute_id, told.told.id)
    (told,) = services.tellings.told(account.id, told.told.attribute_id)
    assert told.progress is Progress.TRYING
    assert not services.tellings.retry("somebody else", told.told.attribute_id, told.told.id)


def test_telling_is_in_the_activity_by_name_and_kept_for_a_month(amina: Browser, clock: FrozenClock) -> None:
    changes(amina, "Amina Lee")
    tells(amina, "permits")
    tells(amina, "permits")

    services, account = amina.services, amina.signed_in().account_id
    rows = [row for row in _rows(services, account) if row.kind is Kind.TOLD]
    assert [(row.client_id, row.claims) for row in rows] == [("permits", ("given_name",))]
    assert services.tellings.purge(clock.now() + timedelta(days=29), 10) == 0
    assert services.tellings.purge(clock.now() + timedelta(days=31), 10) == 1


def test_a_service_that_was_stopped_is_no_longer_asked_about(amina: Browser) -> None:
    session = amina.signed_in()
    changes(amina, "Amina Lee")
    grant = holders(amina)["permits"].grant
    amina.services.logout.stop_sharing(account_id=session.account_id, grant_id=grant.id)

    told = amina.services.tellings.tell(session, claim="given_name", attribute_id=detail(amina), grant_ids=[grant.id])

    assert told == 0
    assert set(holders(amina)) == {"shop"}


def _attribute(services: Services, account_id: str) -> str:
    with services.db.reading() as connection:
        return str(connection.exec_driver_sql("SELECT attribute_id FROM told").scalar_one())


def _rows(services: Services, account_id: str) -> list[Row]:
    return [linked.row for linked in services.activity.chain(account_id) if linked.row is not None]
