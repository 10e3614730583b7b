"""Naming and removing passkeys: never the last way in, never fewer than two ways to open a vault with details."""

import pytest

from idp.passkeys.errors import (
    LastWayInError,
    NameRefusedError,
    TooFewWaysError,
    UnknownCredentialError,
    UnknownPasskeyError,
)
from idp.passkeys.policy import require_ways_left
from idp.vault.values import NewDetail, Slot, SlotKind
from tests.doubles import FrozenClock
from tests.passkeys.conftest import Bench
from tests.passkeys.device import Device

PRF, OTHER_PRF = bytes(range(32)), bytes(range(1, 33))


def give_details(bench: Bench, session: object) -> None:
    bench.world.vault.add(session.account_id, session.vault_key, NewDetail(claim="given_name", raw="Amina"))  # type: ignore[attr-defined]


def test_a_passkey_is_renamed_by_its_owner_only(bench: Bench) -> None:
    amina, noor = bench.citizen(), bench.citizen("noor")
    passkey = bench.add(amina, Device(), name="First")
    bench.passkeys.rename(amina, passkey.id, name="Second")

    assert bench.passkeys.one(amina, passkey.id).name == "Second"
    with pytest.raises(UnknownPasskeyError):
        bench.passkeys.rename(noor, passkey.id, name="Mine")
    with pytest.raises(NameRefusedError):
        bench.passkeys.rename(amina, passkey.id, name=" ")


def test_a_removed_passkey_neither_signs_in_nor_opens_the_vault(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(prf=PRF)
    passkey = bench.add(amina, device)

    bench.passkeys.remove(amina, passkey.id)

    assert bench.passkeys.of(amina.account_id) == ()
    assert sorted(slot.kind for slot in bench.world.vault.slots(amina.account_id)) == ["password", "recovery"]
    assert bench.world.kinds(amina.account_id)[-1] == "passkey_removed"
    with pytest.raises(UnknownPasskeyError):
        bench.passkeys.remove(amina, passkey.id)


def test_nobody_removes_a_strangers_passkey(bench: Bench) -> None:
    amina, noor = bench.citizen(), bench.citizen("noor")
    passkey = bench.add(amina, Device())

    with pytest.raises(UnknownPasskeyError):
        bench.passkeys.remove(noor, passkey.id)


def test_the_last_way_in_stays(bench: Bench) -> None:
    amina = bench.citizen()
    passkey = bench.add(amina, Device(prf=PRF))
    bench.world.authentication._parts.store.forget_ways_in(amina.account_id)

    with pytest.raises(LastWayInError):
        bench.passkeys.remove(amina, passkey.id)


def test_two_ways_to_open_a_vault_with_details_stay(bench: Bench) -> None:
    amina = bench.citizen()
    passkey = bench.add(amina, Device(prf=PRF))
    give_details(bench, amina)
    vault = bench.world.vault
    recovery = next(slot for slot in vault.slots(amina.account_id) if slot.kind == SlotKind.RECOVERY)
    vault.remove_slot(amina.account_id, recovery.id)

    with pytest.raises(TooFewWaysError):
        bench.passkeys.remove(amina, passkey.id)

    assert vault.open(amina.account_id, kind=SlotKind.PASSKEY, secret=b"x" * 32) is None
    other = bench.add(amina, Device(prf=OTHER_PRF))
    bench.passkeys.remove(amina, passkey.id)
    with pytest.raises(TooFewWaysError):
        bench.passkeys.remove(amina, other.id)


def test_a_passkey_that_opens_nothing_may_always_go_while_something_signs_in(bench: Bench) -> None:
    amina = bench.citizen()
    passkey = bench.add(amina, Device())
    give_details(bench, amina)
    bench.passkeys.remove(amina, passkey.id)

    assert bench.passkeys.of(amina.account_id) == ()


def test_of_two_ways_removed_at_once_one_stays(shared: Bench) -> None:
    amina = shared.citizen()
    one, other = shared.add(amina, Device(prf=PRF)), shared.add(amina, Device(prf=OTHER_PRF))
    give_details(shared, amina)
    for slot in shared.world.vault.slots(amina.account_id):
        if slot.kind == SlotKind.RECOVERY:
            shared.world.vault.remove_slot(amina.account_id, slot.id)

    results = shared.world.parallel(
        lambda: shared.passkeys.remove(amina, one.id), lambda: shared.passkeys.remove(amina, other.id)
    )

    assert sum(isinstance(result, TooFewWaysError) for result in results) == 1
    assert len(shared.passkeys.of(amina.account_id)) == 1


def test_everything_of_a_closed_account_goes(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(prf=PRF)
    bench.add(amina, device)

    bench.passkeys.forget(amina.account_id)

    assert bench.passkeys.of(amina.account_id) == ()
    with pytest.raises(UnknownCredentialError):
        bench.sign_in(device)


def slot(name: str, kind: SlotKind, *, confirmed: bool = True) -> Slot:
    now = FrozenClock().now()
    return Slot(name, "amina", kind, "", now if confirmed else None, now, None)


def test_what_counts_as_a_way_that_is_left() -> None:
    slots = [
        slot("p", SlotKind.PASSWORD),
        slot("k", SlotKind.PASSKEY),
        slot("r", SlotKind.RECOVERY, confirmed=False),
        slot("d", SlotKind.DEVICE),
    ]

    require_ways_left(slots, without="k", signs_in=True, holds_details=False)
    require_ways_left(slots, without=None, signs_in=True, holds_details=True)
    with pytest.raises(TooFewWaysError):
        require_ways_left(slots, without="k", signs_in=True, holds_details=True)
    with pytest.raises(LastWayInError):
        require_ways_left(slots, without="k", signs_in=False, holds_details=False)
