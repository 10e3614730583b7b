"""Authorization codes: once, for their own client, as they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text, update

from idp.activity.values import Kind
from idp.consent.models import GrantRow
from idp.tokens.errors import CodeRefusedError, CodeReplayedError
from idp.tokens.models import AuthorizationCode
from idp.tokens.values import Redeemed
from tests.doubles import FrozenClock
from tests.tokens.rig import Rig, counted
from tests.tokens.sign_ons import GRANT_KEY, SIGN_ON, sign_on
from tests.tokens.test_policy import CHALLENGE, VERIFIER

REDIRECT = "https://council.example/cb"


def issue(rig: Rig, **changes: Any) -> str:
    return rig.tokens.issue_code(sign_on(**changes), redirect_uri=REDIRECT, code_challenge=CHALLENGE)


def redeem(rig: Rig, code: str, **changes: Any) -> Redeemed:
    presented = {"client_id": "council", "redirect_uri": REDIRECT, "verifier": VERIFIER} | changes
    return rig.tokens.redeem(code=code, **presented)


def access_token(rig: Rig, redeemed: Redeemed) -> str:
    return rig.tokens.access_token(
        redeemed.sign_on, grant=redeemed.grant, issue_id=redeemed.issue_id, scope=("openid",), claims=()
    )


def serves(rig: Rig, token: str) -> bool:
    access = rig.tokens.open_access(token)
    return access is not None and rig.tokens.live_grant(access) is not None


def test_a_code_gives_back_what_was_agreed(rig: Rig) -> None:
    redeemed = redeem(rig, issue(rig))

    assert redeemed.sign_on == SIGN_ON
    assert redeemed.grant.sub == "subject-of-amina-at-the-council"
    assert len(redeemed.issue_id) == 16


def test_a_code_cannot_be_redeemed_twice(rig: Rig) -> None:
    """RFC 6749 §4.1.2; and what was issued from it ends."""
    code = issue(rig)
    token = access_token(rig, redeem(rig, code))
    assert serves(rig, token)

    with pytest.raises(CodeReplayedError):
        redeem(rig, code)

    assert not serves(rig, token)
    (row,) = rig.activity.page(SIGN_ON.account_id, limit=10).rows
    assert (row.kind, row.client_id, dict(row.facts)) == (Kind.TOKENS_REVOKED, "council", {"reason": "code_reused"})


def test_a_code_that_is_replayed_again_and_again_is_told_once(rig: Rig) -> None:
    code = issue(rig)
    redeem(rig, code)

    for _ in range(3):
        with pytest.raises(CodeReplayedError):
            redeem(rig, code)

    assert len(rig.activity.page(SIGN_ON.account_id, limit=10).rows) == 1


def test_another_client_neither_redeems_nor_spoils_a_code(rig: Rig) -> None:
    code = issue(rig)

    with pytest.raises(CodeRefusedError):
        redeem(rig, code, client_id="bookshop")

    assert redeem(rig, code).sign_on == SIGN_ON
    with pytest.raises(CodeRefusedError) as refused:
        redeem(rig, code, client_id="bookshop")
    assert not isinstance(refused.value, CodeReplayedError)


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://council.example/cb/"},
        {"redirect_uri": None},
        {"verifier": None},
        {"verifier": VERIFIER[::-1]},
    ],
)
def test_a_code_is_used_up_by_a_wrong_redirect_uri_or_verifier(rig: Rig, wrong: dict[str, Any]) -> None:
    """RFC 9700 §4.5, §4.8: it leaked, or somebody is guessing."""
    code = issue(rig)

    with pytest.raises(CodeRefusedError):
        redeem(rig, code, **wrong)
    with pytest.raises(CodeReplayedError):
        redeem(rig, code)


def test_a_verifier_for_a_code_without_a_challenge_is_refused(rig: Rig) -> None:
    """RFC 9700 §4.8.2."""
    code = rig.tokens.issue_code(SIGN_ON, redirect_uri=REDIRECT, code_challenge=None)

    with pytest.raises(CodeRefusedError):
        redeem(rig, code)


@pytest.mark.parametrize("code", ["", "x", "é", "\udcff", "a" * 5000])
def test_a_made_up_code_is_refused(rig: Rig, code: str) -> None:
    with pytest.raises(CodeRefusedError):
        redeem(rig, code)


def test_a_code_ends_after_its_lifetime(rig: Rig, clock: FrozenClock) -> None:
    early, late = issue(rig), issue(rig)

    clock.advance(seconds=59)
    redeem(rig, early)
    clock.advance(seconds=1)
    with pytest.raises(CodeRefusedError) as refused:
        redeem(rig, late)
    assert not isinstance(refused.value, CodeReplayedError)


@pytest.mark.parametrize("ended", [{"withdrawn_at": FrozenClock().now()}, {"token_epoch": 1}, {"claims_sealed": None}])
def test_a_code_dies_with_its_grant(rig: Rig, ended: dict[str, Any]) -> None:
    code = issue(rig)
    with rig.db.transaction() as session:
        session.execute(update(GrantRow).values(**ended))

    with pytest.raises(CodeRefusedError):
        redeem(rig, code)


def test_a_code_dies_with_its_account(rig: Rig) -> None:
    code = issue(rig)
    with rig.db.transaction() as session:
        session.execute(text("UPDATE account SET state = 'suspended'"))

    with pytest.raises(CodeRefusedError):
        redeem(rig, code)


def test_the_row_of_a_code_opens_nothing(rig: Rig) -> None:
    code = issue(rig)

    with rig.db.reading() as connection:
        (row,) = connection.execute(select(AuthorizationCode.__table__)).all()

    assert code.encode() not in row.digest
    for secret in (GRANT_KEY, b"given_name", b"n-0S6_WzA2Mj", CHALLENGE.encode()):
        assert secret not in row.sealed


def test_a_redemption_takes_two_statements_that_need_no_commit_of_their_own(rig: Rig) -> None:
    code = issue(rig)

    with counted(rig.db.engine) as statements:
        redeem(rig, code)

    assert (statements.count, statements.writes) == (2, 1)


def test_issuing_takes_one_statement(rig: Rig) -> None:
    with counted(rig.db.engine) as statements:
        issue(rig)

    assert statements.count == 1


def test_twenty_redemptions_at_once_give_one_success(process: Callable[..., Rig]) -> None:
    processes = [process() for _ in range(2)]
    with processes[0].app.app_context():
        processes[0].agree()
        code = issue(processes[0])

    def attempt(number: int) -> bool:
        rig = processes[number % 2]
        with rig.app.app_context():
            try:
                redeem(rig, code)
            except CodeRefusedError:
                return False
            return True

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(attempt, range(20)))

    assert sum(outcomes) == 1


def test_ended_codes_are_purged_in_batches_once_their_tokens_have_ended(rig: Rig, clock: FrozenClock) -> None:
    for _ in range(5):
        redeem(rig, issue(rig))

    clock.advance(seconds=60 + 600)
    assert rig.tokens.purge(2) == 0
    clock.advance(seconds=1)
    assert [rig.tokens.purge(2) for _ in range(4)] == [2, 2, 1, 0]
