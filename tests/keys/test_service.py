"""Keys in the database: made, published, used, rotated, retired."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from idp.crypto import jose
from idp.crypto.errors import SealBrokenError
from idp.keys.errors import KeyMissingError
from idp.keys.values import TOKEN_ALGORITHM, State
from idp.settings import TokenSettings
from tests.doubles import FrozenClock
from tests.keys.processes import Process, kids, states


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
    assert len(process.keys.published()["keys"]) == 2 * len(jose.ALGORITHMS)
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


def test_retired_token_keys_are_kept_longer_than_signing_keys(process: Process) -> None:
    rotations = {rotation.algorithm: rotation.retired for rotation in process.keys.rotate()}
    ends = {key.kid: key.publish_until for key in process.keys.list()}

    sealing, signing = ends[rotations[TOKEN_ALGORITHM]], ends[rotations["ES256"]]
    assert sealing is not None
    assert signing is not None
    assert sealing - signing > timedelta(days=29)
