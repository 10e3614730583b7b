"""Keys in the database, seen by several processes."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp.crypto import jose
from idp.crypto.errors import SealBrokenError
from idp.keys.errors import KeyMissingError, KeysLockedError, RotationRacedError
from idp.keys.service import KeyService
from idp.keys.store import KeyStore
from idp.keys.values import TOKEN_ALGORITHM, State
from idp.settings import TokenSettings
from idp.storage.db import Base, Database
from idp.storage.versions import Versions
from tests.doubles import FrozenClock
from tests.storage.databases import BOTH, database_url, open_database

SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        _, db = open_database(url)
        Base.metadata.create_all(db.engine)
        db.close()
        yield url


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


class Process:
    """One process of the provider: an application, a connection pool and a key service of its own."""

    def __init__(self, url: str, clock: FrozenClock, *, cache_seconds: float = 0, secret: bytes = SECRET) -> None:
        self.app: Flask
        self.db: Database
        self.app, self.db = open_database(url)
        with self.app.app_context():
            self.keys = KeyService(
                db=self.db,
                store=KeyStore(db=self.db, versions=Versions(db=self.db)),
                clock=clock,
                key_encryption=secret,
                cache_seconds=cache_seconds,
                lifetimes=TokenSettings(),
            )


@pytest.fixture
def start(address: str, clock: FrozenClock) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def start_one(**options: Any) -> Process:
        started.append(Process(address, clock, **options))
        return started[-1]

    yield start_one
    for process in started:
        process.db.close()


@pytest.fixture
def process(start: Callable[..., Process]) -> Iterator[Process]:
    one = start()
    with one.app.app_context():
        one.keys.ensure()
        yield one


def states(process: Process, algorithm: str) -> list[State]:
    return sorted(key.state for key in process.keys.list() if key.algorithm == algorithm)


def kids(process: Process) -> set[str]:
    return {key["kid"] for key in process.keys.published()["keys"]}


def test_a_new_database_gets_a_key_in_use_and_one_to_follow(process: Process) -> None:
    for algorithm in (*jose.ALGORITHMS, TOKEN_ALGORITHM):
        assert states(process, algorithm) == [State.ACTIVE, State.NEXT]


def test_making_keys_again_changes_nothing(process: Process) -> None:
    before, version = process.keys.list(), process.keys.version()

    process.keys.ensure()

    assert process.keys.list() == before
    assert process.keys.version() == version


def test_what_is_signed_verifies_with_what_is_published(process: Process) -> None:
    for algorithm in jose.ALGORITHMS:
        token = process.keys.signing(algorithm).sign({"sub": "amina"})

        keys = jose.VerifyingKeys.from_jwks(process.keys.published())
        assert jose.verify(token, keys=keys, algorithms={algorithm}).claims == {"sub": "amina"}
        assert jose.verify(token, keys=process.keys.verifying(), algorithms={algorithm}).claims == {"sub": "amina"}


def test_the_list_is_prepared_as_bytes_with_a_validator(process: Process) -> None:
    prepared = process.keys.prepared()

    assert json.loads(prepared.body) == process.keys.published()
    assert prepared.etag.startswith('"')
    process.keys.rotate("ES256")
    assert process.keys.prepared().etag != prepared.etag


def test_no_token_key_and_no_private_part_is_published(process: Process) -> None:
    assert len(process.keys.published()["keys"]) == 4
    assert all(not {"d", "p", "k"} & set(key) for key in process.keys.published()["keys"])


def test_a_key_is_published_before_it_signs_and_after(process: Process) -> None:
    before = process.keys.signing("ES256").kid
    following = kids(process) - {process.keys.signing(algorithm).kid for algorithm in jose.ALGORITHMS}

    (rotation,) = process.keys.rotate("ES256")

    assert process.keys.signing("ES256").kid == rotation.activated
    assert rotation.activated in following
    assert rotation.retired == before
    assert {before, rotation.activated, rotation.following} <= kids(process)


def test_a_rotation_names_a_key_that_others_may_not_have_seen_yet(process: Process, clock: FrozenClock) -> None:
    assert process.keys.rotate("ES256")[0].early
    clock.advance(minutes=10)
    assert not process.keys.rotate("ES256")[0].early


def test_a_retired_key_goes_when_its_last_token_has_ended(process: Process, clock: FrozenClock) -> None:
    token = process.keys.signing("ES256").sign({"sub": "amina"})
    (rotation,) = process.keys.rotate("ES256")
    clock.advance(seconds=TokenSettings().id_token_seconds)
    assert rotation.retired in kids(process)
    assert jose.verify(token, keys=process.keys.verifying(), algorithms={"ES256"}).claims == {"sub": "amina"}

    clock.advance(hours=1)

    assert rotation.retired not in kids(process)
    assert process.keys.purge() == 1
    assert rotation.retired not in {key.kid for key in process.keys.list()}


def test_a_list_that_is_remembered_still_loses_a_key_whose_time_is_over(
    start: Callable[..., Process], clock: FrozenClock
) -> None:
    process = start(cache_seconds=1e6)
    with process.app.app_context():
        process.keys.ensure()
        (rotation,) = process.keys.rotate("ES256")
        assert rotation.retired in kids(process)

        clock.advance(hours=1)

        assert rotation.retired not in kids(process)


def test_tokens_sealed_before_a_rotation_open_after_it_for_as_long_as_they_live(
    process: Process, clock: FrozenClock
) -> None:
    box = process.keys.token_ring().seal(b"refresh", b"c")

    process.keys.rotate()
    clock.advance(days=30)

    assert process.keys.token_ring().unseal(box, b"c") == b"refresh"
    clock.advance(days=1)
    with pytest.raises(SealBrokenError):
        process.keys.token_ring().unseal(box, b"c")


def test_another_process_opens_what_is_sealed_under_a_key_it_has_not_heard_of_yet(
    start: Callable[..., Process], process: Process
) -> None:
    slow = start(cache_seconds=60)
    with slow.app.app_context():
        ring = slow.keys.token_ring()
    process.keys.rotate(TOKEN_ALGORITHM)

    assert ring.unseal(process.keys.token_ring().seal(b"access", b"c"), b"c") == b"access"


def test_another_process_notices_a_rotation_in_time_without_a_restart(
    start: Callable[..., Process], process: Process, clock: FrozenClock
) -> None:
    other = start(cache_seconds=1)
    with other.app.app_context():
        before = other.keys.signing("ES256").kid
        with process.app.app_context():
            (rotation,) = process.keys.rotate("ES256")
        assert other.keys.signing("ES256").kid == before

        clock.advance(seconds=1)

        assert other.keys.signing("ES256").kid == rotation.activated


def test_a_key_is_imported_once_for_the_life_of_the_process(process: Process) -> None:
    rsa = process.keys.signing("RS256")

    process.keys.rotate("ES256")

    assert process.keys.signing("RS256") is rsa


def test_the_prepared_list_says_when_the_database_has_to_be_asked(
    start: Callable[..., Process], clock: FrozenClock
) -> None:
    process = start(cache_seconds=1)
    assert process.keys.prepared_already() is None
    with process.app.app_context():
        process.keys.ensure()
    # Outside an application context: no database can be reached.
    assert process.keys.prepared_already() is not None

    clock.advance(seconds=1)

    assert process.keys.prepared_already() is None


def test_keys_do_not_open_with_another_secret(start: Callable[..., Process], process: Process) -> None:
    stranger = start(secret=b"another secret of thirty-two bytes")

    with stranger.app.app_context():
        with pytest.raises(KeysLockedError):
            stranger.keys.signing("ES256")
        with pytest.raises(KeysLockedError):
            stranger.keys.ensure()


def test_an_algorithm_that_is_not_offered_has_no_key(start: Callable[..., Process], process: Process) -> None:
    with pytest.raises(KeyMissingError):
        process.keys.signing("HS256")
    with pytest.raises(KeyMissingError):
        process.keys.rotate("HS256")


def test_a_database_without_keys_says_so(start: Callable[..., Process]) -> None:
    empty = start()

    with empty.app.app_context(), pytest.raises(KeyMissingError):
        empty.keys.token_ring()


def test_a_rotation_that_is_rolled_back_leaves_the_keys_as_they_were(process: Process) -> None:
    before = process.keys.list()

    used: list[str] = []

    def rotate_in_vain() -> None:
        with process.db.transaction():
            process.keys.rotate("ES256")
            used.append(process.keys.signing("ES256").kid)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        rotate_in_vain()

    assert process.keys.list() == before
    process.keys.rotate("RS256")
    assert process.keys.signing("ES256").kid not in used


def at_once(processes: list[Process], act: Callable[[Process], object]) -> list[BaseException | None]:
    gate = threading.Barrier(len(processes))

    def run(process: Process) -> BaseException | None:
        with process.app.app_context():
            gate.wait()
            try:
                act(process)
            except RotationRacedError as raced:
                return raced
            return None

    with ThreadPoolExecutor(len(processes)) as threads:
        return list(threads.map(run, processes))


def test_processes_that_start_at_once_make_one_set_of_keys(start: Callable[..., Process]) -> None:
    processes = [start() for _ in range(4)]

    at_once(processes, lambda process: process.keys.ensure())

    with processes[0].app.app_context():
        for algorithm in (*jose.ALGORITHMS, TOKEN_ALGORITHM):
            assert states(processes[0], algorithm) == [State.ACTIVE, State.NEXT]


def test_processes_that_rotate_at_once_leave_one_key_in_use(start: Callable[..., Process], process: Process) -> None:
    processes = [start() for _ in range(4)]

    outcomes = at_once(processes, lambda one: one.keys.rotate("ES256"))

    assert None in outcomes
    retired = sum(outcome is None for outcome in outcomes)
    assert states(process, "ES256") == [State.ACTIVE, State.NEXT] + [State.RETIRED] * retired


def test_retired_token_keys_are_kept_longer_than_signing_keys(process: Process) -> None:
    rotations = {rotation.algorithm: rotation.retired for rotation in process.keys.rotate()}
    ends = {key.kid: key.publish_until for key in process.keys.list()}

    sealing, signing = ends[rotations[TOKEN_ALGORITHM]], ends[rotations["ES256"]]
    assert sealing is not None
    assert signing is not None
    assert sealing - signing > timedelta(days=29)
