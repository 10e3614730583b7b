"""Choices that are paused or over, as services meet them: everything stops at that second.

RFC 6749 §5.2, RFC 6750 §3.1, RFC 7662 §2.2, OIDC Core §3.1.2.6.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from idp.activity.values import Kind
from idp.consent.values import Grant
from idp.notices.values import Kind as NoticeKind
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.back_channel import ACCOUNT, BackChannel, error_of
from tests.protocol.sign_on import Browser, answer_of, page_of

INACTIVE = {"active": False}


def end(channel: BackChannel, clock: FrozenClock) -> None:
    channel.agree("permits", reconfirm_at=clock.now())


def pause(channel: BackChannel, _clock: FrozenClock) -> None:
    channel.services.sharing.pause(account_id=ACCOUNT, grant_id="grant-of-permits")


@pytest.fixture(params=[end, pause], ids=["ended", "paused"])
def rest(request: pytest.FixtureRequest, channel: BackChannel, clock: FrozenClock) -> Callable[[], None]:
    """Have what is shared with the council end, or rest."""
    return lambda: request.param(channel, clock)


def test_userinfo_stops(channel: BackChannel, rest: Callable[[], None]) -> None:
    token = channel.tokens()["access_token"]
    rest()

    answer = channel.userinfo(token)

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_code_is_worth_nothing(channel: BackChannel, rest: Callable[[], None]) -> None:
    code = channel.code()
    rest()

    assert error_of(channel.exchange(code)) == (400, "invalid_grant")


def test_a_refresh_token_is_worth_nothing(channel: BackChannel, rest: Callable[[], None]) -> None:
    token = channel.tokens()["refresh_token"]
    rest()

    assert error_of(channel.refresh(token)) == (400, "invalid_grant")


def test_introspection_says_so(channel: BackChannel, rest: Callable[[], None]) -> None:
    token = channel.api_token()
    rest()

    assert channel.introspect(token) == INACTIVE


def test_the_end_is_honoured_to_the_second(channel: BackChannel, clock: FrozenClock) -> None:
    channel.agree("permits", reconfirm_at=clock.now() + timedelta(seconds=10))
    content = channel.tokens()
    clock.advance(seconds=9)
    before = channel.userinfo(content["access_token"]).status_code
    clock.advance(seconds=1)

    assert before == 200
    assert channel.userinfo(content["access_token"]).status_code == 401
    assert error_of(channel.refresh(content["refresh_token"])) == (400, "invalid_grant")


def test_tokens_say_that_they_live_no_longer_than_the_choice(channel: BackChannel, clock: FrozenClock) -> None:
    """A resource server that reads a token itself asks nobody (RFC 9068 §4)."""
    channel.agree("permits", reconfirm_at=clock.now() + timedelta(seconds=90))

    content, api_token = channel.tokens(), channel.api_token()

    assert content["expires_in"] == 90
    assert channel.introspect(api_token)["exp"] == channel.seconds + 90


def test_tokens_of_a_paused_choice_work_again_once_it_is_resumed(channel: BackChannel) -> None:
    content = channel.tokens()
    channel.services.sharing.pause(account_id=ACCOUNT, grant_id="grant-of-permits")
    for _ in range(3):
        channel.refresh(content["refresh_token"])

    channel.services.consent.resume(account_id=ACCOUNT, grant_id="grant-of-permits")

    assert channel.userinfo(content["access_token"]).get_json()["given_name"] == "Amina"
    assert channel.refresh(content["refresh_token"]).status_code == 200


def test_a_service_that_keeps_trying_while_it_is_paused_is_no_replay(channel: BackChannel, clock: FrozenClock) -> None:
    """Nobody is told of a stolen token because a service did not know of a pause."""
    token = channel.tokens()["refresh_token"]
    channel.services.sharing.pause(account_id=ACCOUNT, grant_id="grant-of-permits")

    for _ in range(3):
        channel.refresh(token)
        clock.advance(seconds=120)

    kinds = {row.kind for row in channel.services.activity.page(ACCOUNT).rows}
    assert Kind.TOKENS_REVOKED not in kinds


# At the authorization endpoint


def paused(citizen: Browser, services: Services) -> Grant:
    citizen.agree("given_name")
    account_id = citizen.signed_in().account_id
    (grant,) = services.consent.shared_with(account_id)
    services.sharing.pause(account_id=account_id, grant_id=grant.id)
    return grant


def test_a_sign_on_to_a_paused_service_leads_to_the_page_that_asks(citizen: Browser, services: Services) -> None:
    paused(citizen, services)

    assert page_of(citizen.authorize()).path == "/consent"


def test_core_3_1_2_6_a_silent_request_to_a_paused_service_gets_consent_required(
    citizen: Browser, services: Services
) -> None:
    paused(citizen, services)

    assert answer_of(citizen.authorize(prompt="none"))["error"] == "consent_required"


def test_once_resumed_the_sign_on_goes_on_without_a_choice(citizen: Browser, services: Services) -> None:
    grant = paused(citizen, services)
    page = page_of(citizen.authorize())

    services.consent.resume(account_id=grant.account_id, grant_id=grant.id)

    assert "code" in answer_of(citizen.come_back(page))


def test_refusing_to_resume_is_a_refusal_and_leaves_the_pause(citizen: Browser, services: Services) -> None:
    grant = paused(citizen, services)
    page = page_of(citizen.authorize())

    citizen.refuse(page)

    assert answer_of(citizen.come_back(page))["error"] == "access_denied"
    kept = services.consent.own(grant.account_id, grant.id)
    assert kept is not None
    assert kept.paused_at is not None


def test_prompt_consent_asks_for_the_choice_once_it_is_resumed(citizen: Browser, services: Services) -> None:
    grant = paused(citizen, services)
    page = page_of(citizen.authorize(prompt="consent"))

    services.consent.resume(account_id=grant.account_id, grant_id=grant.id)

    assert page_of(citizen.come_back(page)).path == "/consent"


# What services are told

HEARING = {
    "backchannel_logout_uri": "https://permits.example/logout",
    "security_event_endpoint": "https://permits.example/events",
}


@pytest.fixture
def hearing(citizen: Browser, services: Services, monkeypatch: pytest.MonkeyPatch) -> Grant:
    """What a citizen shares with a service that wants to hear of everything."""
    from dataclasses import replace

    known = services.clients.get("permits")
    assert known is not None
    hears = replace(known, **HEARING)  # type: ignore[arg-type] # each member is a text
    monkeypatch.setattr(services.clients, "get", lambda client_id: hears if client_id == "permits" else None)
    citizen.agree("given_name")
    (grant,) = services.consent.shared_with(citizen.signed_in().account_id)
    return grant


def told(services: Services) -> set[NoticeKind]:
    return {notice.kind for notice in services.notices.list()}


def test_a_pause_is_told_as_the_end_of_a_session_and_no_more(hearing: Grant, services: Services) -> None:
    services.sharing.pause(account_id=hearing.account_id, grant_id=hearing.id)

    assert told(services) == {NoticeKind.BACKCHANNEL_LOGOUT}


def test_the_end_of_a_choice_is_told_when_it_comes(hearing: Grant, services: Services, clock: FrozenClock) -> None:
    assert services.sharing.end_due(10) == 0
    clock.advance(seconds=(hearing.reconfirm_at - clock.now()).total_seconds())

    assert services.sharing.end_due(10) == 1

    assert told(services) == {NoticeKind.BACKCHANNEL_LOGOUT, NoticeKind.CONSENT_REVOKED}
    assert services.sharing.end_due(10) == 0


def test_stopping_everything_tells_every_service(hearing: Grant, services: Services) -> None:
    assert services.sharing.stop_all(hearing.account_id) == 1

    assert told(services) == {NoticeKind.BACKCHANNEL_LOGOUT, NoticeKind.CONSENT_REVOKED}
