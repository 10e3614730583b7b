"""Refresh tokens: one line, moved on by each use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text, update

from idp.activity.values import Kind
from idp.consent.models import GrantRow
from idp.tokens.errors import RefreshRefusedError, RefreshReplayedError, ScopeTooWideError
from idp.tokens.values import Rotated
from tests.doubles import FrozenClock
from tests.tokens.rig import Rig, counted
from tests.tokens.sign_ons import SIGN_ON

ISSUE = b"everything of it"


def first(rig: Rig) -> str:
    return rig.tokens.refresh_token(SIGN_ON, issue_id=ISSUE)


def rotate(rig: Rig, token: str, *, client_id: str = "council", scope: tuple[str, ...] | None = None) -> Rotated:
    return rig.tokens.rotate(token, client_id=client_id, scope=scope)


def generation(rig: Rig, token: str) -> int:
    held = rig.tokens.open_refresh(token)
    assert held is not None
    return held.generation


def access(rig: Rig) -> bool:
    token = rig.tokens.access_token(SIGN_ON, grant=rig.grant(), issue_id=ISSUE, scope=("openid",), claims=())
    held = rig.tokens.open_access(token)
    return held is not None and rig.tokens.live_grant(held) is not None


@pytest.fixture
def strict(process: Callable[..., Rig]) -> Iterator[Rig]:
    """Without grace: what is used is used."""
    rig = process(refresh_grace_seconds=0)
    with rig.app.app_context():
        rig.agree()
        yield rig


def test_each_use_gives_the_next_generation_with_the_same_sign_on(rig: Rig) -> None:
    token = first(rig)

    for number in range(1, 4):
        rotated = rotate(rig, token)
        token = rotated.successor
        assert generation(rig, token) == number
        assert rotated.issue_id == ISSUE
        assert rotated.sign_on.auth_time == SIGN_ON.auth_time
        assert rotated.sign_on.sid == SIGN_ON.sid


def test_a_refreshed_sign_on_repeats_no_nonce(rig: Rig) -> None:
    """OIDC Core §12.2."""
    assert rotate(rig, first(rig)).sign_on.nonce is None


@pytest.mark.parametrize("uses_before", [0, 1, 4])
def test_a_second_use_within_the_grace_gets_the_same_generation(rig: Rig, clock: FrozenClock, uses_before: int) -> None:
    token = first(rig)
    for _ in range(uses_before):
        token = rotate(rig, token).successor
        clock.advance(seconds=60)
    answered = rotate(rig, token).successor

    clock.advance(seconds=29)
    again = rotate(rig, token).successor

    assert generation(rig, again) == generation(rig, answered) == uses_before + 1
    assert access(rig)


def test_the_grace_does_not_fork_the_line(rig: Rig, clock: FrozenClock) -> None:
    """Whichever of its two holders goes on leaves the other behind."""
    token = first(rig)
    mine, theirs = rotate(rig, token).successor, rotate(rig, token).successor
    following = rotate(rig, mine).successor
    clock.advance(seconds=31)

    with pytest.raises(RefreshReplayedError):
        rotate(rig, theirs)
    with pytest.raises(RefreshRefusedError):
        rotate(rig, following)


def test_asking_again_does_not_make_the_grace_longer(rig: Rig, clock: FrozenClock) -> None:
    token = first(rig)
    rotate(rig, token)
    clock.advance(seconds=20)
    rotate(rig, token)
    clock.advance(seconds=20)

    with pytest.raises(RefreshReplayedError):
        rotate(rig, token)


@pytest.mark.parametrize("uses_between", [1, 2])
def test_an_old_token_has_no_grace(rig: Rig, uses_between: int) -> None:
    old = token = first(rig)
    for _ in range(uses_between + 1):
        token = rotate(rig, token).successor

    with pytest.raises(RefreshReplayedError):
        rotate(rig, old)


def test_reuse_after_the_grace_ends_everything_issued_with_it(rig: Rig, clock: FrozenClock) -> None:
    """RFC 9700 §4.14.2."""
    token = first(rig)
    successor = rotate(rig, token).successor
    assert access(rig)

    clock.advance(seconds=30)
    for _ in range(3):
        with pytest.raises(RefreshReplayedError):
            rotate(rig, token)

    with pytest.raises(RefreshRefusedError):
        rotate(rig, successor)
    assert not access(rig)
    (row,) = rig.activity.page(SIGN_ON.account_id, limit=10).rows
    assert (row.kind, dict(row.facts)) == (Kind.TOKENS_REVOKED, {"reason": "refresh_token_reused"})


def test_a_first_token_cannot_begin_its_line_anew_once_that_was_revoked(rig: Rig) -> None:
    token = first(rig)
    rig.tokens.revoke(token, client_id="council")

    with pytest.raises(RefreshRefusedError):
        rotate(rig, token)


def test_another_client_neither_uses_nor_spoils_a_token(rig: Rig) -> None:
    token = first(rig)

    with pytest.raises(RefreshRefusedError):
        rotate(rig, token, client_id="bookshop")

    assert generation(rig, rotate(rig, token).successor) == 1


def test_a_wider_scope_is_refused_and_leaves_the_token_unused(rig: Rig, clock: FrozenClock) -> None:
    token = first(rig)

    with pytest.raises(ScopeTooWideError):
        rotate(rig, token, scope=("openid", "phone"))

    clock.advance(seconds=60)
    assert generation(rig, rotate(rig, token).successor) == 1


def test_a_narrower_scope_is_for_one_answer_and_the_successor_keeps_the_whole(rig: Rig) -> None:
    """RFC 6749 §6."""
    successor = rotate(rig, first(rig), scope=("openid",)).successor

    held = rig.tokens.open_refresh(successor)
    assert held is not None
    assert held.sign_on.scope == SIGN_ON.scope


def test_a_line_ends_when_it_is_not_used_for_long(rig: Rig, clock: FrozenClock) -> None:
    token = first(rig)
    clock.advance(days=29)
    token = rotate(rig, token).successor
    clock.advance(days=29)
    token = rotate(rig, token).successor
    clock.advance(days=30)

    with pytest.raises(RefreshRefusedError) as refused:
        rotate(rig, token)
    assert not isinstance(refused.value, RefreshReplayedError)


@pytest.mark.parametrize("ended", [{"withdrawn_at": FrozenClock().now()}, {"token_epoch": 1}])
def test_a_line_dies_with_its_grant(rig: Rig, ended: dict[str, Any]) -> None:
    token = first(rig)
    with rig.db.transaction() as session:
        session.execute(update(GrantRow).values(**ended))

    with pytest.raises(RefreshRefusedError):
        rotate(rig, token)


def test_a_line_dies_with_its_account(rig: Rig) -> None:
    token = first(rig)
    with rig.db.transaction() as session:
        session.execute(text("UPDATE account SET state = 'closed'"))

    with pytest.raises(RefreshRefusedError):
        rotate(rig, token)


@pytest.mark.parametrize("token", ["", "rt_", "rt_AAAA", "at_AAAA", "é" * 50, "rt_" + "A" * 60_000])
def test_a_made_up_token_is_refused(rig: Rig, token: str) -> None:
    with pytest.raises(RefreshRefusedError):
        rotate(rig, token)


def test_every_use_takes_two_statements_of_which_one_writes(rig: Rig) -> None:
    token = first(rig)
    for _ in range(3):
        with counted(rig.db.engine) as statements:
            token = rotate(rig, token).successor
        assert (statements.count, statements.writes) == (2, 1)


def test_issuing_writes_nothing(rig: Rig) -> None:
    with counted(rig.db.engine) as statements:
        first(rig)

    assert statements.count == 0


@pytest.mark.parametrize("uses_before", [0, 2])
def test_twenty_uses_at_once_without_grace_give_one_success(process: Callable[..., Rig], uses_before: int) -> None:
    processes = [process(refresh_grace_seconds=0) for _ in range(2)]

    outcomes = _at_once(processes, uses_before)

    assert sum(number is not None for number in outcomes) == 1


@pytest.mark.parametrize("uses_before", [0, 2])
def test_twenty_uses_at_once_within_the_grace_move_the_line_on_once(
    process: Callable[..., Rig], uses_before: int
) -> None:
    processes = [process() for _ in range(2)]

    outcomes = _at_once(processes, uses_before)

    assert set(outcomes) == {uses_before + 1}


def _at_once(processes: list[Rig], uses_before: int) -> list[int | None]:
    with processes[0].app.app_context():
        processes[0].agree()
        token = first(processes[0])
        for _ in range(uses_before):
            token = rotate(processes[0], token).successor

    def attempt(number: int) -> int | None:
        rig = processes[number % 2]
        with rig.app.app_context():
            try:
                return generation(rig, rotate(rig, token).successor)
            except RefreshRefusedError:
                return None

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(attempt, range(20)))


def test_ended_lines_are_purged(strict: Rig, clock: FrozenClock) -> None:
    token = first(strict)
    successor = rotate(strict, token).successor
    with pytest.raises(RefreshReplayedError):
        rotate(strict, token)

    clock.advance(days=30, seconds=1)

    assert strict.tokens.purge(10) == 2
    with pytest.raises(RefreshRefusedError):
        rotate(strict, successor)
