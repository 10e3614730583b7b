import time

import pytest
from sqlalchemy import text

from idp.accounts.errors import InvalidLoginError, LoginTakenError, UnknownAccountError
from idp.accounts.values import State
from tests.authentication.world import World


def test_an_account_is_found_by_any_spelling_of_its_sign_in_name(world: World) -> None:
    account_id = world.accounts.create("Amina@Example.org")

    found = world.accounts.find("  amina@example.ORG ")

    assert found is not None
    assert (found.id, found.state) == (account_id, State.ACTIVE)
    assert world.accounts.find("somebody@example.org") is None


def test_a_name_too_long_to_be_one_costs_no_time(world: World) -> None:
    """Putting 30,000 combining marks in order takes most of a second, while nobody else is answered."""
    began = time.perf_counter()

    assert world.accounts.find("a" + "\u0301\u0316" * 16_000) is None

    assert time.perf_counter() - began < 0.2


def test_a_sign_in_name_belongs_to_one_account(world: World) -> None:
    world.accounts.create("amina")

    with pytest.raises(LoginTakenError):
        world.accounts.create("AMINA")


def test_a_transaction_goes_on_after_a_name_was_taken(world: World) -> None:
    world.accounts.create("amina")

    with world.db.transaction():
        with pytest.raises(LoginTakenError):
            world.accounts.create("amina")
        world.accounts.create("bilal")

    assert world.accounts.find("bilal") is not None


def test_no_sign_in_name_is_kept_in_clear(world: World) -> None:
    world.accounts.create("amina@example.org")

    with world.db.reading() as connection:
        row = connection.execute(text("SELECT * FROM account")).one()

    assert not any("amina" in str(value) or b"amina" in bytes(str(value), "utf-8") for value in row)


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("ab", "too_short"),
        ("a" * 255, "too_long"),
        ("a" * 100_000, "too_long"),
        ("two words", "characters"),
        ("amina\x00", "characters"),
        ("amina\u202egro", "characters"),
        ("<amina>", "characters"),
    ],
)
def test_what_cannot_be_read_out_is_no_sign_in_name(world: World, login: str, code: str) -> None:
    with pytest.raises(InvalidLoginError) as refused:
        world.accounts.create(login)

    assert refused.value.code == code


@pytest.mark.parametrize("login", ["amina", "amina.el-sayed+post@example.org", "أمينة", "Zoë", "अमीना", "o'neill"])
def test_names_in_any_script_are_sign_in_names(world: World, login: str) -> None:
    account_id = world.accounts.create(login)

    found = world.accounts.find(login)
    assert found is not None
    assert found.id == account_id


def test_an_account_can_be_suspended(world: World) -> None:
    account_id = world.accounts.create("amina")

    world.accounts.set_state(account_id, State.SUSPENDED)

    account = world.accounts.get(account_id)
    assert account is not None
    assert (account.state, account.active) == (State.SUSPENDED, False)


def test_an_account_that_does_not_exist_cannot_be_changed(world: World) -> None:
    with pytest.raises(UnknownAccountError):
        world.accounts.set_state("nobody", State.CLOSED)
    assert world.accounts.get("nobody") is None
