"""By which identifier a service knows a citizen: one at a time, and the others leave no trace with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from idp.consent.errors import GrantGoneError, UnrequestedClaimError
from idp.consent.values import ONE_TIME, Choices, Difference, Duration, Grant, Reason
from idp.vault.values import MAIN, NewDetail
from tests.consent.town import Town, detail

PERMIT = (detail("given_name", essential=True), detail("email"))


def share_as(town: Town, known_as: str, **more: object) -> Grant:
    """Choose on the page as somebody whom the service has not met."""
    service = town.clients.get("council")
    assert service is not None
    return town.consent.decide(
        town.ask("given_name"),
        session=town.session,
        client=service,
        difference=Difference(Reason.FIRST, (("given_name", Reason.FIRST),)),
        choices=Choices(allowed=frozenset({"given_name"}), known_as=known_as, **more),  # type: ignore[arg-type]
        scopes=["openid"],
    )


def test_a_one_time_identity_serves_its_sign_on_and_no_other(either_town: Town) -> None:
    service, request = either_town.service(*PERMIT), either_town.ask("given_name")

    grant = share_as(either_town, ONE_TIME, duration=Duration.STANDING)

    assert grant.one_time
    assert (grant.duration, grant.offline, len(grant.sub)) == (Duration.ONCE, False, 43)
    found = either_town.consent.standing(grant.account_id, "council", settled=grant.id)
    assert found is not None
    assert found.sub == grant.sub
    ticket = either_town.consent.ticket(request, session=either_town.session, client=service, grant=found)
    assert ticket.userinfo == ("given_name",)
    assert either_town.standing(service) is None


def test_each_one_time_identity_is_a_new_one_and_leaves_the_others_alone(either_town: Town) -> None:
    either_town.service(*PERMIT)

    first, second = share_as(either_town, ONE_TIME), share_as(either_town, ONE_TIME)

    assert first.sub != second.sub
    assert either_town.consent.standing(first.account_id, "council", settled=first.id) is not None


def test_nothing_is_kept_of_a_one_time_identity_that_is_over(either_town: Town) -> None:
    either_town.service(*PERMIT)
    grant = share_as(either_town, ONE_TIME)
    assert len(either_town.consent.shared_with(grant.account_id)) == 1

    either_town.world.clock.advance(hours=2)

    assert either_town.consent.shared_with(grant.account_id) == ()
    assert either_town.consent.purge(either_town.world.clock.now(), 100) == 1
    with either_town.world.db.reading() as connection:
        assert connection.execute(text('SELECT count(*) FROM "grant"')).scalar_one() == 0


def test_a_one_time_identity_ends_what_the_service_was_given_for_good(either_town: Town) -> None:
    service = either_town.service(*PERMIT)
    lasting = share_as(either_town, MAIN)

    share_as(either_town, ONE_TIME)

    stopped = either_town.standing(service)
    assert stopped is not None
    assert (stopped.id, stopped.claims_sealed, stopped.grant_key_wrapped) == (lasting.id, None, None)
    assert stopped.token_epoch == lasting.token_epoch + 1


def test_one_time_stays_one_time_across_midnight(either_town: Town) -> None:
    service = either_town.service(detail("age_over_18", essential=True))
    request = either_town.ask("age_over_18")
    grant = either_town.consent.decide(
        request,
        session=either_town.session,
        client=service,
        difference=Difference(Reason.FIRST, (("age_over_18", Reason.FIRST),)),
        choices=Choices(allowed=frozenset({"age_over_18"}), known_as=ONE_TIME),
        scopes=["openid"],
    )
    late = replace(grant, sealed_at=grant.sealed_at - timedelta(days=1))

    ticket = either_town.consent.ticket(request, session=either_town.session, client=service, grant=late)

    assert ticket.sub == grant.sub


def test_a_persona_that_does_not_exist_is_not_an_offer(town: Town) -> None:
    service = town.service(*PERMIT)

    with pytest.raises(UnrequestedClaimError):
        share_as(town, "nobody")

    assert town.standing(service) is None


def test_the_database_itself_holds_one_identity_for_each_service(either_town: Town) -> None:
    either_town.service(*PERMIT)
    grant = share_as(either_town, MAIN)
    columns = "account_id, client_id, sub, scopes, decisions, claims, vault_version, sealed_at, duration, created_at, "
    columns += "updated_at, reconfirm_at, token_epoch"

    with pytest.raises(IntegrityError), either_town.world.db.transaction() as connection:
        connection.execute(
            text(
                f'INSERT INTO "grant" (id, persona, pinned, {columns}) '
                f"SELECT 'another', 'work', pinned, {columns} FROM \"grant\""
            )
        )

    assert grant.persona == MAIN


def test_stopping_what_is_over_already_is_told(town: Town) -> None:
    town.service(*PERMIT)
    grant = share_as(town, MAIN)
    share_as(town, ONE_TIME)

    with pytest.raises(GrantGoneError):
        town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)


def test_of_two_windows_that_choose_at_once_one_persona_is_in_force(either_town: Town) -> None:
    service, world, session = either_town.service(*PERMIT), either_town.world, either_town.session
    assert session.vault_key is not None
    work, club = (
        world.personas.add(session.account_id, session.vault_key, name=name, colour="").id for name in ("Work", "Club")
    )
    for persona in (work, club):
        new = NewDetail("given_name", f"as {persona}")
        world.vault.add(session.account_id, session.vault_key, new, persona=persona)

    outcomes = world.parallel(lambda: share_as(either_town, work), lambda: share_as(either_town, club))

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    live = [one for one in either_town.store.of_account(session.account_id) if one.live(world.clock.now())]
    standing = either_town.standing(service)
    assert standing is not None
    assert [one.persona for one in live] == [standing.persona]
    assert standing.persona in {work, club}
    assert sorted(one.pinned for one in either_town.store.of_account(session.account_id)) == [False, True]


def test_a_change_of_a_persona_seals_its_own_choices_anew_and_no_others(either_town: Town) -> None:
    council = either_town.service(*PERMIT)
    session, world = either_town.session, either_town.world
    assert session.vault_key is not None
    work = world.personas.add(session.account_id, session.vault_key, name="Work", colour="").id
    main = world.vault.read(session.account_id, session.vault_key).values("given_name")[0].id
    world.personas.choose(session.account_id, session.vault_key, work, [main], expected_version=1)
    share_as(either_town, work)
    request = either_town.ask("given_name")

    world.vault.add(session.account_id, session.vault_key, NewDetail("nickname", "Mina"))
    with either_town.statements() as statements:
        either_town.ticket(request, council)
    assert [one for one in statements if one.startswith("UPDATE")] == []

    world.vault.edit(session.account_id, session.vault_key, main, "Aminah")
    assert either_town.answer(request, council) == {"given_name": "Aminah"}
