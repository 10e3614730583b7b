"""UserInfo: what a service may know now about the citizen who signed in (OIDC Core §5.3).

https://openid.net/specs/openid-connect-core-1_0.html#UserInfo

What the token asked for is held against the register and the citizen's decision again at each request, so a choice
taken back, or a use suspended, shows at once.
"""

from idp.clients.service import ClientService
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent.errors import ConsentError
from idp.consent.service import ConsentService
from idp.protocol.access_token import Refusal, TokenRefusedError, presented, refusal_answer
from idp.protocol.answers import Answers, NoAnswerKeyError
from idp.protocol.claims import without_empty
from idp.protocol.http import NO_STORE, Answer, HttpRequest, json_answer
from idp.protocol.step_up_challenge import Demand
from idp.tokens.service import TokenService
from idp.tokens.values import AccessToken

_JWT_HEADERS = (("Content-Type", "application/jwt"), *NO_STORE)


class UserInfo:
    """Answers services that present an access token."""

    def __init__(
        self,
        *,
        issuer: str,
        tokens: TokenService,
        clients: ClientService,
        consent: ConsentService,
        answers: Answers,
        clock: Clock,
        demand: Demand,
    ) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._clients = clients
        self._consent = consent
        self._answers = answers
        self._clock = clock
        self._demand = demand

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a GET or POST; one statement."""
        try:
            return self._about(self._tokens.open_access(presented(request)))
        except TokenRefusedError as error:
            return refusal_answer(error, realm=self._issuer)
        except NoAnswerKeyError as error:
            # The token is good, so there is nothing to challenge for.
            return json_answer({"error": error.error, "error_description": error.description}, status=400)

    def _about(self, access: AccessToken | None) -> Answer:
        if access is None:
            raise TokenRefusedError(Refusal.INVALID_TOKEN)
        if "openid" not in access.scope.split():
            raise TokenRefusedError(Refusal.INSUFFICIENT_SCOPE)
        client = self._clients.get(access.client_id)
        if client is None or not client.approved:
            raise TokenRefusedError(Refusal.INVALID_TOKEN)
        self._demand.check(access, now=int(self._clock.now().timestamp()))
        claims = self._claims(access, client)
        if client.userinfo_alg is None and client.userinfo_encryption is None:
            return json_answer(claims, client_id=client.client_id)
        # As a token of its own it has to say who says it to whom (§5.3.2).
        token = self._answers.sign_and_encrypt(
            claims | {"iss": self._issuer, "aud": client.client_id},
            client=client,
            alg=client.userinfo_alg,
            encryption=client.userinfo_encryption,
        )
        return Answer(200, _JWT_HEADERS, token.encode("ascii"), client.client_id)

    def _claims(self, access: AccessToken, client: Client) -> dict[str, object]:
        grant = self._tokens.live_grant(access)
        if grant is None:
            raise TokenRefusedError(Refusal.INVALID_TOKEN)
        try:
            released = self._consent.released(grant, grant_key=access.grant_key, requested=access.claims, client=client)
        except ConsentError:
            # Sealed anew or stopped since this token was made.
            raise TokenRefusedError(Refusal.INVALID_TOKEN) from None
        return without_empty(released) | {"sub": grant.sub}
