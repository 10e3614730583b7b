"""What every grant with a citizen behind it answers with (RFC 6749 §5.1, OIDC Core §3.1.3.3, §12.2)."""

from typing import Any

from idp.claims.languages import untagged
from idp.clients.values import Client
from idp.consent.service import ConsentService
from idp.consent.values import OFFLINE, OPENID, Grant
from idp.protocol.id_token import IdTokens
from idp.protocol.jwt_access_token import JwtAccessTokens
from idp.protocol.resources import Resource
from idp.tokens.service import TokenService
from idp.tokens.values import SignOn


class Issuing:
    """Mints what a redeemed code or a used refresh token stands for; no statement."""

    def __init__(
        self,
        *,
        tokens: TokenService,
        consent: ConsentService,
        id_tokens: IdTokens,
        jwt_access_tokens: JwtAccessTokens,
        personal_scopes: frozenset[str],
    ) -> None:
        self._jwt_access_tokens = jwt_access_tokens
        self._personal_scopes = personal_scopes
        self._tokens = tokens
        self._consent = consent
        self._id_tokens = id_tokens

    def require_key(self, client: Client) -> None:
        """Make sure that an answer can be made, before what it is for is used up.

        :raises NoAnswerKeyError: the ID token is to be encrypted, and the client publishes no key for that.
        """
        self._id_tokens.require_key(client)

    def first(
        self, sign_on: SignOn, *, client: Client, grant: Grant, issue_id: bytes, resource: Resource | None = None
    ) -> dict[str, Any]:
        """Answer for a code.

        A refresh token serves a citizen who is not there, so it takes both: the service registered for it, and the
        citizen's sign-on granted `offline_access` (OIDC Core §11).
        """
        answer = self._answer(
            sign_on, client=client, grant=grant, issue_id=issue_id, scope=sign_on.scope, resource=resource
        )
        if OFFLINE in sign_on.scope and "refresh_token" in client.grant_types:
            answer["refresh_token"] = self._tokens.refresh_token(sign_on, issue_id=issue_id)
        return answer

    def again(
        self,
        sign_on: SignOn,
        *,
        client: Client,
        grant: Grant,
        issue_id: bytes,
        scope: tuple[str, ...],
        successor: str,
        resource: Resource | None = None,
    ) -> dict[str, Any]:
        """Answer for a refresh token: its ID token tells of the same sign-in as the first one."""
        answer = self._answer(sign_on, client=client, grant=grant, issue_id=issue_id, scope=scope, resource=resource)
        answer["refresh_token"] = successor
        return answer

    def _answer(
        self,
        sign_on: SignOn,
        *,
        client: Client,
        grant: Grant,
        issue_id: bytes,
        scope: tuple[str, ...],
        resource: Resource | None,
    ) -> dict[str, Any]:
        held = scope
        if resource is None:
            claims = self._claims_within(sign_on, scope)
            access_token = self._tokens.access_token(
                sign_on, grant=grant, issue_id=issue_id, scope=scope, claims=claims
            )
        else:
            held = resource.scope(scope, personal=self._personal_scopes)
            access_token = self._jwt_access_tokens.for_citizen(
                sign_on, grant=grant, issue_id=issue_id, resource=resource, scope=held
            )
        answer: dict[str, Any] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self._tokens.seconds_under(grant),
        }
        if held:
            answer["scope"] = " ".join(held)
        if OPENID in scope:
            answer["id_token"] = self._id_tokens.mint(sign_on, client=client, grant=grant, access_token=access_token)
        return answer

    def _claims_within(self, sign_on: SignOn, scope: tuple[str, ...]) -> tuple[str, ...]:
        if scope == sign_on.scope:
            return sign_on.userinfo_claims
        # Asked for less: what the remaining scope values stand for, and of that only what was asked for before.
        wanted = self._consent.request(scope, None).names
        return tuple(name for name in sign_on.userinfo_claims if untagged(name) in wanted)
