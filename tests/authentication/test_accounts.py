"""Signing up, changing the password, the recovery code, and citizens brought in by the operator."""

import pytest

from idp.accounts.errors import InvalidLoginError, LoginTakenError
from idp.accounts.values import State
from idp.authentication.errors import (
    PasswordRefusedError,
    RecoveryCodeMismatchError,
    SessionEndedError,
    SignInRefusedError,
    SlowDownError,
)
from idp.authentication.passwords import Passwords, Prepared
from idp.authentication.slow_down import BROWSER_ALLOWANCE, NETWORK_ALLOWANCE
from idp.authentication.values import Origin
from idp.claims.errors import InvalidDetailError
from idp.crypto.secrets import recovery_code
from idp.vault.errors import VaultNotReadyError
from idp.vault.values import NewDetail
from tests.authentication.world import HOME, LOGIN, PASSWORD, World

NEW_PASSWORD = "nine umbrellas under Southtown"
OWNERS_PASSWORD = "four kettles above Westtown"


def can_sign_in(world: World, password: str) -> bool:
    try:
        world.authentication.sign_in(login=LOGIN, password=password, origin=Origin(address="100.64.1.1"))
    except SignInRefusedError:
        return False
    return True


def test_signing_up_signs_in_and_shows_the_recovery_code_once(world: World) -> None:
    signed_up = world.authentication.sign_up(login=LOGIN, password=PASSWORD, origin=HOME, locale="fr")

    session = world.session(signed_up.session_secret)
    assert (session.sid, session.account_id, session.locale) == (signed_up.sid, signed_up.account_id, "fr")
    assert len(signed_up.recovery_code) == 34
    document = world.vault.read(signed_up.account_id, world.key(signed_up.session_secret))
    assert document.login == LOGIN
    assert world.kinds(signed_up.account_id) == ["signed_up"]


def test_a_taken_name_a_bad_name_and_a_weak_password_make_no_account(world: World) -> None:
    world.citizen()

    with pytest.raises(LoginTakenError):
        world.authentication.sign_up(login=LOGIN.upper(), password=PASSWORD, origin=HOME)
    with pytest.raises(InvalidLoginError):
        world.authentication.sign_up(login="a b", password=PASSWORD, origin=HOME)
    with pytest.raises(PasswordRefusedError):
        world.authentication.sign_up(login="bilal", password="password1234", origin=HOME)
    assert world.accounts.find("bilal") is None


def test_two_sign_ups_for_one_name_make_one_account(shared: World) -> None:
    def job() -> object:
        return shared.authentication.sign_up(login=LOGIN, password=PASSWORD, origin=HOME)

    results = shared.parallel(job, job)

    assert sorted(type(result).__name__ for result in results) == ["LoginTakenError", "SignUp"]


def test_the_vault_takes_details_once_the_recovery_code_is_confirmed(world: World) -> None:
    signed_up = world.authentication.sign_up(login=LOGIN, password=PASSWORD, origin=HOME)
    key, detail = world.key(signed_up.session_secret), NewDetail("given_name", "Amina")

    with pytest.raises(VaultNotReadyError):
        world.vault.add(signed_up.account_id, key, detail)
    for wrong in ("", "nonsense", recovery_code()):
        with pytest.raises(RecoveryCodeMismatchError):
            world.authentication.confirm_recovery_code(signed_up.account_id, wrong)
    world.authentication.confirm_recovery_code(signed_up.account_id, signed_up.recovery_code.lower().replace("-", " "))

    assert world.vault.add(signed_up.account_id, key, detail).attributes[0].value == "Amina"
    assert world.kinds(signed_up.account_id) == ["signed_up", "recovery_code_confirmed", "detail_added"]


def test_a_renewed_code_replaces_the_old_one_only_when_it_is_confirmed(world: World) -> None:
    signed_up = world.citizen()
    session = world.session(signed_up.session_secret)
    forgotten = world.authentication.renew_recovery_code(session)
    renewed = world.authentication.renew_recovery_code(session)

    with pytest.raises(RecoveryCodeMismatchError):
        world.authentication.confirm_recovery_code(signed_up.account_id, signed_up.recovery_code)
    with pytest.raises(RecoveryCodeMismatchError):
        world.authentication.confirm_recovery_code(signed_up.account_id, forgotten)
    assert world.vault.ready(signed_up.account_id)

    world.authentication.confirm_recovery_code(signed_up.account_id, renewed)
    world.authentication.confirm_recovery_code(signed_up.account_id, renewed)

    with pytest.raises(SignInRefusedError):
        world.authentication.recover(login=LOGIN, code=signed_up.recovery_code, new_password=NEW_PASSWORD, origin=HOME)
    assert world.vault.ready(signed_up.account_id)


def test_changing_the_password_ends_a_code_that_was_never_confirmed(world: World) -> None:
    """Whoever had the account open for a moment must not keep a way back in."""
    signed_up = world.citizen()
    session = world.session(signed_up.session_secret)
    unconfirmed = world.authentication.renew_recovery_code(session)

    world.authentication.change_password(session, current=PASSWORD, new=NEW_PASSWORD)

    with pytest.raises(SignInRefusedError):
        world.authentication.recover(login=LOGIN, code=unconfirmed, new_password=PASSWORD, origin=HOME)
    recovered = world.authentication.recover(
        login=LOGIN, code=signed_up.recovery_code, new_password=PASSWORD + " again", origin=HOME
    )
    assert recovered.account_id == signed_up.account_id


def test_changing_the_password_keeps_the_only_code_there_is(world: World) -> None:
    signed_up = world.authentication.sign_up(login=LOGIN, password=PASSWORD, origin=HOME)
    session = world.session(signed_up.session_secret)

    world.authentication.change_password(session, current=PASSWORD, new=NEW_PASSWORD)

    recovered = world.authentication.recover(
        login=LOGIN, code=signed_up.recovery_code, new_password=PASSWORD + " again", origin=HOME
    )
    assert recovered.account_id == signed_up.account_id


def test_a_session_that_has_ended_gets_no_new_code(world: World) -> None:
    """Whoever was thrown out a moment ago must not leave with a way back in."""
    session = world.session(world.citizen().session_secret)
    world.authentication.end_session(session.account_id, session.sid)

    with pytest.raises(SessionEndedError):
        world.authentication.renew_recovery_code(session)


def test_recovery_sets_a_password_opens_the_vault_and_ends_every_session(world: World) -> None:
    signed_up = world.citizen()
    key = world.key(signed_up.session_secret)
    world.vault.add(signed_up.account_id, key, NewDetail("given_name", "Amina"))

    recovered = world.authentication.recover(
        login=LOGIN, code=signed_up.recovery_code, new_password=NEW_PASSWORD, origin=HOME
    )

    assert world.authentication.session(signed_up.session_secret) is None
    document = world.vault.read(recovered.account_id, world.key(recovered.session_secret))
    assert document.attributes[0].value == "Amina"
    assert recovered.recovery_code != signed_up.recovery_code
    assert world.kinds(recovered.account_id)[-1] == "recovered"
    assert not can_sign_in(world, PASSWORD)
    assert can_sign_in(world, NEW_PASSWORD)
    world.authentication.confirm_recovery_code(recovered.account_id, recovered.recovery_code)


def test_a_code_never_confirmed_is_confirmed_by_using_it(world: World) -> None:
    signed_up = world.authentication.sign_up(login=LOGIN, password=PASSWORD, origin=HOME)

    world.authentication.recover(login=LOGIN, code=signed_up.recovery_code, new_password=NEW_PASSWORD, origin=HOME)

    assert world.vault.ready(signed_up.account_id)


def test_recovery_says_not_whether_name_or_code_is_wrong_and_slows_down(world: World) -> None:
    signed_up = world.citizen()

    def attempt(login: str, code: str) -> type[Exception] | None:
        try:
            world.authentication.recover(login=login, code=code, new_password=NEW_PASSWORD, origin=HOME)
        except (SignInRefusedError, SlowDownError, RecoveryCodeMismatchError) as error:
            return type(error)
        return None

    assert attempt(LOGIN, "a slip of the pen") is RecoveryCodeMismatchError
    assert attempt("nobody", signed_up.recovery_code) is SignInRefusedError
    answers = [attempt(LOGIN, recovery_code()) for _ in range(NETWORK_ALLOWANCE + 1)]
    assert answers == [SignInRefusedError] * NETWORK_ALLOWANCE + [SlowDownError]

    world.clock.advance(minutes=5)
    world.accounts.set_state(signed_up.account_id, State.SUSPENDED)
    assert attempt(LOGIN, signed_up.recovery_code) is SignInRefusedError


def test_a_weak_new_password_does_not_count_as_a_try(world: World) -> None:
    code = world.citizen().recovery_code
    for _ in range(NETWORK_ALLOWANCE + 1):
        with pytest.raises(PasswordRefusedError):
            world.authentication.recover(login=LOGIN, code=code, new_password="password1234", origin=HOME)

    recovered = world.authentication.recover(login=LOGIN, code=code, new_password=NEW_PASSWORD, origin=HOME)
    assert world.authentication.session(recovered.session_secret) is not None


def test_changing_the_password_keeps_the_vault_and_ends_other_sessions(world: World) -> None:
    signed_up = world.citizen()
    other = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)
    session = world.session(signed_up.session_secret)

    world.authentication.change_password(session, current=PASSWORD, new=NEW_PASSWORD)

    assert world.key(signed_up.session_secret) == session.vault_key
    assert world.authentication.session(other.session_secret) is None
    assert world.kinds(signed_up.account_id)[-1] == "password_changed"
    assert not can_sign_in(world, PASSWORD)
    assert can_sign_in(world, NEW_PASSWORD)


def test_signing_in_while_the_password_changes_opens_the_vault_or_is_refused(shared: World) -> None:
    session = shared.session(shared.citizen().session_secret)

    def change() -> None:
        shared.authentication.change_password(session, current=PASSWORD, new=NEW_PASSWORD)

    def sign_in() -> object:
        signed_in = shared.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)
        found = shared.authentication.session(signed_in.session_secret)
        return found is None or found.vault_key == session.vault_key

    changed, *signed_in = shared.parallel(change, sign_in, sign_in)

    assert changed is None
    assert all(result is True or isinstance(result, SignInRefusedError) for result in signed_in)


def test_a_password_change_that_was_overtaken_by_a_recovery_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is thrown out by a recovery must not win because their request began before it."""
    signed_up = world.citizen()
    thief = world.session(signed_up.session_secret)
    prepare = Passwords.prepare

    def overtaken(passwords: Passwords, password: str) -> Prepared:
        if password == NEW_PASSWORD:
            world.authentication.recover(
                login=LOGIN, code=signed_up.recovery_code, new_password=OWNERS_PASSWORD, origin=HOME
            )
        return prepare(passwords, password)

    monkeypatch.setattr(Passwords, "prepare", overtaken)

    with pytest.raises(SignInRefusedError):
        world.authentication.change_password(thief, current=PASSWORD, new=NEW_PASSWORD)

    assert can_sign_in(world, OWNERS_PASSWORD)
    assert not can_sign_in(world, NEW_PASSWORD)
    assert world.kinds(signed_up.account_id).count("password_changed") == 0


def test_a_password_change_ends_with_its_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_up = world.citizen()
    thief = world.session(signed_up.session_secret)
    prepare = Passwords.prepare

    def signed_out_meanwhile(passwords: Passwords, password: str) -> Prepared:
        world.authentication.end_session(thief.account_id, thief.sid)
        return prepare(passwords, password)

    monkeypatch.setattr(Passwords, "prepare", signed_out_meanwhile)

    with pytest.raises(SessionEndedError):
        world.authentication.change_password(thief, current=PASSWORD, new=NEW_PASSWORD)

    assert can_sign_in(world, PASSWORD)


def test_a_password_is_changed_only_by_who_knows_it_and_to_a_better_one(world: World) -> None:
    session = world.session(world.citizen().session_secret)

    with pytest.raises(PasswordRefusedError):
        world.authentication.change_password(session, current=PASSWORD, new=LOGIN)
    for _ in range(BROWSER_ALLOWANCE):
        with pytest.raises(SignInRefusedError):
            world.authentication.change_password(session, current="wrong", new=NEW_PASSWORD)
    with pytest.raises(SlowDownError):
        world.authentication.change_password(session, current=PASSWORD, new=NEW_PASSWORD)

    assert can_sign_in(world, PASSWORD)


def test_strength_is_measured_against_the_sign_in_name(world: World) -> None:
    assert world.authentication.strength(PASSWORD, login=LOGIN).accepted
    assert not world.authentication.strength("amina@example.org", login=LOGIN).accepted


def test_an_imported_citizen_can_sign_in_and_has_their_details(world: World) -> None:
    imported = world.authentication.import_citizen(
        login=LOGIN,
        password=PASSWORD,
        details={
            "given_name": "Amina",
            "email": ["amina@example.org", "a@work.example"],
            "nationalities": ["EG", "GB"],
            "address": {"street_address": "1 Hill St", "country": "GB"},
        },
    )

    signed_in = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)
    document = world.vault.read(signed_in.account_id, world.key(signed_in.session_secret))
    assert imported.created
    assert imported.account_id == signed_in.account_id
    assert imported.recovery_code is not None
    assert [attribute.claim for attribute in document.attributes] == [
        "given_name",
        "email",
        "email",
        "nationalities",
        "address",
    ]
    assert world.kinds(signed_in.account_id)[:2] == ["signed_up", "detail_added"]


def test_an_import_leaves_who_exists_alone_and_can_be_repeated(world: World) -> None:
    code = recovery_code()
    first = world.authentication.import_citizen(
        login=LOGIN, password=PASSWORD, details={}, recovery_code_text=code, locale="ar"
    )

    again = world.authentication.import_citizen(login=LOGIN, password=NEW_PASSWORD, details={"given_name": "X"})

    assert (first.created, first.recovery_code) == (True, code)
    assert (again.created, again.account_id, again.recovery_code) == (False, None, None)
    assert can_sign_in(world, PASSWORD)
    recovered = world.authentication.recover(login=LOGIN, code=code, new_password=NEW_PASSWORD, origin=HOME)
    assert world.authentication.session(recovered.session_secret) is not None


def test_an_import_with_a_fault_makes_nothing(world: World) -> None:
    with pytest.raises(InvalidDetailError):
        world.authentication.import_citizen(login=LOGIN, password=PASSWORD, details={"email": "nonsense"})
    with pytest.raises(ValueError, match="not a recovery code"):
        world.authentication.import_citizen(login=LOGIN, password=PASSWORD, details={}, recovery_code_text="123")

    assert world.accounts.find(LOGIN) is None
