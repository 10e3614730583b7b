"""Passkeys registered: what is asked of authenticators, and what of their answers is taken. WebAuthn §5.4, §7.1."""

import json
import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from idp.crypto.secrets import b64url, unb64url
from idp.passkeys.errors import (
    CeremonyGoneError,
    CeremonyRefusedError,
    NameRefusedError,
    PasskeyHeldError,
    TooManyPasskeysError,
)
from idp.passkeys.policy import MOST_PASSKEYS
from idp.passkeys.values import Answer
from tests.passkeys.conftest import Bench
from tests.passkeys.device import BE, BS, UP, UV, Device, Key, bent, cbor

PRF = bytes(range(32))


def test_authenticators_are_asked_for_a_discoverable_verified_and_unattested_passkey(bench: Bench) -> None:
    amina = bench.citizen()

    asked = json.loads(bench.passkeys.begin_registration(amina).options)

    assert asked["rp"] == {"name": "localhost", "id": "localhost"}
    assert asked["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert asked["attestation"] == "none"
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert asked["timeout"] == 300_000
    assert asked["user"]["name"] == "amina@example.org"
    assert len(unb64url(asked["challenge"])) == 32
    assert len(unb64url(asked["extensions"]["prf"]["eval"]["first"])) == 32


def test_the_user_handle_is_random_and_stays_the_same(bench: Bench) -> None:
    amina, noor = bench.citizen(), bench.citizen("noor")
    handles = [
        unb64url(json.loads(bench.passkeys.begin_registration(session).options)["user"]["id"])
        for session in (amina, amina, noor)
    ]

    assert handles[0] == handles[1] != handles[2]
    assert amina.account_id.encode() not in handles[0]
    assert len(handles[0]) == 32


def test_a_device_that_has_a_passkey_is_not_asked_for_a_second_one(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    bench.add(amina, device)

    asked = json.loads(bench.passkeys.begin_registration(amina).options)

    assert [each["id"] for each in asked["excludeCredentials"]] == [b64url(device.credential_id)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate,
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["ES256", "EdDSA", "RS256"],
)
def test_each_algorithm_that_is_asked_for_registers_and_signs_in(bench: Bench, make: Callable[[], Key]) -> None:
    device = Device(key=make())
    bench.add(bench.citizen(), device)

    assert bench.sign_in(device).session_secret


def test_another_algorithm_is_refused(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(key=ec.generate_private_key(ec.SECP384R1()))
    answer = device.make(bench.passkeys.begin_registration(amina))

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.register(amina, answer, name="")


def test_its_name_is_its_owners_secret(bench: Bench) -> None:
    amina = bench.citizen()
    passkey = bench.add(amina, Device(), name="  Samira’s   telephone ")

    assert bench.passkeys.one(amina, passkey.id).name == "Samira’s telephone"
    assert passkey.sealed_name is not None
    assert b"Samira" not in passkey.sealed_name


@pytest.mark.parametrize(
    ("name", "code"),
    [("x" * 61, "too_long"), ("x" * 5000, "too_long"), ("left \u202e right", "characters"), ("a\x00b", "characters")],
)
def test_what_cannot_be_read_as_a_name_is_refused_and_costs_no_challenge(bench: Bench, name: str, code: str) -> None:
    amina, device = bench.citizen(), Device()
    answer = device.make(bench.passkeys.begin_registration(amina))

    with pytest.raises(NameRefusedError) as refused:
        bench.passkeys.register(amina, answer, name=name)

    assert refused.value.code == code
    assert bench.passkeys.register(amina, answer, name="").id


def test_where_the_prf_gives_something_the_passkey_opens_the_vault(bench: Bench) -> None:
    amina = bench.citizen()
    with_it, without = bench.add(amina, Device(prf=PRF)), bench.add(amina, Device())

    assert with_it.slot_id is not None
    assert without.slot_id is None
    assert sorted(slot.kind for slot in bench.world.vault.slots(amina.account_id)) == [
        "passkey",
        "password",
        "recovery",
    ]


def test_a_challenge_is_answered_once(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    answer = device.make(bench.passkeys.begin_registration(amina))
    bench.passkeys.register(amina, answer, name="")

    with pytest.raises(CeremonyGoneError):
        bench.passkeys.register(amina, answer, name="")


def test_a_challenge_is_answered_within_five_minutes(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    answer = device.make(bench.passkeys.begin_registration(amina))
    bench.world.clock.advance(minutes=5)

    with pytest.raises(CeremonyGoneError):
        bench.passkeys.register(amina, answer, name="")


def test_a_challenge_is_answered_by_whom_it_was_given_to(bench: Bench) -> None:
    amina, noor, device = bench.citizen(), bench.citizen("noor"), Device()
    answer = device.make(bench.passkeys.begin_registration(amina))

    with pytest.raises(CeremonyGoneError):
        bench.passkeys.register(noor, answer, name="")

    assert bench.passkeys.of(noor.account_id) == ()


def test_a_challenge_for_signing_in_registers_nothing(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    asked = json.loads(bench.passkeys.begin_registration(amina).options)
    begun = bench.passkeys.begin_sign_in(browser=amina.secret)
    mixed = {**asked, "challenge": json.loads(begun.options)["challenge"]}
    answer = device.make(type(begun)(begun.ceremony, json.dumps(mixed)))

    with pytest.raises(CeremonyGoneError):
        bench.passkeys.register(amina, answer, name="")


@pytest.mark.parametrize(
    "device",
    [
        Device(origin="https://phisher.example"),
        Device(origin="http://localhost:8001"),
        Device(rp_id="example.org"),
        Device(flags=UP),
        Device(flags=UV),
        Device(flags=UP | UV | BS),
        Device(extra={"crossOrigin": True}),
        Device(extra={"topOrigin": "https://frame.example"}),
        Device(extra={"type": "webauthn.get"}),
        Device(credential_id=os.urandom(1024)),
        Device(credential_id=b""),
    ],
    ids=[
        "another site",
        "another port",
        "another RP ID",
        "person not verified",
        "nobody present",
        "backed up and not eligible",
        "in a frame",
        "under another page",
        "another ceremony",
        "id too long",
        "id empty",
    ],
)
def test_what_was_not_made_here_and_now_by_a_verified_person_is_refused(bench: Bench, device: Device) -> None:
    amina = bench.citizen()

    with pytest.raises(CeremonyRefusedError):
        bench.add(amina, device)

    assert bench.passkeys.of(amina.account_id) == ()


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{",
        "{}",
        '"text"',
        "[" * 5000,
        '{"id": 7}',
        '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}',
        "x" * 9000,
        "\ud800",
    ],
)
def test_what_is_no_credential_is_refused_and_never_a_failure(bench: Bench, credential: str) -> None:
    amina = bench.citizen()
    begun = bench.passkeys.begin_registration(amina)

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.register(amina, Answer(begun.ceremony, credential), name="")


@pytest.mark.parametrize(
    "members",
    [
        {"response__clientDataJSON": "e30"},
        {"response__clientDataJSON": "====", "rawId": "AAAA"},
        {"response__attestationObject": b64url(b"\xa1\x01")},
        {"response__attestationObject": b64url(b"\xff" * 40)},
        {"response__attestationObject": b64url(cbor({"fmt": "none", "attStmt": {}, "authData": b""}))},
        {"response__attestationObject": b64url(cbor({"fmt": "apple", "attStmt": {}, "authData": b"\0" * 37}))},
        {"response__attestationObject": 7},
        {"rawId": "AAAA"},
        {"id": "AAAA"},
        {"type": "password"},
        {"response": None},
        {"authenticatorAttachment": "telepathy"},
    ],
)
def test_a_tampered_answer_is_refused_and_never_a_failure(bench: Bench, members: dict[str, object]) -> None:
    amina = bench.citizen()
    answer = bent(Device().make(bench.passkeys.begin_registration(amina)), **members)

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.register(amina, answer, name="")


@pytest.mark.parametrize("prf", ["A", "!!", b64url(b"short"), b64url(bytes(33)), "A" * 5000])
def test_what_no_prf_can_have_given_is_refused(bench: Bench, prf: str) -> None:
    amina = bench.citizen()
    answer = Device().make(bench.passkeys.begin_registration(amina))

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.register(amina, Answer(answer.ceremony, answer.unverified_credential, prf), name="")


def test_a_passkey_is_one_citizens_only(bench: Bench) -> None:
    amina, noor, device = bench.citizen(), bench.citizen("noor"), Device(prf=PRF)
    bench.add(amina, device)

    with pytest.raises(PasskeyHeldError):
        bench.add(noor, device)

    assert sorted(slot.kind for slot in bench.world.vault.slots(noor.account_id)) == ["password", "recovery"]


def test_there_is_an_end_to_how_many_there_may_be(bench: Bench) -> None:
    amina = bench.citizen()
    begun = bench.passkeys.begin_registration(amina)
    for _ in range(MOST_PASSKEYS):
        bench.add(amina, Device())

    with pytest.raises(TooManyPasskeysError):
        bench.passkeys.begin_registration(amina)
    with pytest.raises(TooManyPasskeysError):
        bench.passkeys.register(amina, Device().make(begun), name="")


def test_what_it_says_of_backups_is_kept(bench: Bench) -> None:
    amina = bench.citizen()
    synced = bench.add(amina, Device(flags=UP | UV | BE | BS))
    alone = bench.add(amina, Device())

    assert (synced.backup_eligible, synced.backed_up) == (True, True)
    assert (alone.backup_eligible, alone.backed_up) == (False, False)


def test_unanswered_challenges_are_purged(bench: Bench) -> None:
    bench.passkeys.begin_sign_in(browser="one")
    bench.world.clock.advance(minutes=4)
    bench.passkeys.begin_sign_in(browser="two")
    bench.world.clock.advance(minutes=1)

    assert bench.passkeys.purge(10) == 1
    assert bench.passkeys.purge(10) == 0


def test_two_answers_to_one_challenge_at_once_register_once(shared: Bench) -> None:
    amina, device = shared.citizen(), Device()
    answer = device.make(shared.passkeys.begin_registration(amina))

    def register() -> object:
        return shared.passkeys.register(amina, answer, name="")

    results = shared.world.parallel(register, register, register)

    assert sum(isinstance(result, CeremonyGoneError) for result in results) == 2
    assert len(shared.passkeys.of(amina.account_id)) == 1
    assert shared.world.kinds(amina.account_id).count("passkey_added") == 1
    assert timedelta(0) == shared.world.clock.now() - shared.passkeys.of(amina.account_id)[0].created_at
