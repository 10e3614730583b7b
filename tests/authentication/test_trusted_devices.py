"""A device that its citizen trusts: opens the vault once they have signed in, never signs in, and ends."""

import pytest

from idp.authentication.devices import MOST_TRUSTED
from idp.authentication.errors import SessionEndedError, SignInRefusedError
from idp.vault.values import SlotKind
from tests.authentication.world import HOME, LOGIN, PASSWORD, World


def locked(world: World, account_id: str) -> str:
    """A session that its way in left without the vault key; gives its secret."""
    signed = world.authentication.admit(account_id, None, amr=("hwk",), method="passkey", origin=HOME)
    return signed.session_secret


def test_it_opens_the_vault_of_its_citizen(world: World) -> None:
    amina = world.citizen()
    secret = world.authentication.trust(world.session(amina.session_secret))
    session = world.session(locked(world, amina.account_id))

    after = world.session(world.authentication.open_vault_as_device(session, secret=secret))

    assert after.vault_key == world.key(amina.session_secret)
    assert (after.auth_time, after.amr, after.acr) == (session.auth_time, session.amr, session.acr)
    assert world.kinds(amina.account_id)[-1] == "vault_opened"


def test_it_is_one_citizens_only(world: World) -> None:
    amina, noor = world.citizen(), world.citizen("noor")
    secret = world.authentication.trust(world.session(amina.session_secret))
    session = world.session(locked(world, noor.account_id))

    with pytest.raises(SignInRefusedError):
        world.authentication.open_vault_as_device(session, secret=secret)


def test_it_is_no_way_that_counts(world: World) -> None:
    signed = world.authentication.sign_up(login=LOGIN, password=PASSWORD, origin=HOME)
    world.authentication.trust(world.session(signed.session_secret))

    assert not world.vault.ready(signed.account_id)


def test_a_year_without_use_ends_it(world: World) -> None:
    amina = world.citizen()
    secret = world.authentication.trust(world.session(amina.session_secret))
    world.clock.advance(days=364)
    assert world.vault.open_as_device(amina.account_id, secret) is not None
    world.clock.advance(days=364)
    assert world.vault.device(amina.account_id, secret) is not None
    assert world.vault.purge_devices(10) == 0
    world.clock.advance(days=1)

    assert world.vault.open_as_device(amina.account_id, secret) is None
    assert world.vault.purge_devices(10) == 1
    assert world.authentication.trusted_devices(amina.account_id) == ()


def test_trusting_it_again_replaces_what_it_had(world: World) -> None:
    amina = world.citizen()
    session = world.session(amina.session_secret)
    first = world.authentication.trust(session)
    second = world.authentication.trust(session, before=first)

    assert world.vault.device(amina.account_id, first) is None
    assert world.vault.device(amina.account_id, second) is not None
    assert len(world.authentication.trusted_devices(amina.account_id)) == 1


def test_one_too_many_takes_the_place_of_the_one_that_was_not_used_for_longest(world: World) -> None:
    amina = world.citizen()
    session = world.session(amina.session_secret)
    secrets = []
    for _ in range(MOST_TRUSTED):
        secrets.append(world.authentication.trust(session))
        world.clock.advance(seconds=1)
    world.vault.open_as_device(amina.account_id, secrets[0])
    secrets.append(world.authentication.trust(session))

    opens = [world.vault.device(amina.account_id, secret) is not None for secret in secrets]
    assert opens == [True, False, *[True] * (MOST_TRUSTED - 1)]


def test_a_forgotten_one_opens_nothing(world: World) -> None:
    amina = world.citizen()
    session = world.session(amina.session_secret)
    secret = world.authentication.trust(session)
    world.authentication.forget_trusted(session)

    assert world.vault.device(amina.account_id, secret) is None


def test_recovering_forgets_every_one(world: World) -> None:
    amina = world.citizen()
    world.authentication.trust(world.session(amina.session_secret))
    world.authentication.recover(login=LOGIN, code=amina.recovery_code, new_password="eleven quiet herons", origin=HOME)

    assert world.authentication.trusted_devices(amina.account_id) == ()


def test_who_has_no_open_vault_or_no_session_trusts_nothing(world: World) -> None:
    amina = world.citizen()
    shut = world.session(locked(world, amina.account_id))
    with pytest.raises(SessionEndedError):
        world.authentication.trust(shut)
    session = world.session(amina.session_secret)
    world.authentication.sign_out(amina.session_secret)
    with pytest.raises(SessionEndedError):
        world.authentication.trust(session)


@pytest.mark.parametrize("secret", [None, "", "nonsense"])
def test_what_is_no_secret_opens_nothing(world: World, secret: str | None) -> None:
    amina = world.citizen()

    assert world.vault.device(amina.account_id, secret) is None


def test_the_last_slot_opens_the_vault_when_all_others_are_gone_and_none_when_it_is(world: World) -> None:
    amina = world.citizen()
    secret = world.authentication.trust(world.session(amina.session_secret))
    key = world.key(amina.session_secret)
    for slot in world.vault.slots(amina.account_id):
        if slot.kind != SlotKind.DEVICE:
            world.vault.remove_slot(amina.account_id, slot.id)

    opened = world.vault.open_as_device(amina.account_id, secret)
    assert opened is not None
    assert world.vault.read(amina.account_id, opened.key).login == LOGIN
    assert opened.key == key

    world.vault.remove_slot(amina.account_id, opened.slot.id)
    assert world.vault.open_as_device(amina.account_id, secret) is None
    account = world.accounts.find(LOGIN)
    assert account is not None
    assert account.active
    signed = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)
    assert not signed.vault_open


def test_opening_by_password_or_code_leaves_the_sign_in_as_it_was(world: World) -> None:
    amina = world.citizen()
    for opening in ("password", "code"):
        session = world.session(locked(world, amina.account_id))
        world.clock.advance(minutes=2)
        if opening == "password":
            secret = world.authentication.open_vault_by_password(session, password=PASSWORD)
        else:
            secret = world.authentication.open_vault_by_recovery_code(session, code=amina.recovery_code)

        after = world.session(secret)
        assert after.vault_key is not None
        assert (after.sid, after.auth_time, after.amr) == (session.sid, session.auth_time, ("hwk",))
        assert world.authentication.session(session.secret) is None


def test_no_device_is_trusted_while_the_account_is_locked(world: World) -> None:
    amina = world.citizen()
    open_before = world.session(amina.session_secret)
    world.accounts.set_repair(amina.account_id, world.clock.now())

    for session in (open_before, world.session(amina.session_secret)):
        with pytest.raises(SessionEndedError):
            world.authentication.trust(session)

    assert world.authentication.trusted_devices(amina.account_id) == ()


def test_a_password_makes_no_session_that_began_with_a_key_fresh(world: World) -> None:
    amina = world.citizen()
    began = world.authentication.admit(
        amina.account_id, world.key(amina.session_secret), amr=("hwk",), method="passkey", origin=HOME
    )
    session = world.session(began.session_secret)
    world.clock.advance(minutes=20)

    after = world.session(world.authentication.wrap_under(session, password=PASSWORD))

    assert (after.auth_time, after.amr) == (session.auth_time, ("hwk",))
