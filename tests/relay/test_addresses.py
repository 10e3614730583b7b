"""Private addresses of citizens, on both databases."""

from __future__ import annotations

import pytest

from idp.relay.errors import AddressTakenError, NowhereToForwardError, UnknownAddressError
from idp.relay.values import Standing
from tests.relay.conftest import COUNCIL, DOMAIN, HOME, SHOP, Relay

WORK = "amina.at.work@leak-search.example"


def test_the_address_offered_is_the_one_that_is_made(relay: Relay) -> None:
    offer = relay.service.offer(relay.account_id, SHOP, "main", seed=relay.seed)

    made = relay.give()

    assert made.address == offer.address
    assert made.address.endswith(f"@{DOMAIN}")
    assert (made.standing, made.target, made.forwarded) == (Standing.LIVE, HOME, 0)
    assert relay.world.kinds(relay.account_id)[-1] == "private_address_made"


def test_choosing_it_again_makes_no_other_one(relay: Relay) -> None:
    first, again = relay.give(), relay.give(target=WORK)

    assert (again.id, again.address, again.target) == (first.id, first.address, WORK)
    assert len(relay.service.addresses(relay.account_id)) == 1


def test_two_services_cannot_tell_that_they_have_one_citizen(relay: Relay) -> None:
    shop, council = relay.give(SHOP), relay.give(COUNCIL)
    as_another = relay.service.offer(relay.account_id, SHOP, "work", seed=b"w" * 32)

    assert len({shop.address, council.address, as_another.address}) == 3


def test_an_ended_address_never_comes_back(relay: Relay) -> None:
    first = relay.give()

    relay.service.end(relay.account_id, first.id)
    second = relay.give()

    assert second.address != first.address
    ended = relay.one(first.address)
    assert (ended.standing, ended.target) == (Standing.ENDED, "")
    with pytest.raises(UnknownAddressError):
        relay.service.unmute(relay.account_id, first.id)
    with pytest.raises(UnknownAddressError):
        relay.service.end(relay.account_id, first.id)


def test_muting_and_unmuting_are_in_the_ledger_once_each(relay: Relay) -> None:
    one = relay.give()
    for _ in range(2):
        relay.service.mute(relay.account_id, one.id)
    muted = relay.one(one.address).standing
    for _ in range(2):
        relay.service.unmute(relay.account_id, one.id)

    kinds = relay.world.kinds(relay.account_id)
    assert muted is Standing.MUTED
    assert relay.one(one.address).standing is Standing.LIVE
    assert kinds[-2:] == ["private_address_muted", "private_address_unmuted"]


def test_another_citizens_address_is_out_of_reach(relay: Relay) -> None:
    mine = relay.give()
    other = relay.world.citizen("badr@example.org").account_id

    for act in (relay.service.mute, relay.service.unmute, relay.service.end):
        with pytest.raises(UnknownAddressError):
            act(other, mine.id)
    assert relay.service.addresses(other) == ()


def test_it_follows_the_address_that_it_forwards_to(relay: Relay) -> None:
    one = relay.give()

    relay.service.follow(relay.account_id, "main", {"work": WORK, "home": "new@leak-search.example"})
    edited = relay.one(one.address).target
    relay.service.follow(relay.account_id, "main", {"work": WORK})
    removed = relay.one(one.address).target
    relay.service.follow(relay.account_id, "another persona", {"home": HOME})

    assert (edited, removed, relay.one(one.address).target) == ("new@leak-search.example", WORK, WORK)


def test_each_single_visit_has_an_address_of_its_own_that_follows_the_main_details(relay: Relay) -> None:
    made = []
    for visit in ("once:a", "once:b"):
        offer = relay.service.offer_once(relay.account_id, SHOP, seed=relay.seed)
        assert offer == relay.service.offer_once(relay.account_id, SHOP, seed=relay.seed)
        relay.service.make(relay.account_id, SHOP, visit, offer=offer, attribute_id="home", target=HOME)
        made.append(offer.address)

    relay.service.follow(relay.account_id, "another persona", {"home": "stranger@leak-search.example"})
    untouched = [relay.one(address).target for address in made]
    relay.service.follow(relay.account_id, "main", {"home": WORK})

    assert len({*made, relay.service.offer(relay.account_id, SHOP, "main", seed=relay.seed).address}) == 3
    assert (untouched, [relay.one(address).target for address in made]) == ([HOME, HOME], [WORK, WORK])


def test_two_visits_at_once_never_share_an_address(relay: Relay) -> None:
    offer = relay.service.offer_once(relay.account_id, SHOP, seed=relay.seed)
    relay.service.make(relay.account_id, SHOP, "once:a", offer=offer, attribute_id="home", target=HOME)

    with pytest.raises(AddressTakenError):
        relay.service.make(relay.account_id, SHOP, "once:b", offer=offer, attribute_id="home", target=HOME)

    assert relay.service.offer_once(relay.account_id, SHOP, seed=relay.seed) != offer


def test_without_an_address_to_forward_to_it_falls_silent(relay: Relay) -> None:
    one = relay.give()

    relay.service.follow(relay.account_id, "main", {})

    silent = relay.one(one.address)
    assert (silent.standing, silent.target) == (Standing.MUTED, "")
    with pytest.raises(NowhereToForwardError):
        relay.service.unmute(relay.account_id, one.id)
    relay.service.follow(relay.account_id, "main", {"work": WORK})
    relay.service.unmute(relay.account_id, one.id)
    assert relay.one(one.address).target == WORK


def test_stopping_and_closing_services_end_theirs_and_no_others(relay: Relay) -> None:
    shop, council = relay.give(SHOP), relay.give(COUNCIL)

    relay.service.end_choice(relay.account_id, SHOP)
    after_stop = [relay.one(one.address).standing for one in (shop, council)]
    relay.service.end_service(COUNCIL)

    assert after_stop == [Standing.ENDED, Standing.LIVE]
    assert relay.one(council.address).standing is Standing.ENDED


def test_two_windows_at_once_make_one_address(relay: Relay) -> None:
    offer = relay.service.offer(relay.account_id, SHOP, "main", seed=relay.seed)

    def make() -> None:
        relay.service.make(relay.account_id, SHOP, "main", offer=offer, attribute_id="home", target=HOME)

    assert relay.world.parallel(*[make] * 4) == [None] * 4
    assert len(relay.service.addresses(relay.account_id)) == 1


def test_an_erased_citizen_leaves_none(relay: Relay) -> None:
    relay.give()

    relay.service.erase(relay.account_id)

    assert relay.service.addresses(relay.account_id) == ()
