"""The sign-in name changed, on both databases where two ask at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from idp.accounts.errors import InvalidLoginError, LoginTakenError
from idp.authentication.errors import SameLoginError, SessionEndedError, SignInRefusedError, SlowDownError
from idp.authentication.values import Session
from idp.vault.errors import VaultChangedError
from idp.vault.values import NewDetail
from tests.authentication.world import HOME, LOGIN, PASSWORD, World

NEW = "amina.new@example.org"
OTHERS_PASSWORD = "nine umbrellas under Southtown"


def _can_sign_in(world: World, login: str, password: str = PASSWORD) -> bool:
    try:
        world.authentication.sign_in(login=login, password=password, origin=HOME)
    except SignInRefusedError:
        return False
    return True


def _session(world: World) -> Session:
    return world.session(world.citizen().session_secret)


def _name(world: World, session: Session) -> str:
    assert session.vault_key is not None
    return world.vault.read(session.account_id, session.vault_key).login


def test_the_new_name_signs_in_and_the_old_one_does_not(shared: World) -> None:
    session = _session(shared)

    kept = shared.authentication.change_login(session, new=f"  {NEW} ", password=PASSWORD)

    assert kept == NEW == _name(shared, session)
    assert _can_sign_in(shared, NEW.upper())
    assert not _can_sign_in(shared, LOGIN)
    assert shared.authentication.session(session.secret) is not None
    row = next(row for row in shared.activity.page(session.account_id).rows if row.kind == "login_changed")
    assert row.facts == {"browser": "Firefox on Linux"}


def test_changing_back_undoes_it(world: World) -> None:
    session = _session(world)

    world.authentication.change_login(session, new=NEW, password=PASSWORD)
    world.authentication.change_login(session, new=LOGIN, password=PASSWORD)

    assert _can_sign_in(world, LOGIN)
    assert not _can_sign_in(world, NEW)


def test_details_and_the_way_they_are_known_stay(world: World) -> None:
    session = _session(world)
    key = session.vault_key
    assert key is not None
    world.vault.add(session.account_id, key, NewDetail(claim="preferred_username", raw="amina_b"))
    before = world.vault.read(session.account_id, key)

    world.authentication.change_login(session, new=NEW, password=PASSWORD)

    assert world.vault.read(session.account_id, key) == replace(before, login=NEW, version=before.version + 1)


def test_a_name_that_is_taken_changes_nothing_and_costs_a_try(shared: World) -> None:
    shared.citizen(NEW, OTHERS_PASSWORD)
    session = _session(shared)
    refused = 0

    with pytest.raises(SlowDownError):  # noqa: PT012 - until it slows down
        for _ in range(11):
            with pytest.raises(LoginTakenError):
                shared.authentication.change_login(session, new=NEW, password=PASSWORD)
            refused += 1

    assert refused == 10
    assert _name(shared, session) == LOGIN
    assert _can_sign_in(shared, LOGIN)
    assert _can_sign_in(shared, NEW, OTHERS_PASSWORD)
    assert "login_changed" not in shared.kinds(session.account_id)


def test_names_cannot_be_asked_for_with_a_right_password_again_and_again(world: World) -> None:
    session = _session(world)
    for number in range(10):
        world.authentication.change_login(session, new=f"{number}{NEW}", password=PASSWORD)

    with pytest.raises(SlowDownError):
        world.authentication.change_login(session, new=NEW, password=PASSWORD)


def test_two_who_want_one_name_at_once_do_not_both_get_it(shared: World) -> None:
    mine = _session(shared)
    theirs = shared.session(shared.citizen("badr@example.org", OTHERS_PASSWORD).session_secret)

    def change(session: Session, password: str) -> Callable[[], object]:
        return lambda: shared.authentication.change_login(session, new=NEW, password=password)

    done = shared.parallel(change(mine, PASSWORD), change(theirs, OTHERS_PASSWORD))

    assert sorted(type(one).__name__ for one in done) == ["LoginTakenError", "str"]
    assert sorted([_name(shared, mine), _name(shared, theirs)]) in (
        sorted([NEW, "badr@example.org"]),
        sorted([NEW, LOGIN]),
    )


def test_a_change_of_the_vault_at_the_same_moment_loses_neither(shared: World) -> None:
    session = _session(shared)
    key = session.vault_key
    assert key is not None

    done = shared.parallel(
        lambda: shared.authentication.change_login(session, new=NEW, password=PASSWORD),
        lambda: shared.vault.add(session.account_id, key, NewDetail(claim="nickname", raw="Mina")),
    )

    renamed = done[0] == NEW
    assert renamed or isinstance(done[0], VaultChangedError)
    assert _can_sign_in(shared, NEW) is renamed
    assert _name(shared, session) == (NEW if renamed else LOGIN)
    document = shared.vault.read(session.account_id, key)
    assert bool(document.values("nickname")) is not isinstance(done[1], VaultChangedError)


@pytest.mark.parametrize(
    ("typed", "code"), [("", "missing"), ("ab", "too_short"), ("a b c", "characters"), ("x" * 255, "too_long")]
)
def test_a_name_is_looked_at_as_at_sign_up(world: World, typed: str, code: str) -> None:
    with pytest.raises(InvalidLoginError) as refused:
        world.authentication.change_login(_session(world), new=typed, password=PASSWORD)

    assert refused.value.code == code


def test_the_very_same_name_is_no_change_but_another_spelling_of_it_is(world: World) -> None:
    session = _session(world)

    with pytest.raises(SameLoginError):
        world.authentication.change_login(session, new=LOGIN, password=PASSWORD)
    world.authentication.change_login(session, new=LOGIN.upper(), password=PASSWORD)

    assert _name(world, session) == LOGIN.upper()


def test_without_the_password_nothing_changes(world: World) -> None:
    session = _session(world)

    with pytest.raises(SignInRefusedError):
        world.authentication.change_login(session, new=NEW, password="something else entirely")

    assert _can_sign_in(world, LOGIN)


def test_whoever_signed_in_with_a_key_of_theirs_needs_no_password(world: World) -> None:
    session = replace(_session(world), amr=("hwk", "user", "mfa"))

    world.authentication.change_login(session, new=NEW, password="")

    assert not world.authentication.needs_password_to_rename(session)
    assert _can_sign_in(world, NEW)


def test_a_locked_vault_or_an_ended_session_changes_no_name(world: World) -> None:
    session = _session(world)

    with pytest.raises(SessionEndedError):
        world.authentication.change_login(replace(session, wrapped_vault_key=None), new=NEW, password=PASSWORD)
    world.authentication.sign_out(session.secret)
    with pytest.raises(SessionEndedError):
        world.authentication.change_login(session, new=NEW, password=PASSWORD)
