"""Issuing, redeeming, rotating and revoking tokens: the use cases."""

import secrets as _random
from datetime import datetime, timedelta
from typing import Final

import msgspec

from idp.activity.service import ActivityService
from idp.activity.values import REASON, Entry, Kind
from idp.clock import Clock
from idp.consent.values import Grant
from idp.crypto import secrets
from idp.crypto.errors import SealBrokenError
from idp.keys.service import KeyService
from idp.settings.sections import TokenSettings
from idp.storage.db import Database
from idp.tokens import policy, seals
from idp.tokens.errors import (
    AssertionReusedError,
    CodeRefusedError,
    CodeReplayedError,
    RefreshRefusedError,
    RefreshReplayedError,
)
from idp.tokens.store import ChainUse, TokenStore
from idp.tokens.values import AccessToken, Issue, Redeemed, RefreshToken, Rotated, SignOn

_IDENTIFIER_BYTES: Final = 16


class TokenService:
    """What a client holds, and what becomes of it."""

    def __init__(
        self, *, db: Database, keys: KeyService, clock: Clock, activity: ActivityService, settings: TokenSettings
    ) -> None:
        self._store = TokenStore(db=db)
        self._db = db
        self._keys = keys
        self._clock = clock
        self._activity = activity
        self._settings = settings

    @property
    def access_seconds(self) -> int:
        """How long an access token lives that stands for a client itself (`expires_in`, RFC 6749 §5.1)."""
        return self._settings.access_seconds

    def seconds_under(self, grant: Grant) -> int:
        """How long an access token lives that is made under a grant now: never past the end of the choice."""
        return policy.lifetime(self._settings.access_seconds, now=self._clock.now(), until=grant.reconfirm_at)

    @staticmethod
    def new_issue() -> Issue:
        """Name a new issue, and the code that will stand for it if there is to be one; no statement."""
        return Issue(_random.token_bytes(_IDENTIFIER_BYTES), secrets.token())

    def issue_code(
        self, sign_on: SignOn, *, redirect_uri: str | None, code_challenge: str | None, issue: Issue | None = None
    ) -> str:
        """Issue an authorization code; one statement, in the caller's transaction if there is one.

        :param redirect_uri: as the authorization request named it; None when it named none.
        :param code_challenge: its S256 challenge (RFC 7636 §4.2), or None.
        :param issue: what was issued beside it already, so that one replay ends all of it (OIDC Core §3.3).
        """
        issue = issue or self.new_issue()
        code = issue.code
        content = seals.CodeContent(sign_on=sign_on, redirect_uri=redirect_uri, code_challenge=code_challenge)
        self._store.add_code(
            {
                "digest": secrets.digest(code),
                "client_id": sign_on.client_id,
                "grant_id": sign_on.grant_id,
                "account_id": sign_on.account_id,
                "sealed": seals.seal_code(code, content),
                "issue_id": issue.id,
                "expires_at": self._clock.now() + timedelta(seconds=self._settings.code_seconds),
            }
        )
        return code

    def redeem(self, *, code: str, client_id: str, redirect_uri: str | None, verifier: str | None) -> Redeemed:
        """Use a code up, before anything is minted from it; two statements.

        Another client's attempt leaves the code alone, or anybody could spoil a sign-on that they overheard a piece
        of. The right client with a wrong redirect URI or verifier has used it up: it leaked, or somebody is guessing.

        :raises CodeReplayedError: used before; what was issued from it is revoked by now.
        :raises CodeRefusedError: anything else that is wrong with it.
        """
        digest = secrets.digest(code)
        taken = self._store.redeem(digest=digest, client_id=client_id, now=self._clock.now())
        if taken is None:
            raise self._replayed(digest=digest, client_id=client_id)
        sealed, issue_id = taken
        try:
            content = seals.open_code(code, sealed)
        except SealBrokenError:
            raise CodeRefusedError from None
        sign_on = content.sign_on
        fits = policy.same_redirect(
            requested=content.redirect_uri, presented=redirect_uri
        ) and policy.proves_possession(challenge=content.code_challenge, verifier=verifier)
        grant = self._store.grant(sign_on.grant_id) if fits else None
        if grant is None or not self._serves(grant, client_id=client_id, epoch=sign_on.epoch):
            raise CodeRefusedError
        return Redeemed(sign_on=sign_on, issue_id=issue_id, grant=grant)

    def access_token(
        self, sign_on: SignOn, *, grant: Grant, issue_id: bytes, scope: tuple[str, ...], claims: tuple[str, ...]
    ) -> str:
        """Make an access token for UserInfo and resource servers; no statement."""
        now = self._now()
        token = AccessToken(
            client_id=sign_on.client_id,
            grant_id=sign_on.grant_id,
            grant_key=sign_on.grant_key,
            scope=" ".join(scope),
            claims=claims,
            issued_at=now,
            expires_at=now + self.seconds_under(grant),
            jti=_random.token_bytes(_IDENTIFIER_BYTES),
            issue_id=issue_id,
            epoch=sign_on.epoch,
            acr=sign_on.acr,
            auth_time=sign_on.auth_time,
        )
        return seals.seal_access(self._keys.token_ring(), token)

    def client_access_token(self, client_id: str, *, scope: tuple[str, ...]) -> str:
        """Make an access token that stands for the client itself (RFC 6749 §4.4); no statement."""
        now = self._now()
        token = AccessToken(
            client_id=client_id,
            grant_id="",
            grant_key=b"",
            scope=" ".join(scope),
            claims=(),
            issued_at=now,
            expires_at=now + self.access_seconds,
            jti=_random.token_bytes(_IDENTIFIER_BYTES),
            issue_id=b"",
            epoch=0,
        )
        return seals.seal_access(self._keys.token_ring(), token)

    def refresh_token(self, sign_on: SignOn, *, issue_id: bytes, generation: int = 0) -> str:
        """Make a refresh token; no statement. Its chain gets a row when it is first used."""
        token = RefreshToken(
            # A refreshed ID token answers no authorization request, so it repeats no nonce (OIDC Core §12.2).
            sign_on=sign_on if sign_on.nonce is None else msgspec.structs.replace(sign_on, nonce=None),
            issue_id=issue_id,
            generation=generation,
            expires_at=self._now() + self._settings.refresh_idle_seconds,
        )
        return seals.seal_refresh(self._keys.token_ring(), token)

    def rotate(
        self, token: str, *, client_id: str, scope: tuple[str, ...] | None, resource: str | None = None
    ) -> Rotated:
        """Use a refresh token and give its successor; two statements.

        A use within the grace of the one before gets a token of the same next generation, so a lost answer can be
        asked for again and there is still one line: whichever of its holders goes on first leaves the other behind.

        :param scope: narrower scope for this answer, or None; the successor keeps the whole one (RFC 6749 §6).
        :param resource: the audience that the answer's access token is to be for.
        :raises ScopeTooWideError: the token stays unused.
        :raises ResourceNotGrantedError: likewise.
        :raises RefreshReplayedError: used again after the grace; its chain is revoked by now.
        :raises RefreshRefusedError: anything else that is wrong with it.
        """
        held = seals.open_refresh(self._keys.token_ring(), token)
        if held is None or held.sign_on.client_id != client_id or held.expires_at <= self._now():
            raise RefreshRefusedError
        sign_on = held.sign_on
        policy.narrowed(sign_on.scope, scope)
        policy.require_granted(resource, granted=sign_on.resources)
        # Before it is used up: while the citizen pauses, a service that keeps trying spoils nothing and is no replay.
        grant = self._store.grant(sign_on.grant_id)
        if grant is None or not self._serves(grant, client_id=client_id, epoch=sign_on.epoch):
            raise RefreshRefusedError
        now = self._clock.now()
        use = ChainUse(
            issue_id=held.issue_id,
            grant_id=sign_on.grant_id,
            client_id=client_id,
            generation=held.generation,
            now=now,
            since=now - timedelta(seconds=self._settings.refresh_grace_seconds),
            expires_at=self._refresh_end(now),
        )
        if not self._store.advance(use):
            self._end_issue(
                held.issue_id, account_id=sign_on.account_id, client_id=client_id, reason="refresh_token_reused"
            )
            raise RefreshReplayedError
        successor = self.refresh_token(sign_on, issue_id=held.issue_id, generation=held.generation + 1)
        return Rotated(sign_on=sign_on, issue_id=held.issue_id, grant=grant, successor=successor)

    def open_access(self, token: str) -> AccessToken | None:
        """Read an access token that has not expired; no statement. Whether it was revoked is another question."""
        held = seals.open_access(self._keys.token_ring(), token)
        return held if held is not None and held.expires_at > self._now() else None

    def open_refresh(self, token: str) -> RefreshToken | None:
        """Read a refresh token that has not expired; no statement."""
        held = seals.open_refresh(self._keys.token_ring(), token)
        return held if held is not None and held.expires_at > self._now() else None

    def live_grant(self, access: AccessToken) -> Grant | None:
        """Give the grant behind an access token if both may still be used; one statement."""
        grant = self._store.grant_unless_revoked(grant_id=access.grant_id, jti=access.jti, issue_id=access.issue_id)
        if grant is None or not self._serves(grant, client_id=access.client_id, epoch=access.epoch):
            return None
        return grant

    def is_revoked(self, access: AccessToken) -> bool:
        """Tell whether an access token without a citizen behind it was revoked; one statement."""
        return self._store.is_revoked(access.jti)

    def revoke(self, token: str, *, client_id: str) -> None:
        """Revoke a token of this client (RFC 7009 §2.1).

        An access token ends alone; a refresh token takes everything issued with it along. Anything else has no
        effect, and the caller cannot tell: a client must not learn whether a stranger's token is real.
        """
        access = self.open_access(token)
        if access is not None:
            self.revoke_access(access, client_id=client_id)
            return
        refresh = self.open_refresh(token)
        if refresh is not None and refresh.sign_on.client_id == client_id:
            self._store.revoke(identifier=refresh.issue_id, expires_at=self._refresh_end(self._clock.now()))

    def revoke_access(self, access: AccessToken, *, client_id: str) -> None:
        """Revoke an access token of this client; a stranger's is left alone."""
        if access.client_id == client_id:
            self._store.revoke(identifier=access.jti, expires_at=policy.moment(access.expires_at))

    def use_assertion(self, *, client_id: str, jti: str, expires_at: int) -> None:
        """Note a client assertion as used, so that it is accepted once; one statement.

        :param expires_at: after which it would be refused anyway.
        :raises AssertionReusedError: it was used before.
        """
        digest = secrets.digest(f"{len(client_id)}:{client_id}:{jti}")
        if not self._store.use_assertion(digest=digest, expires_at=policy.moment(expires_at)):
            raise AssertionReusedError

    def purge(self, limit: int) -> int:
        """Delete up to `limit` ended rows of each kind; how many went.

        A used code stays recognisable for as long as an access token from it can live.
        """
        now = self._clock.now()
        codes_before = now - timedelta(seconds=self._settings.access_seconds)
        return self._store.purge(now=now, codes_before=codes_before, limit=limit)

    def _serves(self, grant: Grant, *, client_id: str, epoch: int) -> bool:
        return grant.client_id == client_id and grant.token_epoch == epoch and grant.live(self._clock.now())

    def _replayed(self, *, digest: bytes, client_id: str) -> CodeRefusedError:
        row = self._store.code(digest)
        if row is None or row.client_id != client_id or not row.redeemed:
            return CodeRefusedError()
        self._end_issue(row.issue_id, account_id=row.account_id, client_id=client_id, reason="code_reused")
        return CodeReplayedError()

    def _end_issue(self, issue_id: bytes, *, account_id: str, client_id: str, reason: str) -> None:
        with self._db.transaction():
            # A second replay changes nothing, so it is not told again: the citizen's list cannot be flooded.
            if self._store.revoke(identifier=issue_id, expires_at=self._refresh_end(self._clock.now())):
                entry = Entry(
                    account_id=account_id, kind=Kind.TOKENS_REVOKED, client_id=client_id, facts={REASON: reason}
                )
                self._activity.record(entry)

    def _refresh_end(self, now: datetime) -> datetime:
        """Give the moment by which every refresh token that exists now has ended."""
        return now + timedelta(seconds=self._settings.refresh_idle_seconds)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
