"""Keys in the database: made, published, used, rotated, retired."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from jwcrypto import jwe as other_jwe
from jwcrypto import jwk
from sqlalchemy import delete, select

from idp.crypto import jose, jwe
from idp.crypto.errors import JweError, SealBrokenError
from idp.keys.errors import KeyMissingError
from idp.keys.models import SigningKeyRow
from idp.keys.values import TOKEN_ALGORITHM, State
from tests.doubles import FrozenClock
from tests.keys.processes import Process, kids, states


def test_a_new_database_gets_a_key_in_use_and_one_to_follow(process: Process) -> None:
    for algorithm in (*jose.ALGORITHMS, *jwe.DECRYPTABLE, TOKEN_ALGORITHM):
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
    assert len(process.keys.published()["keys"]) == 2 * len(jose.ALGORITHMS) + len(jwe.DECRYPTABLE)
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
    clock.advance(seconds=600)
    assert rotation.retired in kids(process)
    assert jose.verify(token, keys=process.keys.verifying(), algorithms={"ES256"}).claims == {"sub": "amina"}

    clock.advance(hours=1)

    assert rotation.retired not in kids(process)
    assert process.keys.purge() == 0
    # Published no more, but an ID token may come back as a hint as long as its session lives (OIDC Core §3.1.2.1).
    assert jose.verify(token, keys=process.keys.verifying(), algorithms={"ES256"}).claims == {"sub": "amina"}

    clock.advance(hours=12)

    assert process.keys.purge() == 1
    assert rotation.retired not in {key.kid for key in process.keys.list()}


def test_a_key_that_is_published_no_more_cannot_sign_again(process: Process, clock: FrozenClock) -> None:
    (rotation,) = process.keys.rotate("ES256")
    clock.advance(hours=1)
    process.keys.purge()

    with process.db.reading() as connection:
        row = connection.execute(select(SigningKeyRow.__table__).filter_by(kid=rotation.retired)).one()
    assert row.sealed_private == b""
    process.keys.rotate("ES256")
    assert process.keys.signing("ES256").sign({})


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


def encrypted(process: Process, algorithm: str) -> str:
    """What a service encrypts to the one key that it finds published."""
    (published,) = (key for key in process.keys.published()["keys"] if key["alg"] == algorithm)
    assert published["use"] == "enc"
    token = other_jwe.JWE(
        b"request",
        json.dumps({"alg": algorithm, "enc": "A128GCM", "kid": published["kid"]}),
        algs=[algorithm, "A128GCM"],
    )
    token.add_recipient(jwk.JWK(**published))
    return str(token.serialize(compact=True))


@pytest.mark.parametrize("algorithm", jwe.DECRYPTABLE)
def test_what_is_encrypted_to_the_published_key_opens_after_rotations(process: Process, algorithm: str) -> None:
    before = encrypted(process, algorithm)
    for _ in range(3):
        process.keys.rotate(algorithm)

    assert jwe.decrypt(before, keys=process.keys.decrypting()) == b"request"
    assert jwe.decrypt(encrypted(process, algorithm), keys=process.keys.decrypting()) == b"request"


def test_a_retired_decryption_key_opens_for_a_day(process: Process, clock: FrozenClock) -> None:
    before = encrypted(process, "ECDH-ES")
    process.keys.rotate("ECDH-ES")
    clock.advance(days=1)
    assert jwe.decrypt(before, keys=process.keys.decrypting()) == b"request"

    clock.advance(hours=1)

    with pytest.raises(JweError):
        jwe.decrypt(before, keys=process.keys.decrypting())
    assert process.keys.purge() == 1


def test_an_older_deployment_gets_the_keys_that_are_new(process: Process) -> None:
    before = {key.kid for key in process.keys.list() if key.algorithm == "RS256"}
    with process.db.transaction() as connection:
        connection.execute(delete(SigningKeyRow).where(SigningKeyRow.algorithm.not_in(["RS256", "A256GCM"])))

    process.keys.ensure()

    assert {key.kid for key in process.keys.list() if key.algorithm == "RS256"} == before
    assert process.keys.signing("EdDSA").sign({})
    assert states(process, "ECDH-ES") == [State.ACTIVE, State.NEXT]


def test_keys_are_replaced_when_their_days_are_over(process: Process, clock: FrozenClock) -> None:
    clock.advance(days=29)
    assert process.keys.rotate_due() == ()
    clock.advance(days=1)
    assert [rotation.algorithm for rotation in process.keys.rotate_due()] == [TOKEN_ALGORITHM]
    assert process.keys.rotate_due() == ()

    clock.advance(days=60)

    due = sorted([*jose.ALGORITHMS, *jwe.DECRYPTABLE, TOKEN_ALGORITHM])
    assert [rotation.algorithm for rotation in process.keys.rotate_due()] == due


def test_the_operator_sees_when_a_key_is_replaced(process: Process, clock: FrozenClock) -> None:
    signing = process.keys.signing("ES256").kid

    assert process.keys.due()[signing] == clock.now() + timedelta(days=90)
    assert len(process.keys.due()) == len(jose.ALGORITHMS) + len(jwe.DECRYPTABLE) + 1


def test_many_rotations_in_a_row_leave_every_signature_verifiable(process: Process) -> None:
    tokens = []
    for _ in range(60):
        tokens.append(process.keys.signing("ES256").sign({"sub": "amina"}))
        process.keys.rotate("ES256")

    for token in tokens:
        assert jose.verify(token, keys=process.keys.verifying(), algorithms={"ES256"}).claims == {"sub": "amina"}
