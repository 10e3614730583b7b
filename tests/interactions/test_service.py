"""A request in flight: sealed, bound to one browser, used once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from flask import current_app
from sqlalchemy import select

from idp.interactions.errors import InteractionGoneError
from idp.interactions.models import InteractionRow
from idp.interactions.service import InteractionService
from idp.interactions.store import InteractionStore
from idp.interactions.values import Kind

if TYPE_CHECKING:
    from idp.storage.db import Database
    from tests.doubles import FrozenClock

PARAMETERS = {"scope": "openid", "login_hint": "amina@example.org", "state": "s"}


@pytest.fixture
def interactions(db: Database, clock: FrozenClock) -> InteractionService:
    return InteractionService(store=InteractionStore(db=db), clock=clock, lifetime_seconds=1800, pushed_seconds=60)


def test_a_request_opens_in_the_browser_that_began_it(interactions: InteractionService) -> None:
    started = interactions.start("council", PARAMETERS, browser="browser-1")

    opened = interactions.get(started.secret, browser="browser-1")

    assert opened.parameters == PARAMETERS
    assert opened.client_id == "council"
    assert opened.kind is Kind.INTERACTIVE


@pytest.mark.parametrize("browser", ["browser-2", "", None])
def test_a_request_does_not_open_in_another_browser(interactions: InteractionService, browser: str | None) -> None:
    started = interactions.start("council", PARAMETERS, browser="browser-1")

    with pytest.raises(InteractionGoneError):
        interactions.get(started.secret, browser=browser)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "é" * 43, "x" * 100_000])
def test_a_made_up_secret_opens_nothing(interactions: InteractionService, secret: str) -> None:
    with pytest.raises(InteractionGoneError):
        interactions.get(secret, browser="browser-1")


def test_a_request_ends_with_its_time(interactions: InteractionService, clock: FrozenClock) -> None:
    started = interactions.start("council", PARAMETERS, browser="b")
    clock.advance(seconds=1800)

    with pytest.raises(InteractionGoneError):
        interactions.get(started.secret, browser="b")
    assert not interactions.finish(started.secret)


def test_the_row_holds_neither_the_secret_nor_a_parameter(interactions: InteractionService, db: Database) -> None:
    started = interactions.start("council", PARAMETERS, browser="browser-cookie")

    with db.reading() as connection:
        row = connection.execute(select(InteractionRow.__table__)).one()

    stored = repr(tuple(row)).encode() + row.sealed
    for secret in (started.secret, "amina@example.org", "login_hint", "browser-cookie"):
        assert secret.encode() not in stored


def test_a_repr_shows_neither_secret_nor_parameters(interactions: InteractionService) -> None:
    started = interactions.start("council", PARAMETERS, browser="b")

    assert started.secret not in repr(started)
    assert "amina" not in repr(started)


def test_facts_are_kept(interactions: InteractionService) -> None:
    started = interactions.start("council", PARAMETERS, browser="b")

    interactions.note(started, account_chosen="s", grant_id="g")

    facts = interactions.get(started.secret, browser="b").facts
    assert (facts.account_chosen, facts.grant_id, facts.refused) == ("s", "g", False)


def test_a_finished_request_takes_no_facts_and_does_not_open(interactions: InteractionService) -> None:
    started = interactions.start("council", PARAMETERS, browser="b")

    assert interactions.finish(started.secret)

    assert not interactions.finish(started.secret)
    with pytest.raises(InteractionGoneError):
        interactions.note(started, refused=True)
    with pytest.raises(InteractionGoneError):
        interactions.get(started.secret, browser="b")


def test_twenty_finishes_at_the_same_time_give_one_success(interactions: InteractionService) -> None:
    started = interactions.start("council", PARAMETERS, browser="b")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    barrier, successes = threading.Barrier(20), []

    def finish() -> None:
        with app.app_context():
            barrier.wait()
            successes.append(interactions.finish(started.secret))

    threads = [threading.Thread(target=finish) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(successes) == [False] * 19 + [True]


def test_a_pushed_request_opens_for_the_service_that_pushed_it_and_no_other(interactions: InteractionService) -> None:
    """RFC 9126 §2.2: the request URI is bound to the client."""
    pushed = interactions.push("council", PARAMETERS)

    assert pushed.request_uri.startswith("urn:ietf:params:oauth:request_uri:")
    assert pushed.expires_in == 60
    assert interactions.open_pushed(pushed.request_uri, "council").parameters == PARAMETERS
    with pytest.raises(InteractionGoneError):
        interactions.open_pushed(pushed.request_uri, "bookshop")


@pytest.mark.parametrize("request_uri", ["https://example.org/r", "urn:ietf:params:oauth:request_uri:", "", "x" * 43])
def test_an_address_that_is_not_ours_opens_nothing(interactions: InteractionService, request_uri: str) -> None:
    with pytest.raises(InteractionGoneError):
        interactions.open_pushed(request_uri, "council")


def test_a_pushed_request_that_no_browser_takes_up_ends(interactions: InteractionService, clock: FrozenClock) -> None:
    """RFC 9126 §4: an expired request URI is refused."""
    pushed = interactions.push("council", PARAMETERS)
    clock.advance(seconds=60)

    with pytest.raises(InteractionGoneError):
        interactions.open_pushed(pushed.request_uri, "council")


def test_a_pushed_request_may_be_visited_again_until_it_is_answered(
    interactions: InteractionService, clock: FrozenClock
) -> None:
    """RFC 9126 §7.3: single use is enforced at authorization, not at the visit of a page."""
    pushed = interactions.push("council", PARAMETERS)
    first = interactions.adopt(interactions.open_pushed(pushed.request_uri, "council").secret, browser="b")
    clock.advance(seconds=300)

    again = interactions.adopt(interactions.open_pushed(pushed.request_uri, "council").secret, browser="b")

    assert again.expires_at == first.expires_at
    assert interactions.get(again.secret, browser="b").parameters == PARAMETERS
    assert interactions.finish(again.secret)
    with pytest.raises(InteractionGoneError):
        interactions.open_pushed(pushed.request_uri, "council")


def test_a_pushed_request_belongs_to_the_first_browser_that_brings_it(interactions: InteractionService) -> None:
    secret = interactions.open_pushed(interactions.push("council", PARAMETERS).request_uri, "council").secret
    interactions.adopt(secret, browser="b")

    with pytest.raises(InteractionGoneError):
        interactions.adopt(secret, browser="another")


def test_a_request_without_a_page_is_used_up_as_well(interactions: InteractionService) -> None:
    pushed = interactions.push("council", PARAMETERS)
    secret = interactions.open_pushed(pushed.request_uri, "council").secret

    assert interactions.finish(secret)

    with pytest.raises(InteractionGoneError):
        interactions.open_pushed(pushed.request_uri, "council")


def test_a_pushed_request_does_not_open_as_a_page_before_a_browser_has_taken_it_up(
    interactions: InteractionService,
) -> None:
    secret = interactions.open_pushed(interactions.push("council", PARAMETERS).request_uri, "council").secret

    with pytest.raises(InteractionGoneError):
        interactions.get(secret, browser="b")


def test_purging_removes_what_ended_and_no_more_than_asked(
    interactions: InteractionService, clock: FrozenClock
) -> None:
    for _ in range(3):
        interactions.push("council", PARAMETERS)
    clock.advance(seconds=120)
    kept = interactions.start("council", PARAMETERS, browser="b")

    assert interactions.purge(clock.now(), 2) == 2
    assert interactions.purge(clock.now(), 2) == 1
    assert interactions.purge(clock.now(), 2) == 0
    assert interactions.get(kept.secret, browser="b").client_id == "council"
