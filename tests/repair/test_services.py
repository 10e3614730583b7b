"""What services see of a locked account: they are told, get nothing new, and keep what they have."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.authentication.values import Session
from idp.repair.values import Step
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.logging_out import agree_with_the_shop, register_with_logout
from tests.protocol.sign_on import Browser, answer_of, page_of, register


@pytest.fixture
def amina(services: Services, app: Flask, clock: FrozenClock) -> Browser:
    """Shares with the council since long, and with the shop since somebody else was there."""
    services.notices.close()
    register(services)
    register_with_logout(services, port=9)
    browser = Browser(app)
    browser.sign_up()
    browser.agree("given_name")
    clock.advance(minutes=10)
    agree_with_the_shop(browser)
    return browser


def lock(browser: Browser, services: Services, clock: FrozenClock) -> Session:
    """Report the newest entry, and sign in again with a proof."""
    session = browser.signed_in()
    row = services.activity.page(session.account_id).rows[0]
    services.repair.locking.by_row(session, row.sequence)
    again = browser.sign_in()
    services.repair.prove_by_code(again, browser.recovery_code)
    return again


def test_services_hear_that_the_sessions_ended(amina: Browser, services: Services, clock: FrozenClock) -> None:
    lock(amina, services, clock)

    assert sorted(str(notice.client_id) for notice in services.notices.list()) == ["permits", "shop"]


def test_no_sign_on_completes_while_an_account_is_locked(
    amina: Browser, services: Services, clock: FrozenClock
) -> None:
    lock(amina, services, clock)

    page = page_of(amina.authorize())

    assert page.path == "/repair"
    assert page_of(amina.come_back(page)).path == "/repair"
    assert amina.http.get(f"/repair?interaction={page.interaction}").status_code == 200
    assert answer_of(amina.authorize(prompt="none"))["error"] == "interaction_required"


def test_the_sign_on_goes_on_once_it_is_put_right(amina: Browser, services: Services, clock: FrozenClock) -> None:
    session = lock(amina, services, clock)
    page = page_of(amina.authorize())
    repair = services.repair
    repair.replace_password(session, new="violet anchor teapot river", browser=None)
    code = repair.renew_code(session, browser=None)
    services.authentication.confirm_recovery_code(session.account_id, code)
    for step in (Step.WAYS, Step.SHARING):
        repair.see(session, step, browser=None)
    repair.finish(session, browser=None)

    assert "code" in answer_of(amina.come_back(page))


def test_what_was_shared_since_is_shown_and_stopped(amina: Browser, services: Services, clock: FrozenClock) -> None:
    session = lock(amina, services, clock)

    (since,) = services.repair.sharing(session)
    assert since.client_id == "shop"
    assert Step.SHARING in services.repair.progress(session).left
    services.repair.stop_sharing(session, grant_id=since.id, browser=None)

    assert services.repair.sharing(session) == ()
    assert Step.SHARING not in services.repair.progress(session).left


def test_the_page_of_what_was_shared_stops_it(amina: Browser, services: Services, clock: FrozenClock) -> None:
    lock(amina, services, clock)
    page = amina.http.get("/repair/sharing")
    assert "Corner &lt;Shop&gt;" in page.text
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    grant = page.text.partition('name="id" value="')[2].partition('"')[0]

    for _ in range(2):
        answer = amina.http.post("/repair/sharing/stop", data={"csrf_token": token, "id": grant})
        assert (answer.status_code, answer.location) == (303, "/repair/sharing")

    assert "Nothing has been shared since" in amina.http.get("/repair/sharing").text
