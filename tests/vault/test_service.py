from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from idp.claims.errors import InvalidDetailError, UnknownClaimError
from idp.vault.errors import (
    DetailHeldError,
    UnknownDetailError,
    UnknownSlotError,
    VaultBrokenError,
    VaultChangedError,
    VaultNotReadyError,
)
from idp.vault.values import TOLD, NewDetail, OpenedSlot, SlotKind, SlotSecret, Source, SourceKind, VaultKey
from tests.authentication.world import World

FIRST, SECOND = b"1" * 32, b"2" * 32
NAME = NewDetail("given_name", "Amina")
AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def account_id(world: World) -> str:
    return world.accounts.create("amina")


@pytest.fixture
def key(world: World, account_id: str) -> VaultKey:
    password = SlotSecret(kind=SlotKind.PASSWORD, secret=FIRST, confirmed=True)
    recovery = SlotSecret(kind=SlotKind.RECOVERY, secret=SECOND, confirmed=True)
    return world.vault.create(account_id, login="amina", slots=(password, recovery))


def run(world: World, statement: str, **values: object) -> None:
    with world.db.transaction() as session:
        session.execute(text(statement), values)


def test_every_slot_opens_the_vault_and_no_other_secret_does(world: World, account_id: str, key: VaultKey) -> None:
    by_password = world.vault.open(account_id, kind=SlotKind.PASSWORD, secret=FIRST)
    by_code = world.vault.open(account_id, kind=SlotKind.RECOVERY, secret=SECOND)

    assert by_password is not None
    assert by_code is not None
    assert by_password.key == by_code.key == key
    assert world.vault.open(account_id, kind=SlotKind.PASSWORD, secret=SECOND) is None
    assert world.vault.open("nobody", kind=SlotKind.PASSWORD, secret=FIRST) is None


def test_a_kind_of_slot_that_nobody_thought_of_is_only_data(world: World, account_id: str, key: VaultKey) -> None:
    slot = world.vault.add_slot(account_id, key, SlotSecret(kind="heirloom", secret=b"3" * 32, label="a brass key"))

    opened = world.vault.open(account_id, kind="heirloom", secret=b"3" * 32)

    assert opened is not None
    assert (opened.key, opened.slot) == (key, slot)


def test_a_slot_moved_to_another_account_or_kind_does_not_open(world: World, account_id: str, key: VaultKey) -> None:
    other = world.accounts.create("bilal")
    run(world, "UPDATE key_slot SET account_id = :other WHERE kind = 'password'", other=other)
    run(world, "UPDATE key_slot SET kind = 'passkey' WHERE kind = 'recovery'")

    assert world.vault.open(other, kind=SlotKind.PASSWORD, secret=FIRST) is None
    assert world.vault.open(account_id, kind="passkey", secret=SECOND) is None
    assert key.secret


def test_a_slot_wrapped_anew_opens_by_the_new_secret_only(world: World, account_id: str, key: VaultKey) -> None:
    opened = world.vault.open(account_id, kind=SlotKind.PASSWORD, secret=FIRST)
    assert opened is not None

    world.vault.rewrap(opened, secret=b"4" * 32)

    assert world.vault.open(account_id, kind=SlotKind.PASSWORD, secret=FIRST) is None
    again = world.vault.open(account_id, kind=SlotKind.PASSWORD, secret=b"4" * 32)
    assert again is not None
    assert again.key == key


def test_a_slot_can_be_confirmed_used_and_removed(world: World, account_id: str, key: VaultKey) -> None:
    slot = world.vault.add_slot(account_id, key, SlotSecret(kind=SlotKind.PASSKEY, secret=b"5" * 32))

    world.vault.confirm(account_id, slot.id)
    world.vault.mark_used(account_id, slot.id)
    changed = next(held for held in world.vault.slots(account_id) if held.id == slot.id)
    world.vault.remove_slot(account_id, slot.id)

    assert (changed.confirmed_at, changed.used_at) == (AT, AT)
    assert slot.id not in [held.id for held in world.vault.slots(account_id)]
    with pytest.raises(UnknownSlotError):
        world.vault.remove_slot(account_id, slot.id)
    with pytest.raises(UnknownSlotError):
        world.vault.confirm(account_id, slot.id)
    with pytest.raises(UnknownSlotError):
        world.vault.rewrap(OpenedSlot(slot=slot, key=key), secret=FIRST)


def test_nobody_changes_a_slot_of_another_account(world: World, account_id: str, key: VaultKey) -> None:
    other = world.accounts.create("bilal")
    slot = world.vault.slots(account_id)[0]

    with pytest.raises(UnknownSlotError):
        world.vault.remove_slot(other, slot.id)
    assert key.secret


def test_no_details_are_taken_before_two_ways_to_unlock_are_confirmed(world: World, account_id: str) -> None:
    password = SlotSecret(kind=SlotKind.PASSWORD, secret=FIRST, confirmed=True)
    recovery = SlotSecret(kind=SlotKind.RECOVERY, secret=SECOND)
    key = world.vault.create(account_id, login="amina", slots=(password, recovery))

    with pytest.raises(VaultNotReadyError):
        world.vault.add(account_id, key, NAME)
    assert not world.vault.ready(account_id)

    code = next(slot for slot in world.vault.slots(account_id) if slot.kind == SlotKind.RECOVERY)
    world.vault.confirm(account_id, code.id)

    assert world.vault.add(account_id, key, NAME).version == 2


def test_a_new_vault_holds_a_seed_and_the_sign_in_name(world: World, account_id: str, key: VaultKey) -> None:
    document = world.vault.read(account_id, key)

    assert (document.version, document.login, document.attributes) == (1, "amina", ())
    assert len(document.seed) == 32
    assert world.vault.version(account_id) == 1
    assert world.vault.version("nobody") is None


def test_details_are_added_with_source_and_date(world: World, account_id: str, key: VaultKey) -> None:
    checked = NewDetail(
        "birthdate",
        "1980-03-31",
        source=Source(SourceKind.ORGANISATION, "Licensing agency"),
        assurer="Licensing agency",
        checked_at=AT,
        valid_until=datetime(2030, 1, 1, tzinfo=UTC),
    )

    world.vault.add(account_id, key, NAME, checked, NewDetail("email", "amina@example.org", label="home"))

    name, birthdate, email = world.vault.read(account_id, key).attributes
    assert (name.value, name.source, name.added_at, name.checked_at) == ("Amina", TOLD, AT, None)
    assert (birthdate.source.name, birthdate.assurer, birthdate.checked_at) == ("Licensing agency",) * 2 + (AT,)
    assert birthdate.valid_until == datetime(2030, 1, 1, tzinfo=UTC)
    assert email.label == "home"
    assert world.kinds(account_id) == ["detail_added"]


def test_details_of_every_kind_survive_sealing(world: World, account_id: str, key: VaultKey) -> None:
    home = {"street_address": "1 Hill St", "locality": "Northtown", "postal_code": "SW1A 1AA", "country": "GB"}

    world.vault.add(account_id, key, NewDetail("address", home), NewDetail("nationalities", ["EG", "GB"]))

    document = world.vault.read(account_id, key)
    assert document.values("nationalities")[0].value == ["EG", "GB"]
    address = document.values("address")[0].value
    assert isinstance(address, dict)
    assert address["locality"] == "Northtown"


def test_several_details_are_added_all_or_none(world: World, account_id: str, key: VaultKey) -> None:
    with pytest.raises(InvalidDetailError):
        world.vault.add(account_id, key, NAME, NewDetail("email", "nonsense"))
    with pytest.raises(UnknownClaimError):
        world.vault.add(account_id, key, NAME, NewDetail("shoe_size", "43"))
    with pytest.raises(DetailHeldError):
        world.vault.add(account_id, key, NAME, NewDetail("given_name", "Aminata"))

    assert world.vault.read(account_id, key).version == 1
    assert world.kinds(account_id) == []


def test_a_detail_that_its_citizen_changes_is_theirs_and_no_longer_checked(
    world: World, account_id: str, key: VaultKey
) -> None:
    detail = NewDetail(
        "given_name", "Amina", source=Source(SourceKind.ORGANISATION, "Registry"), assurer="Registry", checked_at=AT
    )
    attribute = world.vault.add(account_id, key, detail).attributes[0]
    world.clock.advance(days=1)

    world.vault.edit(account_id, key, attribute.id, "Aminata", label="new")

    after = world.vault.read(account_id, key).attributes[0]
    assert (after.id, after.value, after.source, after.checked_at) == (attribute.id, "Aminata", TOLD, None)
    assert (after.added_at, after.changed_at, after.label) == (AT, datetime(2026, 5, 5, 10, 0, tzinfo=UTC), "new")
    assert world.kinds(account_id) == ["detail_added", "detail_changed"]


def test_a_change_that_changes_nothing_writes_nothing(world: World, account_id: str, key: VaultKey) -> None:
    document = world.vault.add(account_id, key, NAME)

    after = world.vault.edit(account_id, key, document.attributes[0].id, " Amina ")

    assert after.version == world.vault.version(account_id) == 2
    assert world.kinds(account_id) == ["detail_added"]


def test_a_detail_is_removed(world: World, account_id: str, key: VaultKey) -> None:
    attribute = world.vault.add(account_id, key, NAME).attributes[0]

    world.vault.remove(account_id, key, attribute.id)

    assert world.vault.read(account_id, key).attributes == ()
    assert world.kinds(account_id) == ["detail_added", "detail_removed"]


def test_what_is_not_there_cannot_be_changed_or_removed(world: World, account_id: str, key: VaultKey) -> None:
    with pytest.raises(UnknownDetailError):
        world.vault.edit(account_id, key, "gone", "Amina")
    with pytest.raises(UnknownDetailError):
        world.vault.remove(account_id, key, "gone")


def test_a_detail_cannot_be_changed_into_one_that_is_held(world: World, account_id: str, key: VaultKey) -> None:
    first, second = NewDetail("email", "a@example.org"), NewDetail("email", "b@example.org")
    document = world.vault.add(account_id, key, first, second)

    with pytest.raises(DetailHeldError):
        world.vault.edit(account_id, key, document.attributes[0].id, "b@example.org")


def test_a_page_that_is_out_of_date_changes_nothing(world: World, account_id: str, key: VaultKey) -> None:
    seen = world.vault.add(account_id, key, NAME)
    world.vault.add(account_id, key, NewDetail("nickname", "Mina"))

    with pytest.raises(VaultChangedError):
        world.vault.edit(account_id, key, seen.attributes[0].id, "Aminata", expected_version=seen.version)
    with pytest.raises(VaultChangedError):
        world.vault.remove(account_id, key, seen.attributes[0].id, expected_version=seen.version)

    assert world.vault.read(account_id, key).attributes[0].value == "Amina"


def test_of_two_changes_at_the_same_time_one_is_told_so(shared: World) -> None:
    account_id = shared.accounts.create("amina")
    password = SlotSecret(kind=SlotKind.PASSWORD, secret=FIRST, confirmed=True)
    recovery = SlotSecret(kind=SlotKind.RECOVERY, secret=SECOND, confirmed=True)
    key = shared.vault.create(account_id, login="amina", slots=(password, recovery))
    seen = shared.vault.add(account_id, key, NAME)
    attribute_id = seen.attributes[0].id

    def edit(value: str) -> object:
        return shared.vault.edit(account_id, key, attribute_id, value, expected_version=seen.version)

    results = shared.parallel(lambda: edit("Aminata"), lambda: edit("Mina"))

    assert sorted(type(result).__name__ for result in results) == ["Document", "VaultChangedError"]
    assert shared.vault.version(account_id) == 3


def test_a_document_swapped_between_accounts_does_not_open(world: World, account_id: str, key: VaultKey) -> None:
    other = world.accounts.create("bilal")
    world.vault.create(other, login="bilal", slots=())
    run(world, "DELETE FROM vault_document WHERE account_id = :other", other=other)
    run(world, "UPDATE vault_document SET account_id = :other", other=other)

    with pytest.raises(VaultBrokenError):
        world.vault.read(other, key)


def test_a_document_rolled_back_under_the_present_version_does_not_open(
    world: World, account_id: str, key: VaultKey
) -> None:
    with world.db.reading() as connection:
        old = connection.execute(text("SELECT sealed FROM vault_document")).scalar()
    world.vault.add(account_id, key, NAME)
    run(world, "UPDATE vault_document SET sealed = :old", old=old)

    with pytest.raises(VaultBrokenError):
        world.vault.read(account_id, key)


def test_a_document_under_another_persona_or_key_does_not_open(world: World, account_id: str, key: VaultKey) -> None:
    with pytest.raises(VaultBrokenError):
        world.vault.read(account_id, VaultKey(b"x" * 32))
    with pytest.raises(VaultBrokenError):
        world.vault.read(account_id, key, persona="work")
    run(world, "UPDATE vault_document SET persona = 'work'")
    with pytest.raises(VaultBrokenError):
        world.vault.read(account_id, key, persona="work")


def test_no_value_is_in_the_database_in_clear(world: World, account_id: str, key: VaultKey) -> None:
    world.vault.add(account_id, key, NewDetail("given_name", "Zubaidah"), NewDetail("email", "z@example.org"))

    with world.db.reading() as connection:
        tables = ["account", "key_slot", "vault_document", "activity"]
        rows = [row for table in tables for row in connection.execute(text(f"SELECT * FROM {table}")).all()]

    dump = repr(rows)
    assert not any(
        value in dump for value in ("Zubaidah", "z@example.org", "'amina'", key.secret.hex(), repr(key.secret))
    )
    assert "Zubaidah" not in repr(world.vault.read(account_id, key))
    assert repr(key) == "VaultKey()"
