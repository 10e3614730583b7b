"""Signing in with a passkey, proving more with one, and copies. WebAuthn §7.2; RFC 8176 §2."""

import json
from dataclasses import replace

import pytest

from idp.accounts.values import State
from idp.authentication.errors import SlowDownError
from idp.authentication.values import Origin
from idp.crypto.secrets import b64url
from idp.passkeys.errors import (
    CeremonyGoneError,
    CeremonyRefusedError,
    CopiedPasskeyError,
    UnknownCredentialError,
    UnknownPasskeyError,
)
from idp.passkeys.values import Answer
from tests.authentication.world import HOME
from tests.passkeys.conftest import BROWSER, Bench, no_device
from tests.passkeys.device import BE, BS, UP, UV, Device, bent

PRF, OTHER_PRF = bytes(range(32)), bytes(range(1, 33))


def test_one_ceremony_signs_in_and_opens_the_vault(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(prf=PRF)
    bench.add(amina, device)

    signed = bench.sign_in(device)

    session = bench.session(signed)
    assert signed.vault_open
    assert session.vault_key == amina.vault_key
    assert session.account_id == amina.account_id


def test_a_passkey_without_prf_signs_in_and_leaves_the_vault_locked(bench: Bench) -> None:
    device = Device()
    bench.add(bench.citizen(), device)

    signed = bench.sign_in(device)

    assert not signed.vault_open
    assert bench.session(signed).vault_key is None


def test_another_prf_output_opens_nothing(bench: Bench) -> None:
    device = Device(prf=PRF)
    bench.add(bench.citizen(), device)
    device.prf = OTHER_PRF

    assert bench.session(bench.sign_in(device)).vault_key is None


def test_a_passkey_opens_the_vault_by_its_own_slot_only(bench: Bench) -> None:
    amina, one, other = bench.citizen(), Device(prf=PRF), Device(prf=OTHER_PRF)
    bench.add(amina, one)
    bench.add(amina, other)
    other.prf = PRF

    assert bench.session(bench.sign_in(other)).vault_key is None


@pytest.mark.parametrize(
    ("flags", "amr"),
    [(UP | UV, ("hwk", "user", "mfa")), (UP | UV | BE | BS, ("swk", "user", "mfa"))],
    ids=["on one device", "synced"],
)
def test_what_was_proved_is_said_and_no_more(bench: Bench, flags: int, amr: tuple[str, ...]) -> None:
    device = Device(flags=flags)
    bench.add(bench.citizen(), device)

    session = bench.session(bench.sign_in(device))

    assert session.amr == amr
    assert session.acr == "urn:proffer:acr:phishing-resistant"


def test_the_options_are_the_same_for_everybody_but_for_the_challenge(bench: Bench) -> None:
    bench.add(bench.citizen(), Device())
    one, other = (json.loads(bench.passkeys.begin_sign_in(browser=name).options) for name in ("one", "other"))

    assert one.pop("challenge") != other.pop("challenge")
    assert one == other
    assert one["allowCredentials"] == []
    assert (one["rpId"], one["userVerification"]) == ("localhost", "required")


def test_an_answer_is_taken_once(bench: Bench) -> None:
    device = Device()
    bench.add(bench.citizen(), device)
    answer = device.sign(bench.passkeys.begin_sign_in(browser=BROWSER))
    arguments = {"answer": answer, "browser": BROWSER, "origin": HOME, "device_secret": no_device}
    bench.passkeys.sign_in(**arguments)  # type: ignore[arg-type]

    with pytest.raises(CeremonyGoneError):
        bench.passkeys.sign_in(**arguments)  # type: ignore[arg-type]


def test_an_answer_is_taken_from_the_browser_that_asked_within_five_minutes(bench: Bench) -> None:
    device = Device()
    bench.add(bench.citizen(), device)
    foreign = device.sign(bench.passkeys.begin_sign_in(browser="a phisher's browser"))
    late = device.sign(bench.passkeys.begin_sign_in(browser=BROWSER))
    bench.world.clock.advance(minutes=5)

    for answer in (foreign, late):
        with pytest.raises(CeremonyGoneError):
            bench.passkeys.sign_in(answer=answer, browser=BROWSER, origin=HOME, device_secret=no_device)


def test_a_refused_answer_uses_its_challenge_up(bench: Bench) -> None:
    device = Device()
    bench.add(bench.citizen(), device)
    answer = device.sign(bench.passkeys.begin_sign_in(browser=BROWSER))
    tampered = bent(answer, response__signature=b64url(b"\x30\x06\x02\x01\x01\x02\x01\x01"))

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.sign_in(answer=tampered, browser=BROWSER, origin=HOME, device_secret=no_device)
    with pytest.raises(CeremonyGoneError):
        bench.passkeys.sign_in(answer=answer, browser=BROWSER, origin=HOME, device_secret=no_device)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://phisher.example"},
        {"rp_id": "example.org"},
        {"flags": UP},
        {"flags": UV},
        {"flags": UP | UV | BE},
        {"extra": {"crossOrigin": True}},
        {"extra": {"type": "webauthn.create"}},
        {"user_handle": b"somebody else"},
        {"user_handle": b""},
        {"key": Device().key},
    ],
    ids=[
        "another site",
        "another RP ID",
        "not verified",
        "nobody present",
        "can be backed up all at once",
        "in a frame",
        "another ceremony",
        "another person's handle",
        "no handle",
        "another key",
    ],
)
def test_what_does_not_verify_signs_nobody_in(bench: Bench, change: dict[str, object]) -> None:
    amina, device = bench.citizen(), Device()
    bench.add(amina, device)

    with pytest.raises(CeremonyRefusedError):
        bench.sign_in(replace(device, **change))  # type: ignore[arg-type]

    assert len(bench.world.authentication.sessions_of(amina.account_id)) == 1


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "[" * 4000, "x" * 9000, '{"id": "A===="}'])
def test_what_is_no_answer_is_refused_and_never_a_failure(bench: Bench, credential: str) -> None:
    begun = bench.passkeys.begin_sign_in(browser=BROWSER)

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.sign_in(
            answer=Answer(begun.ceremony, credential), browser=BROWSER, origin=HOME, device_secret=no_device
        )


def test_an_unknown_passkey_and_one_of_a_suspended_account_get_the_same_refusal(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    bench.add(amina, device)
    bench.world.accounts.set_state(amina.account_id, State.SUSPENDED)

    for one in (device, Device(user_handle=b"anybody")):
        with pytest.raises(UnknownCredentialError):
            bench.sign_in(one)


def test_failing_tries_of_one_network_have_to_wait_and_no_other(bench: Bench) -> None:
    good, here = Device(), Origin(address="203.0.113.9")
    bench.add(bench.citizen(), good)
    for _ in range(5):
        with pytest.raises(UnknownCredentialError):
            bench.sign_in(Device(user_handle=b"x"), origin=here)

    with pytest.raises(SlowDownError):
        bench.sign_in(good, origin=here)
    assert bench.sign_in(good, origin=Origin(address="198.51.100.1")).session_secret
    bench.world.clock.advance(seconds=2)
    assert bench.sign_in(good, origin=here).session_secret


def test_what_is_noticed_of_backups_follows_each_sign_in(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(flags=UP | UV | BE)
    bench.add(amina, device)
    bench.world.clock.advance(minutes=3)
    device.flags |= BS
    bench.sign_in(device)

    (passkey,) = bench.passkeys.of(amina.account_id)
    assert passkey.backed_up
    assert passkey.used_at == bench.world.clock.now()


# Copies (§6.1.1)


def test_a_counter_that_rises_and_one_that_never_counts_are_fine(bench: Bench) -> None:
    amina, counting, silent = bench.citizen(), Device(count=7), Device()
    bench.add(amina, counting)
    bench.add(amina, silent)
    for _ in range(3):
        counting.count += 2
        assert bench.sign_in(counting).session_secret
        assert bench.sign_in(silent).session_secret


@pytest.mark.parametrize("count", [7, 6, 0], ids=["stands still", "falls", "is zero again"])
def test_a_counter_that_does_not_rise_is_refused_and_its_owner_told(bench: Bench, count: int) -> None:
    amina, device = bench.citizen(), Device(count=6)
    bench.add(amina, device)
    device.count = 7
    bench.sign_in(device)

    with pytest.raises(CopiedPasskeyError):
        bench.sign_in(replace(device, count=count))

    (passkey,) = bench.passkeys.of(amina.account_id)
    assert passkey.suspected_at == bench.world.clock.now()
    assert bench.world.kinds(amina.account_id)[-1] == "passkey_suspected"


def test_a_copy_that_falls_behind_does_not_lock_the_owner_out(bench: Bench) -> None:
    device = Device(count=6)
    bench.add(bench.citizen(), device)
    with pytest.raises(CopiedPasskeyError):
        bench.sign_in(replace(device, count=3))
    device.count = 7

    assert bench.sign_in(device).session_secret


def test_nobody_makes_a_passkey_look_copied_without_its_key(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(count=6)
    bench.add(amina, device)

    with pytest.raises(CeremonyRefusedError):
        bench.sign_in(replace(device, count=1, key=Device().key))

    assert bench.passkeys.of(amina.account_id)[0].suspected_at is None


def test_of_two_copies_that_count_alike_at_once_one_gets_in(shared: Bench) -> None:
    device = Device(count=5)
    amina = shared.citizen()
    shared.add(amina, device)
    device.count = 6
    begun = [shared.passkeys.begin_sign_in(browser=BROWSER) for _ in range(3)]
    answers = [device.sign(each) for each in begun]

    def sign_in(answer: Answer) -> object:
        return shared.passkeys.sign_in(answer=answer, browser=BROWSER, origin=HOME, device_secret=no_device)

    results = shared.world.parallel(*(lambda answer=answer: sign_in(answer) for answer in answers))

    assert sum(isinstance(result, CopiedPasskeyError) for result in results) == 2


def test_one_answer_sent_many_times_at_once_signs_in_once(shared: Bench) -> None:
    device = Device()
    amina = shared.citizen()
    shared.add(amina, device)
    answer = device.sign(shared.passkeys.begin_sign_in(browser=BROWSER))

    def sign_in() -> object:
        return shared.passkeys.sign_in(answer=answer, browser=BROWSER, origin=HOME, device_secret=no_device)

    results = shared.world.parallel(sign_in, sign_in, sign_in)

    assert sum(isinstance(result, CeremonyGoneError) for result in results) == 2
    assert len(shared.world.authentication.sessions_of(amina.account_id)) == 2


# In a session that began with less


def test_a_session_goes_on_with_what_a_passkey_proves(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    bench.add(amina, device)
    bench.world.clock.advance(minutes=10)

    proved = bench.passkeys.prove(amina, device.sign(bench.passkeys.begin_proof(amina)), device_secret=no_device)

    after = bench.world.session(proved.session_secret)
    assert bench.world.authentication.session(amina.secret) is None
    assert (after.sid, after.amr, after.vault_key) == (amina.sid, ("hwk", "user", "mfa"), amina.vault_key)
    assert after.auth_time == bench.world.clock.now()


def test_a_second_ceremony_makes_a_passkey_open_the_vault(bench: Bench) -> None:
    amina, device = bench.citizen(), Device(prf=PRF)
    passkey = bench.add(amina, device, with_prf=False)
    assert (passkey.has_prf, passkey.slot_id) == (True, None)

    begun = bench.passkeys.begin_proof(amina, passkey_id=passkey.id)
    proved = bench.passkeys.prove(amina, device.sign(begun), device_secret=no_device)

    assert proved.slot_added
    assert bench.session(bench.sign_in(device)).vault_key == amina.vault_key
    assert "passkey_opens_vault" in bench.world.kinds(amina.account_id)


def test_a_locked_vault_is_opened_by_a_passkey_that_can(bench: Bench) -> None:
    amina, plain, strong = bench.citizen(), Device(), Device(prf=PRF)
    bench.add(amina, plain)
    bench.add(amina, strong)
    locked = bench.session(bench.sign_in(plain))

    proved = bench.passkeys.prove(locked, strong.sign(bench.passkeys.begin_proof(locked)), device_secret=no_device)

    assert proved.vault_open
    assert bench.world.session(proved.session_secret).vault_key == amina.vault_key


def test_a_passkey_cannot_make_itself_open_a_vault_that_is_locked(bench: Bench) -> None:
    device = Device(prf=PRF)
    bench.add(bench.citizen(), device, with_prf=False)
    locked = bench.session(bench.sign_in(device))

    proved = bench.passkeys.prove(locked, device.sign(bench.passkeys.begin_proof(locked)), device_secret=no_device)

    assert not proved.slot_added
    assert not proved.vault_open


def test_somebody_elses_passkey_proves_nothing_in_this_session(bench: Bench) -> None:
    amina, noor, hers, other = bench.citizen(), bench.citizen("noor"), Device(), Device()
    bench.add(amina, hers)
    bench.add(noor, other)

    with pytest.raises(CeremonyRefusedError):
        bench.passkeys.prove(amina, other.sign(bench.passkeys.begin_proof(amina)), device_secret=no_device)
    with pytest.raises(CeremonyGoneError):
        bench.passkeys.prove(noor, other.sign(bench.passkeys.begin_proof(amina)), device_secret=no_device)
    with pytest.raises(UnknownPasskeyError):
        bench.passkeys.begin_proof(noor, passkey_id=bench.passkeys.of(amina.account_id)[0].id)


def test_only_ones_own_passkeys_are_asked_for(bench: Bench) -> None:
    amina, device = bench.citizen(), Device()
    with pytest.raises(UnknownPasskeyError):
        bench.passkeys.begin_proof(amina)
    bench.add(amina, device)

    asked = json.loads(bench.passkeys.begin_proof(amina).options)

    assert [each["id"] for each in asked["allowCredentials"]] == [b64url(device.credential_id)]
