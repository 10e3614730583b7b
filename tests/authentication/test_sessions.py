from dataclasses import replace

import pytest
from sqlalchemy import event

from idp.accounts.values import State
from idp.authentication.errors import SignInRefusedError
from idp.authentication.policy import browser_family
from tests.authentication.world import HOME, LOGIN, PASSWORD, World


def test_a_session_rests_too_long_and_is_over(world: World) -> None:
    secret = world.citizen().session_secret

    world.clock.advance(seconds=1799)
    assert world.authentication.session(secret) is not None
    world.clock.advance(seconds=1799)
    assert world.authentication.session(secret) is not None
    world.clock.advance(seconds=1800)
    assert world.authentication.session(secret) is None


def test_a_session_in_use_ends_at_its_absolute_end(world: World) -> None:
    signed_up = world.citizen()
    for _ in range(24):
        assert world.authentication.session(signed_up.session_secret) is not None
        world.clock.advance(seconds=1790)
    assert world.authentication.session(signed_up.session_secret) is not None

    world.clock.advance(seconds=43200 - 24 * 1790)

    assert world.authentication.session(signed_up.session_secret) is None
    assert world.authentication.sessions_of(signed_up.account_id) == ()


def test_a_session_is_one_statement_and_slides_at_most_once_a_minute(world: World) -> None:
    secret = world.citizen().session_secret
    statements: list[str] = []
    event.listen(world.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    world.clock.advance(seconds=59)
    session = world.authentication.session(secret)
    assert session is not None
    assert session.vault_key is not None
    assert len(statements) == 1

    world.clock.advance(seconds=1)
    world.authentication.session(secret)
    world.authentication.session(secret)
    assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT", "UPDATE", "SELECT"]


def test_what_is_no_session_is_none(world: World) -> None:
    assert world.authentication.session(None) is None
    assert world.authentication.session("") is None
    assert world.authentication.session("made up \ud800") is None


def test_a_suspended_account_has_no_sessions(world: World) -> None:
    signed_up = world.citizen()

    world.accounts.set_state(signed_up.account_id, State.SUSPENDED)

    assert world.authentication.session(signed_up.session_secret) is None


def test_signing_out_ends_this_session_and_no_other(world: World) -> None:
    signed_up = world.citizen()
    other = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)

    world.authentication.sign_out(signed_up.session_secret)
    world.authentication.sign_out(signed_up.session_secret)
    world.authentication.sign_out(None)

    assert world.authentication.session(signed_up.session_secret) is None
    assert world.authentication.session(other.session_secret) is not None
    assert world.kinds(signed_up.account_id).count("signed_out") == 1


def test_a_citizen_sees_and_ends_their_sessions_and_nobody_elses(world: World) -> None:
    signed_up = world.citizen()
    world.clock.advance(minutes=5)
    other = world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME)
    stranger = world.citizen("stranger", "nine umbrellas under Southtown")

    listed = world.authentication.sessions_of(signed_up.account_id)

    assert [session.sid for session in listed] == [other.sid, signed_up.sid]
    assert (listed[0].browser, listed[0].system) == ("Firefox", "Linux")
    assert not world.authentication.end_session(stranger.account_id, other.sid)
    assert world.authentication.end_session(signed_up.account_id, other.sid)
    assert world.authentication.session(other.session_secret) is None


def test_a_vault_key_moved_to_another_session_does_not_open(world: World) -> None:
    first = world.session(world.citizen().session_secret)
    second = world.session(world.authentication.sign_in(login=LOGIN, password=PASSWORD, origin=HOME).session_secret)

    mixed = replace(second, wrapped_vault_key=first.wrapped_vault_key)
    without = replace(second, wrapped_vault_key=None)

    assert second.vault_key == first.vault_key is not None
    assert mixed.vault_key is None
    assert without.vault_key is None


def test_only_the_family_of_a_browser_is_kept() -> None:
    chrome = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Safari/537.36"
    )

    assert browser_family(chrome) == "Chrome on Windows"
    assert browser_family(chrome + " Edg/141.0") == "Edge on Windows"
    assert browser_family("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1") == (
        "Safari on iPhone"
    )
    assert browser_family("curl/8.5.0") == ""
    assert browser_family("<script>Linux") == "Linux"


def test_a_citizen_whom_another_room_knows_is_let_in_as_the_ledger_says(world: World) -> None:
    citizen = world.citizen()
    arrived = world.authentication.admit(
        citizen.account_id, world.key(citizen.session_secret), amr=("hwk",), method="passkey", origin=HOME
    )

    session = world.session(arrived.session_secret)
    assert session.acr == "urn:proffer:acr:phishing-resistant"
    assert session.vault_key == world.key(citizen.session_secret)
    assert world.activity.page(citizen.account_id).rows[0].facts == {
        "browser": "Firefox on Linux",
        "method": "passkey",
    }


def test_a_citizen_who_is_kept_out_is_not_let_in_by_another_room(world: World) -> None:
    citizen = world.citizen()
    world.accounts.set_state(citizen.account_id, State.SUSPENDED)

    with pytest.raises(SignInRefusedError):
        world.authentication.admit(citizen.account_id, None, amr=("hwk",), method="passkey", origin=HOME)


def test_a_browser_is_known_only_to_the_account_that_knew_it(world: World) -> None:
    citizen, other = world.citizen(), world.citizen("badr@example.org")
    here = replace(HOME, browser_token=citizen.browser_token)

    kept = world.authentication.admit(citizen.account_id, None, amr=("hwk",), method="passkey", origin=here)
    strange = world.authentication.admit(other.account_id, None, amr=("hwk",), method="passkey", origin=here)

    assert kept.browser_token == citizen.browser_token
    assert strange.browser_token != citizen.browser_token
