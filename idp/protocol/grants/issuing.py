"""What every grant with a citizen behind it answers with (RFC 6749 §5.1, OIDC Core §3.1.3.3, §12.2)."""

from typing import Any

from idp.clients.values import Client
from idp.consent.service import ConsentService
from idp.consent.values import OFFLINE, Grant
from idp.protocol.id_token import IdTokens
from idp.tokens.service import TokenService
from idp.tokens.values import SignOn

OPENID = "openid"


class Issuing:
    """Mints what a redeemed code or a used refresh token stands for; no statement."""

    def __init__(self, *, tokens: TokenService, consent: ConsentService, id_tokens: IdTokens) -> None:
        self._tokens = tokens
        self._consent = consent
        self._id_tokens = id_tokens

    def first(self, sign_on: SignOn, *, client: Client, grant: Grant, issue_id: bytes) -> dict[str, Any]:
        """Answer for a code.

        A refresh token serves a citizen who is not there, so it takes both: the service registered for it, and the
        citizen's sign-on granted `offline_access` (OIDC Core §11).
        """
        answer = self._answer(sign_on, client=client, grant=grant, issue_id=issue_id, scope=sign_on.scope)
        if OFFLINE in sign_on.scope and "refresh_token" in client.grant_types:
            answer["refresh_token"] = self._tokens.refresh_token(sign_on, issue_id=issue_id)
        return answer

    def again(
        self, sign_on: SignOn, *, client: Client, grant: Grant, issue_id: bytes, scope: tuple[str, ...], successor: str
    ) -> dict[str, Any]:
        """Answer for a refresh token: its ID token tells of the same sign-in as the first one."""
        answer = self._answer(sign_on, client=client, grant=grant, issue_id=issue_id, scope=scope)
        answer["refresh_token"] = successor
        return answer

    def _answer(
        self, sign_on: SignOn, *, client: Client, grant: Grant, issue_id: bytes, scope: tuple[str, ...]
    ) -> dict[str, Any]:
        claims = self._claims_within(sign_on, scope)
        access_token = self._tokens.access_token(sign_on, issue_id=issue_id, scope=scope, claims=claims)
        answer: dict[str, Any] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self._tokens.access_seconds,
            "scope": " ".join(scope),
        }
        if OPENID in scope:
            answer["id_token"] = self._id_tokens.mint(sign_on, client=client, grant=grant, access_token=access_token)
        return answer

    def _claims_within(self, sign_on: SignOn, scope: tuple[str, ...]) -> tuple[str, ...]:
        if scope == sign_on.scope:
            return sign_on.userinfo_claims
        # Asked for less: what the remaining scope values stand for, and of that only what was asked for before.
        wanted = self._consent.request(scope, None).names
        return tuple(name for name in sign_on.userinfo_claims if name in wanted)
