"""Access tokens: no row, one look at the grant; revocation; assertions that are used once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from idp.consent.values import Grant
from idp.tokens.errors import AssertionReusedError
from idp.tokens.values import AccessToken
from tests.doubles import FrozenClock
from tests.tokens.rig import Rig, counted
from tests.tokens.sign_ons import GRANT_KEY, SIGN_ON

ISSUE = b"everything of it"


def access_token(rig: Rig, grant: Grant | None = None) -> str:
    return rig.tokens.access_token(
        SIGN_ON, grant=grant or rig.grant(), issue_id=ISSUE, scope=("openid", "email"), claims=("email",)
    )


def opened(rig: Rig, token: str) -> AccessToken:
    access = rig.tokens.open_access(token)
    assert access is not None
    return access


def test_a_token_holds_what_it_is_for_and_no_statement_makes_or_reads_it(rig: Rig, clock: FrozenClock) -> None:
    grant = rig.grant()
    with counted(rig.db.engine) as statements:
        access = opened(rig, access_token(rig, grant))

    assert statements.count == 0
    assert (access.client_id, access.grant_id, access.grant_key) == ("council", SIGN_ON.grant_id, GRANT_KEY)
    assert (access.scope, access.claims) == ("openid email", ("email",))
    assert access.expires_at - access.issued_at == 600
    assert access.issued_at == int(clock.now().timestamp())


def test_a_token_lives_as_long_as_the_settings_say(rig: Rig, clock: FrozenClock) -> None:
    """Authlib's would live ten days."""
    token = access_token(rig)

    clock.advance(seconds=599)
    assert rig.tokens.open_access(token) is not None
    clock.advance(seconds=1)
    assert rig.tokens.open_access(token) is None


def test_the_grant_behind_a_token_takes_one_statement(rig: Rig) -> None:
    access = opened(rig, access_token(rig))

    with counted(rig.db.engine) as statements:
        grant = rig.tokens.live_grant(access)

    assert statements.count == 1
    assert grant is not None
    assert grant.sub == "subject-of-amina-at-the-council"


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE account SET state = 'suspended'",
        'UPDATE "grant" SET token_epoch = 1',
        'UPDATE "grant" SET withdrawn_at = created_at',
        'UPDATE "grant" SET claims_sealed = NULL',
        "UPDATE \"grant\" SET client_id = 'bookshop'",
        "UPDATE \"grant\" SET duration = 'once', reconfirm_at = created_at",
        'DELETE FROM "grant"',
    ],
)
def test_a_token_ends_with_what_it_stands_on(rig: Rig, ending: str) -> None:
    access = opened(rig, access_token(rig))
    with rig.db.transaction() as session:
        session.execute(text(ending))

    assert rig.tokens.live_grant(access) is None


def test_a_revoked_token_ends_alone(rig: Rig) -> None:
    revoked, other = access_token(rig), access_token(rig)

    rig.tokens.revoke(revoked, client_id="council")

    assert rig.tokens.live_grant(opened(rig, revoked)) is None
    assert rig.tokens.live_grant(opened(rig, other)) is not None


def test_a_revoked_refresh_token_takes_everything_issued_with_it_along(rig: Rig) -> None:
    """RFC 7009 §2.1."""
    rig.tokens.revoke(rig.tokens.refresh_token(SIGN_ON, issue_id=ISSUE), client_id="council")

    assert rig.tokens.live_grant(opened(rig, access_token(rig))) is None


def test_another_client_revokes_nothing(rig: Rig) -> None:
    access, refresh = access_token(rig), rig.tokens.refresh_token(SIGN_ON, issue_id=ISSUE)

    rig.tokens.revoke(access, client_id="bookshop")
    rig.tokens.revoke(refresh, client_id="bookshop")
    rig.tokens.revoke("made up", client_id="bookshop")

    assert rig.tokens.live_grant(opened(rig, access)) is not None


def test_a_client_s_own_token_has_no_citizen_behind_it_and_can_be_revoked(rig: Rig) -> None:
    access = opened(rig, token := rig.tokens.client_access_token("council", scope=("reports:read",)))
    assert (access.grant_id, access.grant_key, access.scope) == ("", b"", "reports:read")
    assert rig.tokens.live_grant(access) is None
    assert not rig.tokens.is_revoked(access)

    rig.tokens.revoke(token, client_id="council")

    assert rig.tokens.is_revoked(access)


def test_revocations_are_purged_when_the_token_would_have_ended(rig: Rig, clock: FrozenClock) -> None:
    rig.tokens.revoke(access_token(rig), client_id="council")

    clock.advance(seconds=600)
    assert rig.tokens.purge(10) == 0
    clock.advance(seconds=1)
    assert rig.tokens.purge(10) == 1


def test_an_assertion_is_accepted_once_per_client(rig: Rig) -> None:
    rig.tokens.use_assertion(client_id="council", jti="1", expires_at=2_000_000_000)

    with pytest.raises(AssertionReusedError):
        rig.tokens.use_assertion(client_id="council", jti="1", expires_at=2_000_000_000)
    rig.tokens.use_assertion(client_id="bookshop", jti="1", expires_at=2_000_000_000)
    rig.tokens.use_assertion(client_id="council", jti="2", expires_at=2_000_000_000)


def test_client_and_identifier_are_not_run_together(rig: Rig) -> None:
    rig.tokens.use_assertion(client_id="a:b", jti="c", expires_at=2_000_000_000)
    rig.tokens.use_assertion(client_id="a", jti="b:c", expires_at=2_000_000_000)


def test_twenty_presentations_of_one_assertion_give_one_success(rig: Rig) -> None:
    def attempt(_: int) -> bool:
        with rig.app.app_context():
            try:
                rig.tokens.use_assertion(client_id="council", jti="1", expires_at=2_000_000_000)
            except AssertionReusedError:
                return False
            return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(attempt, range(20))) == 1
