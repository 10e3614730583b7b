"""When the citizen is asked again, and about what."""

from __future__ import annotations

import pytest

from idp.consent.errors import GrantGoneError
from idp.consent.values import Duration, Reason
from tests.consent.town import Town, detail

PERMIT = (detail("given_name", essential=True), detail("family_name"), detail("email"))
NAMES = ("given_name", "family_name")


def test_an_unchanged_request_is_remembered(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    town.share(request, service, *NAMES)

    assert town.difference(request, service) is None


def test_fewer_details_than_before_are_remembered(town: Town) -> None:
    service = town.service(*PERMIT)
    town.share(town.ask(*NAMES), service, *NAMES)

    assert town.difference(town.ask("given_name"), service) is None


def test_a_request_for_nothing_is_asked_about_once(town: Town) -> None:
    service = town.service(*PERMIT)
    first = town.difference(town.ask(), service)
    assert first is not None
    assert (first.reason, first.claims) == (Reason.FIRST, ())
    town.share(town.ask(), service)

    assert town.difference(town.ask(), service) is None


def test_a_refused_voluntary_detail_is_not_asked_again_the_same_way(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES, "email")
    town.share(request, service, "given_name")

    assert town.difference(request, service) is None
    assert town.answer(request, service) == {"given_name": "Amina"}


def test_a_new_detail_is_asked_alone_and_earlier_decisions_stay(town: Town) -> None:
    service = town.service(*PERMIT)
    town.share(town.ask(*NAMES), service, "given_name")
    more = town.ask(*NAMES, "email")

    difference = town.difference(more, service)
    page = town.page(more, service)
    assert difference is not None
    assert (difference.reason, difference.claims) == (Reason.NEW_DETAIL, (("email", Reason.NEW_DETAIL),))
    assert ([each.claim for each in page.optional], page.needed, page.kept) == (["email"], (), ("Given name",))

    town.share(more, service, "email")

    assert town.answer(more, service) == {"given_name": "Amina", "email": "amina@mail.example"}


def test_a_detail_added_to_the_register_asks_nobody_again_about_the_others(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    town.share(request, service, *NAMES)

    wider = town.service(*PERMIT, detail("birthdate"))

    assert wider.uses[0].version == 2
    assert town.difference(request, wider) is None
    assert town.difference(town.ask(*NAMES, "birthdate"), wider) is not None


def test_a_changed_purpose_asks_about_everything_under_it(town: Town) -> None:
    request = town.ask(*NAMES)
    town.share(request, town.service(*PERMIT), "given_name")

    changed = town.service(*PERMIT, purpose="To sell you a car")

    difference = town.difference(request, changed)
    assert difference is not None
    assert difference.reason is Reason.CHANGED_PURPOSE
    assert difference.names == frozenset(NAMES)


def test_a_changed_reason_asks_about_that_detail_alone(town: Town) -> None:
    request = town.ask(*NAMES)
    town.share(request, town.service(*PERMIT), *NAMES)

    changed = town.service(PERMIT[0], detail("family_name", reason="To compare with our lists"))

    difference = town.difference(request, changed)
    assert difference is not None
    assert difference.claims == (("family_name", Reason.CHANGED_PURPOSE),)


def test_a_service_whose_use_is_suspended_asks_nothing_and_gets_nothing(town: Town) -> None:
    request = town.ask(*NAMES)
    town.share(request, town.service(*PERMIT), *NAMES)

    suspended = town.service(*PERMIT, state="suspended")

    assert town.difference(request, suspended) is None
    assert town.answer(request, suspended) == {}


def test_a_standing_choice_is_asked_again_after_a_year(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    town.share(request, service, *NAMES)
    town.world.clock.advance(days=364)
    assert town.difference(request, service) is None
    town.world.clock.advance(days=1)

    difference = town.difference(request, service)

    assert difference is not None
    assert (difference.reason, difference.names) == (Reason.EXPIRED, frozenset(NAMES))


def test_adding_a_detail_does_not_put_off_the_yearly_question(town: Town) -> None:
    service = town.service(*PERMIT)
    first = town.share(town.ask(*NAMES), service, *NAMES)
    town.world.clock.advance(days=100)

    second = town.share(town.ask(*NAMES, "email"), service, "email")

    assert second.reconfirm_at == first.reconfirm_at


def test_a_choice_for_one_time_is_asked_again_at_the_next(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    town.share(request, service, *NAMES, duration=Duration.ONCE)

    difference = town.difference(request, service)

    assert difference is not None
    assert (difference.reason, difference.names) == (Reason.ONCE_ONLY, frozenset(NAMES))


def test_after_stopping_everything_is_asked(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    grant = town.share(request, service, *NAMES)
    town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)

    difference = town.difference(request, service)

    assert difference is not None
    assert (difference.reason, difference.names) == (Reason.STOPPED, frozenset(NAMES))
    assert town.page(request, service).last_shared is not None


def test_the_service_may_ask_for_the_page(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    town.share(request, service, *NAMES)

    difference = town.difference(request, service, ask_again=True)
    assert difference is not None
    assert difference.reason is Reason.SERVICE_ASKS

    town.share(request, service, "given_name", ask_again=True)
    assert town.answer(request, service) == {"given_name": "Amina"}


def test_an_essential_detail_that_was_removed_since_is_asked_for_again(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    town.share(request, service, *NAMES)
    town.remove("given_name")

    with pytest.raises(GrantGoneError):
        town.ticket(request, service)

    difference = town.difference(request, service)
    assert difference is not None
    assert difference.names == {"given_name"}
    assert town.page(request, service).needed[0].missing
    town.share(request, service, "given_name", typed={"given_name": "Mina"})
    assert town.answer(request, service) == {"given_name": "Mina", "family_name": "Haddad"}


def test_two_windows_deciding_leave_the_later_choice(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*NAMES)
    difference = town.difference(request, service)
    assert difference is not None

    def decide(*allowed: str) -> object:
        from idp.consent.values import Choices

        return town.consent.decide(
            request,
            session=town.session,
            client=service,
            difference=difference,
            choices=Choices(allowed=frozenset(allowed)),
            scopes=["openid"],
        )

    results = town.world.parallel(lambda: decide("given_name"), lambda: decide("given_name", "family_name"))

    assert not [result for result in results if isinstance(result, Exception)]
    assert len(town.consent.shared_with(town.session.account_id)) == 1
    assert town.answer(request, service)["given_name"] == "Amina"
