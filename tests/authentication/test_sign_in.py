from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2.low_level import hash_secret_raw
from sqlalchemy import event, text

from idp.accounts.values import State
from idp.authentication import stretching
from idp.authentication.errors import AuthenticationError, SignInRefusedError, SlowDownError
from idp.authentication.slow_down import NETWORK_ALLOWANCE
from idp.authentication.stretching import Stretcher
from idp.authentication.values import Origin, SignedIn
from idp.settings import PasswordSettings
from tests.authentication.world import HOME, LOGIN, PASSWORD, World, make_world

AWAY = Origin(address="198.51.100.7")


def sign_in(world: World, *, login: str = LOGIN, password: str = PASSWORD, origin: Origin = HOME) -> SignedIn:
    return world.authentication.sign_in(login=login, password=password, origin=origin)


def refused(world: World, **changes: Any) -> AuthenticationError:
    with pytest.raises(AuthenticationError) as error:
        sign_in(world, **changes)
    return error.value


def test_the_right_password_signs_in_and_opens_the_vault(world: World) -> None:
    signed_up = world.citizen()

    signed_in = sign_in(world, login=" Amina@Example.org ")

    session = world.session(signed_in.session_secret)
    assert (session.account_id, session.sid) == (signed_up.account_id, signed_in.sid)
    assert (session.acr, session.amr, session.browser) == ("urn:proffer:acr:password", ("pwd",), "Firefox on Linux")
    assert world.key(signed_in.session_secret) == world.key(signed_up.session_secret)
    assert world.kinds(signed_up.account_id)[-1] == "signed_in"


def test_wrong_password_unknown_name_and_suspended_account_get_one_answer(world: World) -> None:
    account_id = world.citizen().account_id
    wrong = refused(world, password="wrong")
    unknown = refused(world, login="nobody@example.org")
    world.accounts.set_state(account_id, State.SUSPENDED)
    suspended = refused(world)

    assert type(wrong) is type(unknown) is type(suspended) is SignInRefusedError
    assert str(wrong) == str(unknown) == str(suspended) == ""
    assert world.kinds(account_id)[-2:] == ["sign_in_refused", "sign_in_refused"]


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No timing tells whether an account exists: the same Argon2id run, the same kinds of statements."""
    world.citizen()
    runs: list[tuple[int, int]] = []
    statements: list[str] = []
    real = hash_secret_raw

    def spy(*args: Any, **kwargs: Any) -> bytes:
        runs.append((kwargs["memory_cost"], kwargs["time_cost"]))
        return real(*args, **kwargs)

    monkeypatch.setattr(stretching, "hash_secret_raw", spy)
    event.listen(world.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2].split()[0]))

    refused(world, password="wrong")
    known_work = (list(runs), list(statements))
    runs.clear()
    statements.clear()
    refused(world, login="nobody@example.org")

    assert (runs, statements) == known_work
    assert len(runs) == 1


def test_a_new_session_begins_at_each_sign_in_and_this_browsers_old_one_ends(world: World) -> None:
    signed_up = world.citizen()

    signed_in = world.authentication.sign_in(
        login=LOGIN, password=PASSWORD, origin=HOME, previous_session=signed_up.session_secret
    )
    elsewhere = sign_in(world, origin=AWAY)

    assert world.authentication.session(signed_up.session_secret) is None
    assert len({signed_in.session_secret, elsewhere.session_secret, signed_up.session_secret}) == 3
    assert world.authentication.session(signed_in.session_secret) is not None
    assert world.authentication.session(elsewhere.session_secret) is not None


def test_two_sign_ins_in_the_same_second_succeed(shared: World) -> None:
    account_id = shared.citizen().account_id

    def job() -> object:
        return sign_in(shared)

    results = shared.parallel(job, job, job, job)

    assert [type(result) for result in results] == [SignedIn] * 4
    assert shared.activity.verify(account_id) is None
    assert len(shared.authentication.sessions_of(account_id)) == 5


def test_a_password_is_stretched_anew_when_the_cost_changes(world: World, tmp_path: Path) -> None:
    signed_up = world.citizen()
    key = world.key(signed_up.session_secret)
    dearer = make_world(tmp_path, passwords=PasswordSettings(memory_kib=8192, iterations=2))

    def row() -> Any:
        with world.db.reading() as connection:
            return connection.execute(text("SELECT iterations, salt FROM password")).one()

    before = row()
    with dearer.context():
        first = sign_in(dearer)
        after = row()
        second = sign_in(dearer)
        keys = {dearer.key(first.session_secret), dearer.key(second.session_secret)}

    assert (before.iterations, after.iterations) == (1, 2)
    assert before.salt != after.salt
    assert row() == after
    assert keys == {key}


def test_two_sign_ins_that_stretch_anew_at_once_both_open_the_vault(shared: World, tmp_path: Path) -> None:
    key = shared.key(shared.citizen().session_secret)
    url = shared.db.engine.url.render_as_string(hide_password=False)
    dearer = make_world(tmp_path, passwords=PasswordSettings(memory_kib=8192, iterations=2), url=url)

    def job() -> object:
        return dearer.key(sign_in(dearer).session_secret)

    assert dearer.parallel(job, job, job) == [key, key, key]
    dearer.db.close()


def test_guessing_from_one_network_is_slowed_down_even_with_the_right_password(world: World) -> None:
    world.citizen()
    for _ in range(NETWORK_ALLOWANCE):
        refused(world, password="wrong", origin=AWAY)

    slowed = refused(world, origin=Origin(address="198.51.100.99"))
    assert isinstance(slowed, SlowDownError)
    assert slowed.retry_after_seconds == 2

    world.clock.advance(seconds=2)
    assert sign_in(world, origin=AWAY).sid
    for _ in range(NETWORK_ALLOWANCE):
        assert isinstance(refused(world, password="wrong", origin=AWAY), SignInRefusedError)


def test_an_unknown_name_is_slowed_down_like_a_known_one(world: World) -> None:
    answers = [type(refused(world, login="nobody", origin=AWAY)) for _ in range(NETWORK_ALLOWANCE + 1)]

    assert answers == [SignInRefusedError] * NETWORK_ALLOWANCE + [SlowDownError]


def test_parallel_guesses_share_one_allowance(shared: World) -> None:
    shared.citizen()

    def job() -> object:
        return sign_in(shared, password="wrong", origin=AWAY)

    results = shared.parallel(*[job] * 10)

    assert sum(type(result) is SignInRefusedError for result in results) <= NETWORK_ALLOWANCE


def test_strangers_do_not_keep_the_owner_out(world: World) -> None:
    browser_token = world.citizen().browser_token
    for number in range(60):
        refused(world, password="wrong", origin=Origin(address=f"203.0.{number}.1"))
    for _ in range(NETWORK_ALLOWANCE):
        refused(world, password="wrong", origin=HOME)

    at_home = sign_in(world, origin=Origin(address=HOME.address, browser_token=browser_token))
    in_a_hotel = sign_in(world, origin=Origin(address="100.64.9.9"))

    assert at_home.browser_token == browser_token
    assert in_a_hotel.browser_token != browser_token
    assert isinstance(refused(world, origin=HOME), SlowDownError)


def test_a_browsers_token_counts_for_its_own_account_only(world: World) -> None:
    world.citizen()
    strangers = world.citizen("stranger", "nine umbrellas under Southtown").browser_token

    answers = [
        type(refused(world, password="wrong", origin=Origin(address=AWAY.address, browser_token=strangers)))
        for _ in range(NETWORK_ALLOWANCE + 1)
    ]

    assert answers[-1] is SlowDownError
    signed_in = sign_in(world, origin=Origin(address="100.64.9.9", browser_token=strangers))
    assert signed_in.browser_token != strangers


def test_a_try_that_the_server_was_too_busy_to_judge_is_not_held_against_anybody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = world.citizen().recovery_code

    def busy(*_: object, **__: object) -> None:
        raise SlowDownError(5)

    with monkeypatch.context() as patch:
        patch.setattr(Stretcher, "stretch", busy)
        for _ in range(NETWORK_ALLOWANCE + 1):
            assert isinstance(refused(world, origin=AWAY), SlowDownError)
            with pytest.raises(SlowDownError):
                world.authentication.recover(login=LOGIN, code=code, new_password=PASSWORD, origin=AWAY)

    assert sign_in(world, origin=AWAY).sid


def test_a_password_however_long_or_strange_is_only_wrong(world: World) -> None:
    world.citizen()

    for number, password in enumerate(["", "x" * 60_000, "\x00", "\ud800", "ß" * 500]):
        error = refused(world, password=password, origin=Origin(address=f"203.0.{number}.1"))
        assert isinstance(error, SignInRefusedError)


def test_nothing_of_a_sign_in_is_in_the_database_in_clear(world: World) -> None:
    signed_up = world.citizen()
    signed_in = sign_in(world, origin=Origin(address="203.0.113.77"))
    refused(world, password="wrong lanterns", origin=Origin(address="203.0.113.77"))

    with world.db.reading() as connection:
        tables = ["account", "password", "browser_session", "known_browser", "sign_in_tries", "key_slot", "activity"]
        dump = "".join(repr(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)

    secrets = [
        signed_in.session_secret, signed_in.browser_token, signed_up.recovery_code, PASSWORD, "wrong lanterns",
        LOGIN, "203.0.113", world.key(signed_in.session_secret).secret.hex(),
    ]  # fmt: skip
    assert [secret for secret in secrets if secret in dump] == []
    assert signed_in.session_secret not in repr(signed_in) + repr(world.session(signed_in.session_secret))
    assert signed_up.recovery_code not in repr(signed_up)


def test_what_is_over_is_purged_in_bounded_batches(world: World) -> None:
    world.citizen()
    for number in range(4):
        refused(world, password="wrong", origin=Origin(address=f"203.0.{number}.1"))
    kept = sign_in(world)
    now = world.clock.now()

    assert world.authentication.purge(now - timedelta(days=1), 100) == 0
    world.clock.advance(hours=13)
    later = world.clock.now()
    fresh = sign_in(world)
    batches = [world.authentication.purge(later, 3) for _ in range(6)]

    assert batches[0] == 3
    assert batches[-1] == 0
    assert max(batches) == 3
    assert world.authentication.session(kept.session_secret) is None
    assert world.authentication.session(fresh.session_secret) is not None
    assert world.authentication.purge(later + timedelta(days=400), 100) > 0
    with world.db.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM known_browser")).scalar() == 0
