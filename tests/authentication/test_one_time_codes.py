"""The second factor: codes of an authenticator application. RFC 6238."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.authentication.errors import (
    CodeAppError,
    CodeNeededError,
    CodeRefusedError,
    SessionEndedError,
    SignInRefusedError,
    SlowDownError,
    StartAgainError,
)
from idp.authentication.models import HalfSignInRow, OneTimeCodeRow
from idp.authentication.values import Origin, SignedIn, SignUp
from tests.authentication.world import HOME, LOGIN, PASSWORD, World
from tests.authenticator import shown

ELSEWHERE = Origin(address="198.51.100.7")


def code_at(world: World, secret: bytes, *, later: int = 0) -> str:
    """What the citizen's application shows now, or some seconds from now."""
    return shown(secret, world.clock.now(), later=later)


class Enrolled:
    """A citizen whose application is set up, and what it shows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.signed_up: SignUp = world.citizen()
        session = world.session(self.signed_up.session_secret)
        world.authentication.begin_code_app(session)
        app = world.authentication.code_app(session)
        assert app is not None
        self.secret = app.secret
        self.session_secret = world.authentication.confirm_code_app(session, self.code())
        world.clock.advance(minutes=1)

    def code(self, *, later: int = 0) -> str:
        return code_at(self.world, self.secret, later=later)

    def half(self, *, origin: Origin = ELSEWHERE) -> str:
        """Give the password; what the browser's cookie holds then."""
        with pytest.raises(CodeNeededError) as needed:
            self.world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=origin)
        return needed.value.half_secret

    def finish(self, half: str, code: str, *, origin: Origin = ELSEWHERE) -> SignedIn:
        return self.world.authentication.finish_sign_in(half_secret=half, code=code, origin=origin)


@pytest.fixture
def enrolled(world: World) -> Enrolled:
    return Enrolled(world)


def test_an_application_counts_only_after_its_first_code(world: World) -> None:
    signed_up = world.citizen()
    session = world.session(signed_up.session_secret)
    world.authentication.begin_code_app(session)

    assert not world.authentication.has_code_app(signed_up.account_id)
    with pytest.raises(CodeRefusedError):
        world.authentication.confirm_code_app(session, "000000x")
    world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)


def test_what_was_never_confirmed_is_replaced_and_what_was_is_not(world: World) -> None:
    session = world.session(world.citizen().session_secret)
    world.authentication.begin_code_app(session)
    first = world.authentication.code_app(session)
    world.authentication.begin_code_app(session)
    second = world.authentication.code_app(session)
    assert first is not None
    assert second is not None
    assert first.secret != second.secret

    with pytest.raises(CodeRefusedError):
        world.authentication.confirm_code_app(session, code_at(world, first.secret))
    renewed = world.session(world.authentication.confirm_code_app(session, code_at(world, second.secret)))
    with pytest.raises(CodeAppError):
        world.authentication.begin_code_app(renewed)


def test_what_somebody_else_began_in_the_account_is_never_shown_to_its_owner(world: World) -> None:
    """Whoever had the account open for a moment noted the secret, which its owner must not take for their own."""
    authentication = world.authentication
    owner = world.session(world.citizen().session_secret)
    intruder = world.session(authentication.sign_in(login=LOGIN, password=PASSWORD, origin=ELSEWHERE).session_secret)
    authentication.begin_code_app(intruder)
    noted = authentication.code_app(intruder)
    assert noted is not None

    assert authentication.code_app(owner) is None
    with pytest.raises(CodeAppError):
        authentication.confirm_code_app(owner, code_at(world, noted.secret))
    authentication.begin_code_app(owner)
    with pytest.raises(CodeAppError):
        authentication.confirm_code_app(intruder, code_at(world, noted.secret))


def test_what_was_begun_before_a_new_sign_in_in_the_same_browser_is_not_shown_either(world: World) -> None:
    secret = world.citizen().session_secret
    world.authentication.begin_code_app(world.session(secret))
    world.clock.advance(minutes=11)
    again = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME, previous_session=secret)

    assert world.authentication.code_app(world.session(again.session_secret)) is None


def test_setting_up_proves_both_factors_in_a_session_with_a_new_secret(enrolled: Enrolled) -> None:
    old, new = enrolled.signed_up.session_secret, enrolled.session_secret

    session = enrolled.world.session(new)

    assert enrolled.world.authentication.session(old) is None
    assert session.sid == enrolled.signed_up.sid
    assert session.amr == ("pwd", "otp", "mfa")
    assert session.acr == "urn:proffer:acr:second-factor"
    assert session.vault_key is not None
    assert "second_factor_added" in enrolled.world.kinds(session.account_id)


def test_the_password_alone_gives_no_session_and_opens_nothing(enrolled: Enrolled) -> None:
    half = enrolled.half()

    assert enrolled.world.authentication.session(half) is None
    with enrolled.world.db.reading() as connection:
        row = connection.execute(select(HalfSignInRow.wrapped_vault_key, HalfSignInRow.digest)).one()
    key = enrolled.world.key(enrolled.session_secret).secret
    assert key not in row.wrapped_vault_key
    assert half.encode() not in row.wrapped_vault_key + row.digest


def test_the_password_and_the_code_sign_in(enrolled: Enrolled) -> None:
    signed = enrolled.finish(enrolled.half(), enrolled.code())

    session = enrolled.world.session(signed.session_secret)
    assert session.amr == ("pwd", "otp", "mfa")
    assert session.vault_key is not None
    assert enrolled.world.kinds(session.account_id)[-1] == "signed_in"


def test_a_code_is_accepted_once_even_within_its_time_rfc_6238_5_2(enrolled: Enrolled) -> None:
    code = enrolled.code()
    enrolled.finish(enrolled.half(), code)

    with pytest.raises(CodeRefusedError):
        enrolled.finish(enrolled.half(), code)


def test_a_step_before_one_that_was_accepted_is_refused(enrolled: Enrolled) -> None:
    before, now = enrolled.code(later=-30), enrolled.code()
    enrolled.finish(enrolled.half(), now)

    with pytest.raises(CodeRefusedError):
        enrolled.finish(enrolled.half(), before)


def test_the_code_that_set_the_application_up_signs_nobody_in(world: World) -> None:
    enrolled = Enrolled(world)
    world.clock.advance(minutes=-1)

    with pytest.raises(CodeRefusedError):
        enrolled.finish(enrolled.half(), enrolled.code())


def test_one_of_two_simultaneous_uses_of_a_code_gets_in(shared: World) -> None:
    enrolled = Enrolled(shared)
    halves, code = [enrolled.half() for _ in range(2)], enrolled.code()

    def use(half: str) -> Callable[[], object]:
        return lambda: enrolled.finish(half, code)

    outcomes = shared.parallel(*(use(half) for half in halves))

    assert sorted(type(one).__name__ for one in outcomes) == ["CodeRefusedError", "SignedIn"]


def test_a_right_password_is_good_for_five_minutes(enrolled: Enrolled) -> None:
    half = enrolled.half()
    enrolled.world.clock.advance(minutes=5, seconds=1)

    assert not enrolled.world.authentication.is_half_signed_in(half)
    with pytest.raises(StartAgainError):
        enrolled.finish(half, enrolled.code())


def test_a_right_password_is_good_for_five_codes(enrolled: Enrolled) -> None:
    half = enrolled.half(origin=HOME)
    for _ in range(5):
        with pytest.raises((CodeRefusedError, SlowDownError)):
            enrolled.finish(half, "000000", origin=HOME)
    enrolled.world.clock.advance(minutes=4)

    with pytest.raises((StartAgainError, SlowDownError)):
        enrolled.finish(half, enrolled.code(), origin=HOME)


def test_it_is_good_once(enrolled: Enrolled) -> None:
    half = enrolled.half()
    enrolled.finish(half, enrolled.code())
    enrolled.world.clock.advance(minutes=1)

    with pytest.raises(StartAgainError):
        enrolled.finish(half, enrolled.code())


def test_it_ends_with_the_password_that_was_given(enrolled: Enrolled) -> None:
    half = enrolled.half()
    session = enrolled.world.session(enrolled.session_secret)
    enrolled.world.authentication.change_password(session, current=PASSWORD, new="violet anchor teapot river")

    with pytest.raises(StartAgainError):
        enrolled.finish(half, enrolled.code())


def test_guessing_codes_is_slowed_down_from_all_networks_together(enrolled: Enrolled) -> None:
    refused = 0
    for network in range(40):
        origin = Origin(address=f"203.0.{network}.1")
        try:
            enrolled.finish(enrolled.half(origin=origin), "000000", origin=origin)
        except CodeRefusedError:
            refused += 1
        except SlowDownError:
            pass

    assert refused <= 5


def test_a_guesser_does_not_hold_up_the_owner_in_their_own_browser(enrolled: Enrolled) -> None:
    for network in range(10):
        origin = Origin(address=f"203.0.{network}.1")
        with pytest.raises((CodeRefusedError, SlowDownError)):
            enrolled.finish(enrolled.half(origin=origin), "000000", origin=origin)
    known = Origin(address="192.0.2.10", browser_token=enrolled.signed_up.browser_token)

    assert enrolled.finish(enrolled.half(origin=known), enrolled.code(), origin=known).session_secret


def test_a_wrong_code_is_a_row_that_the_owner_sees(enrolled: Enrolled) -> None:
    with pytest.raises(CodeRefusedError):
        enrolled.finish(enrolled.half(), "000000")

    assert enrolled.world.kinds(enrolled.signed_up.account_id)[-1] == "sign_in_refused"


def test_the_secret_is_sealed_under_the_vault_key(enrolled: Enrolled) -> None:
    with enrolled.world.db.reading() as connection:
        sealed = connection.execute(select(OneTimeCodeRow.sealed_secret)).scalar_one()

    assert enrolled.secret not in sealed


def test_removing_it_takes_the_password(enrolled: Enrolled) -> None:
    world, session = enrolled.world, enrolled.world.session(enrolled.session_secret)
    with pytest.raises(SignInRefusedError):
        world.authentication.remove_code_app(session, password="not the password")

    world.authentication.remove_code_app(session, password=PASSWORD)

    assert not world.authentication.has_code_app(session.account_id)
    assert world.kinds(session.account_id)[-1] == "second_factor_removed"
    signed = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)
    assert world.session(signed.session_secret).amr == ("pwd",)


def test_the_recovery_code_stays_a_way_in_and_says_so_in_amr(enrolled: Enrolled) -> None:
    world = enrolled.world
    recovered = world.authentication.recover(
        login=LOGIN,
        code=enrolled.signed_up.recovery_code,
        new_password="violet anchor teapot river",
        origin=ELSEWHERE,
    )

    session = world.session(recovered.session_secret)
    assert session.amr == ("pwd",)
    assert session.acr == "urn:proffer:acr:password"
    # The application stays: forgetting a password is no reason to be less protected.
    assert world.authentication.has_code_app(session.account_id)


def test_a_session_that_began_with_less_steps_up_under_a_new_secret(enrolled: Enrolled) -> None:
    world = enrolled.world
    recovered = world.authentication.recover(
        login=LOGIN, code=enrolled.signed_up.recovery_code, new_password="violet anchor teapot river", origin=ELSEWHERE
    )
    before = world.session(recovered.session_secret)
    world.clock.advance(minutes=2)
    with pytest.raises(CodeRefusedError):
        world.authentication.step_up(before, "000000")
    assert world.kinds(before.account_id)[-1] == "sign_in_refused"

    after = world.session(world.authentication.step_up(before, enrolled.code()))

    assert after.sid == before.sid
    assert after.auth_time == before.auth_time + timedelta(minutes=2)
    assert after.amr == ("pwd", "otp", "mfa")
    assert after.expires_at == before.expires_at
    assert after.vault_key == before.vault_key
    assert world.authentication.session(recovered.session_secret) is None
    with pytest.raises(SessionEndedError):
        world.authentication.step_up(before, enrolled.code(later=30))


def test_what_is_over_is_purged(enrolled: Enrolled) -> None:
    enrolled.half()
    enrolled.world.clock.advance(minutes=6)

    enrolled.world.authentication.purge(enrolled.world.clock.now(), 100)

    with enrolled.world.db.reading() as connection:
        assert connection.execute(select(HalfSignInRow.digest)).all() == []
