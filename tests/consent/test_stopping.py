"""Stopping, ending, and what is left afterwards."""

from __future__ import annotations

import pytest

from idp.consent.errors import GrantGoneError, GrantTakenError
from idp.consent.standing_store import StandingStore
from idp.consent.store import GrantStore
from idp.consent.values import Duration
from tests.consent.town import Town, detail

PERMIT = (detail("given_name", essential=True), detail("email"))


def test_stopping_deletes_values_and_key_in_one_statement_and_is_a_row_in_the_ledger(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "email")
    grant = town.share(request, service, "given_name", "email")

    with town.statements() as statements:
        town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)

    stopped = town.standing(service)
    assert stopped is not None
    assert (stopped.claims_sealed, stopped.grant_key_wrapped) == (None, None)
    assert stopped.token_epoch == grant.token_epoch + 1
    assert not stopped.live(town.world.clock.now())
    assert len([each for each in statements if each.startswith("UPDATE")]) == 1
    row = town.world.activity.page(grant.account_id).rows[0]
    assert (row.kind.value, row.client_id) == ("stopped", "council")
    assert set(row.claims) >= {"given_name", "email"}


def test_after_stopping_an_earlier_token_draws_nothing(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    ticket = town.ticket(request, service)
    town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)

    assert town.userinfo(ticket, service) == {}
    with pytest.raises(GrantGoneError):
        town.ticket(request, service)


def test_tokens_from_before_stopping_stay_dead_after_sharing_again(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    old = town.ticket(request, service)
    town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)

    town.share(request, service, "given_name")

    fresh = town.ticket(request, service)
    assert fresh.grant_id == old.grant_id
    assert fresh.epoch > old.epoch
    with pytest.raises(GrantGoneError):
        town.userinfo(old, service)


def test_nobody_stops_what_another_citizen_shares(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    stranger = town.world.citizen("bram@example.org")

    with pytest.raises(GrantGoneError):
        town.consent.withdraw(account_id=stranger.account_id, grant_id=grant.id)

    assert town.answer(request, service) == {"given_name": "Amina"}


def test_stopping_twice_is_told(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)

    with pytest.raises(GrantGoneError):
        town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)


def test_a_choice_for_one_time_serves_its_sign_on_and_then_ends(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    town.share(request, service, "given_name", duration=Duration.ONCE)
    ticket = town.ticket(request, service)
    assert town.userinfo(ticket, service) == {"given_name": "Amina"}

    town.world.clock.advance(hours=1)

    assert town.userinfo(ticket, service) == {}


def test_what_was_shared_once_is_purged_and_what_stands_is_not(town: Town) -> None:
    council, shop = town.service(*PERMIT), town.service(client_id="shop")
    request = town.ask("given_name")
    town.share(request, council, "given_name", duration=Duration.ONCE)
    town.share(request, shop, "given_name")
    town.world.clock.advance(hours=2)

    assert [each.client_id for each in town.consent.end_due(10)] == ["council"]
    assert town.consent.end_due(10) == ()

    ended, kept = town.standing(council), town.standing(shop)
    assert ended is not None
    assert (ended.claims_sealed, ended.grant_key_wrapped) == (None, None)
    assert kept is not None
    assert kept.claims_sealed is not None


def test_sharing_lists_what_is_live_first(town: Town) -> None:
    council, shop = town.service(*PERMIT), town.service(client_id="shop")
    request = town.ask("given_name")
    town.share(request, council, "given_name")
    town.world.clock.advance(minutes=1)
    stopped = town.share(request, shop, "given_name")
    town.consent.withdraw(account_id=stopped.account_id, grant_id=stopped.id)

    grants = town.consent.shared_with(town.session.account_id)

    assert [(grant.client_id, grant.withdrawn_at is None) for grant in grants] == [("council", True), ("shop", False)]


def test_the_last_use_is_written_outside_the_request(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    town.share(request, service, "given_name")
    town.answer(request, service)
    before = town.standing(service)

    town.last_used.flush()

    after = town.standing(service)
    assert before is not None
    assert before.last_used_at is None
    assert after is not None
    assert after.last_used_at == town.world.clock.now()


def test_a_choice_from_before_a_stop_brings_no_token_back(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    read = town.share(request, service, "given_name")
    old = town.ticket(request, service)
    town.consent.withdraw(account_id=read.account_id, grant_id=read.id)

    # As a window would write that had read the choice before another one stopped it.
    with pytest.raises(GrantTakenError):
        GrantStore(db=town.world.db).put(read, before=read)

    stopped = town.standing(service)
    assert stopped is not None
    assert stopped.claims_sealed is None
    assert town.userinfo(old, service) == {}


def test_values_are_not_sealed_anew_once_the_end_has_come(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    read = town.share(request, service, "given_name", duration=Duration.ONCE)
    town.world.clock.advance(days=400)
    assert StandingStore(db=town.world.db).end_due(now=town.world.clock.now(), limit=10)

    assert not GrantStore(db=town.world.db).reseal(read, as_of=read.updated_at)
