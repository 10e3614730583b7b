"""What leaves at a release, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from idp.consent.errors import EssentialRefusedError, GrantGoneError, VaultLockedError
from idp.consent.values import Choices
from tests.consent.town import Town, detail

PERMIT = (
    detail("given_name", essential=True),
    detail("birthdate", essential=True, smaller=("age_over_18",)),
    detail("email"),
    detail("family_name"),
)


def test_only_ticked_details_leave(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate", "email", "family_name")

    town.share(request, service, "given_name", "birthdate")

    assert town.answer(request, service) == {"given_name": "Amina", "age_over_18": True}


def test_a_refused_detail_cannot_be_told_from_one_that_is_not_held(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate", "email")
    town.share(request, service, "given_name", "birthdate")
    refused = town.answer(request, service)
    town.remove("email", place=1)
    town.remove("email", place=0)

    assert town.answer(request, service) == refused


def test_what_is_no_longer_requested_does_not_leave(town: Town) -> None:
    service = town.service(*PERMIT)
    town.share(town.ask("given_name", "birthdate", "email"), service, "given_name", "birthdate", "email")

    assert town.answer(town.ask("given_name"), service) == {"given_name": "Amina"}


def test_a_narrower_register_narrows_what_an_earlier_token_draws(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate", "email")
    town.share(request, service, "given_name", "birthdate", "email")
    ticket = town.ticket(request, service)

    town.service(*PERMIT[:2])

    assert town.userinfo(ticket, service) == {"given_name": "Amina", "age_over_18": True}


def test_a_suspended_service_draws_nothing(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate")
    town.share(request, service, "given_name", "birthdate")
    ticket = town.ticket(request, service)

    town.clients.suspend("council")

    assert town.userinfo(ticket, service) == {}


def test_a_newer_choice_narrows_what_an_earlier_token_draws(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate", "email")
    town.share(request, service, "given_name", "birthdate", "email")
    ticket = town.ticket(request, service)

    town.share(request, service, "given_name", "birthdate", ask_again=True)

    assert town.userinfo(ticket, service) == {"given_name": "Amina", "age_over_18": True}


def test_a_companion_leaves_only_when_asked_for_and_only_beside_its_detail(town: Town) -> None:
    service = town.service(*PERMIT)
    with_companion = town.ask("email", "email_verified", "updated_at")
    town.share(with_companion, service, "email")

    assert town.answer(with_companion, service) == {"email": "amina@mail.example", "email_verified": False}
    assert town.answer(town.ask("email"), service) == {"email": "amina@mail.example"}
    assert town.answer(town.ask("email_verified"), service) == {}


def test_updated_at_speaks_only_of_what_leaves_with_it(town: Town) -> None:
    service = town.service(*PERMIT)
    names = town.ask("given_name", "family_name", "updated_at")
    told_at = int(town.world.clock.now().timestamp())
    town.world.clock.advance(hours=1)
    town.edit("family_name", "Haddad-Green")
    town.share(names, service, "given_name", "family_name")

    assert town.answer(names, service)["updated_at"] == told_at + 3600
    assert town.answer(town.ask("given_name", "updated_at"), service)["updated_at"] == told_at


def test_the_chosen_email_leaves_and_no_other_takes_its_place(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("email")
    town.share(request, service, "email", attributes={"email": town.attribute("email", 1)})
    assert town.answer(request, service) == {"email": "haddad@work.example"}

    town.remove("email", place=1)

    assert town.answer(request, service) == {}


def test_a_standing_choice_follows_an_edited_detail(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate")
    town.share(request, service, "given_name", "birthdate")
    earlier = town.ticket(request, service)

    town.edit("given_name", "Mina")

    assert town.answer(request, service)["given_name"] == "Mina"
    assert town.userinfo(earlier, service)["given_name"] == "Mina"


def test_an_age_that_is_reached_is_sealed_anew(town: Town) -> None:
    town.edit("birthdate", "2008-05-06")
    service, request = town.service(detail("age_over_18")), town.ask("age_over_18")
    town.share(request, service, "age_over_18")
    assert town.answer(request, service) == {"age_over_18": False}

    town.world.clock.advance(days=2)

    assert town.answer(request, service) == {"age_over_18": True}


def test_a_returning_sign_on_costs_one_select_and_no_write(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate", "email")
    town.share(request, service, "given_name", "birthdate")

    with town.statements() as statements:
        grant = town.consent.standing(town.session.account_id, "council")
        assert grant is not None
        assert town.consent.difference(request, client=service, grant=grant, session=town.session) is None
        ticket = town.consent.ticket(request, session=town.session, client=service, grant=grant)
        town.consent.released(grant, grant_key=ticket.grant_key, requested=ticket.userinfo, client=service)

    assert [statement.split()[0] for statement in statements] == ["SELECT"]


def test_a_value_that_the_service_names_leaves_only_when_it_is_the_citizens(town: Town) -> None:
    service = town.service(*PERMIT)
    town.share(town.ask("email", "family_name"), service, "email", "family_name")

    assert town.answer(town.ask(email={"value": "amina@mail.example"}), service) == {"email": "amina@mail.example"}
    assert town.answer(town.ask("family_name", email={"value": "x@y.example"}), service) == {"family_name": "Haddad"}
    assert town.answer(town.ask(email={"values": ["x@y.example", "amina@mail.example"]}), service) != {}
    # The citizen agreed to this address, not to the other one that the service names.
    assert town.answer(town.ask(email={"value": "haddad@work.example"}), service) == {}


def test_an_essential_detail_with_another_value_is_refused_and_says_nothing(town: Town) -> None:
    service = town.service(*PERMIT)
    town.share(town.ask("given_name"), service, "given_name")
    other = town.ask(given_name={"value": "Zoe"})

    with pytest.raises(EssentialRefusedError) as refused:
        town.ticket(other, service)

    assert str(refused.value) == ""


def test_an_essential_detail_with_another_value_cannot_be_decided_on(town: Town) -> None:
    service, other = town.service(*PERMIT), town.ask(given_name={"value": "Zoe"})

    detail_choice = town.page(other, service).needed[0]
    assert (detail_choice.shown, detail_choice.missing) == (None, False)
    with pytest.raises(EssentialRefusedError):
        town.share(other, service, "given_name")
    assert town.standing(service) is None


def test_a_voluntary_detail_that_was_not_shown_is_not_agreed_to(town: Town) -> None:
    service = town.service(*PERMIT)
    town.share(town.ask(family_name={"value": "Zoe"}), service, "family_name")

    assert town.answer(town.ask("family_name"), service) == {}


def test_subjects_differ_between_services_and_stay_the_same_for_one(town: Town) -> None:
    council, shop = town.service(*PERMIT), town.service(client_id="shop")
    request = town.ask("given_name")

    first = town.share(request, council, "given_name")
    other = town.share(request, shop, "given_name")
    town.consent.withdraw(account_id=first.account_id, grant_id=first.id)
    again = town.share(request, council, "given_name")

    assert first.sub == again.sub != other.sub


def test_the_row_holds_no_value_and_no_key(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name", "birthdate", "email")
    grant = town.share(request, service, "given_name", "birthdate", "email")
    ticket = town.ticket(request, service)

    rows = town.world.db.engine.connect().exec_driver_sql('SELECT * FROM "grant"').all()

    stored = repr(rows).encode() + (grant.claims_sealed or b"") + (grant.grant_key_wrapped or b"")
    assert ticket.grant_key not in stored
    for value in ("Amina", "1988-02-29", "amina@mail.example"):
        assert value.encode() not in stored
        assert value not in repr(grant) + repr(ticket) + repr(Choices(typed={"email": value}))


def test_another_key_opens_nothing(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")

    with pytest.raises(GrantGoneError):
        town.consent.released(grant, grant_key=b"x" * 32, requested=["given_name"], client=service)


@pytest.mark.parametrize("column", ["sub", "client_id", "account_id"])
def test_a_row_made_into_another_citizens_or_services_opens_for_nobody(town: Town, column: str) -> None:
    """By whoever can write to the database: to be somebody else at a service, or to learn what another was given."""
    council, shop = town.service(*PERMIT), town.service(client_id="shop")
    request = town.ask("given_name")
    grant = town.share(request, council, "given_name")
    key = town.ticket(request, council).grant_key
    town.world.citizen("victim@example.org")
    victim = town.world.accounts.find("victim@example.org")
    assert victim is not None
    changes: dict[str, Any] = {
        "sub": "the-victim-as-the-council-knows-them",
        "client_id": "shop",
        "account_id": victim.id,
    }
    service = shop if column == "client_id" else council

    moved = replace(grant, **{column: changes[column]})

    assert not town.consent.opens(moved, session=town.session)
    with pytest.raises(GrantGoneError):
        town.consent.ticket(request, session=town.session, client=service, grant=moved)
    with pytest.raises(GrantGoneError):
        town.consent.released(moved, grant_key=key, requested=["given_name"], client=service)


def test_a_grant_that_does_not_open_is_decided_anew_and_its_tokens_end(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    with town.world.db.transaction() as session:
        session.execute(text('UPDATE "grant" SET sub = :sub'), {"sub": "somebody-else"})

    again = town.share(request, service, "given_name", ask_again=True)

    assert (again.id, again.sub) == (grant.id, grant.sub)
    assert again.token_epoch == grant.token_epoch + 1
    assert town.answer(request, service) == {"given_name": "Amina"}


def test_another_services_grant_releases_nothing(town: Town) -> None:
    council, shop = town.service(*PERMIT), town.service(client_id="shop")
    request = town.ask("given_name")
    grant = town.share(request, council, "given_name")
    key = town.ticket(request, council).grant_key

    assert town.consent.released(grant, grant_key=key, requested=["given_name"], client=shop) == {}


def test_a_session_that_cannot_open_the_vault_gets_no_ticket(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    locked = replace(town.session, wrapped_vault_key=None)

    with pytest.raises(VaultLockedError):
        town.consent.ticket(request, session=locked, client=service, grant=grant)


def test_destinations_are_kept_apart(town: Town) -> None:
    service = town.service(*PERMIT)
    request = town.consent.request(["openid"], '{"userinfo": {"given_name": null}, "id_token": {"email": null}}')
    town.share(request, service, "given_name", "email")

    ticket = town.ticket(request, service)

    assert (ticket.userinfo, ticket.id_token) == (("given_name",), ("email",))
