"""Client authentication by a signed assertion, `private_key_jwt` (RFC 7523 §3, OIDC Core §9).

What may be signed with, and whom the assertion must be for, depends on the client's security profile: OIDC Core §9
names the token endpoint as audience, while stricter profiles take the issuer and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from idp.clients.errors import ClientError
from idp.clients.service import ClientService
from idp.clients.values import AuthMethod, Client, Profile
from idp.clock import Clock
from idp.crypto import jose
from idp.crypto.errors import CryptoError
from idp.protocol.errors import ClientRefusedError
from idp.protocol.token_types import is_of_type
from idp.tokens.errors import AssertionReusedError
from idp.tokens.service import TokenService

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: What an assertion may be signed with: never `none` or a shared secret. Those that `idp.crypto.jose` does not know are
#: refused there.
ALGORITHMS: Final = frozenset({"RS256", "ES256", "PS256", "EdDSA"})
#: How far a client's clock may be ahead, in seconds.
SKEW_SECONDS: Final = 30
#: How far ahead an assertion may end, in seconds; also how long its `jti` has to be remembered.
LIFETIME_SECONDS: Final = 3600 + SKEW_SECONDS
_MAX_JTI: Final = 255


@dataclass(frozen=True, slots=True)
class _Rules:
    algorithms: frozenset[str]
    #: The issuer, alone and as a string, is the only audience taken.
    issuer_only: bool


#: What each security profile asks of an assertion.
_RULES: Final = {Profile.OIDC: _Rules(ALGORITHMS, issuer_only=False)}


class AssertionVerifier:
    """Checks assertions made for one issuer."""

    def __init__(
        self, *, clients: ClientService, tokens: TokenService, clock: Clock, issuer: str, token_endpoint: str
    ) -> None:
        self._clients = clients
        self._tokens = tokens
        self._clock = clock
        self._issuer = issuer
        self._token_endpoint = token_endpoint

    def verified(self, form: Mapping[str, str], *, endpoint: str | None) -> Client:
        """Give the client whose assertion the request carries; one statement, which uses the assertion up.

        :raises ClientRefusedError: anything is wrong with it.
        """
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise ClientRefusedError
        try:
            return self._verified(form.get("client_assertion", ""), endpoint)
        except (CryptoError, ClientError, AssertionReusedError):
            raise ClientRefusedError from None

    def _verified(self, assertion: str, endpoint: str | None) -> Client:
        unverified_jwt = jose.unverified(assertion)
        # A signed request, which travels through browsers, must not pass for the proof (RFC 9101 §10.8).
        if not is_of_type(unverified_jwt.header, "client-authentication+jwt"):
            raise ClientRefusedError
        named = unverified_jwt.claims.get("sub")
        client = self._clients.get(named) if isinstance(named, str) else None
        if client is None or not client.approved or client.auth_method is not AuthMethod.PRIVATE_KEY_JWT:
            raise ClientRefusedError
        keys = self._clients.keys_of(client, kid=unverified_jwt.header.get("kid"))
        rules = _RULES[client.profile]
        allowed = rules.algorithms if client.auth_signing_alg is None else rules.algorithms & {client.auth_signing_alg}
        claims = jose.verify(assertion, keys=keys, algorithms=allowed).claims
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise ClientRefusedError
        if not self._audience_fits(claims.get("aud"), rules, endpoint):
            raise ClientRefusedError
        self._use(claims, client)
        return client

    def _audience_fits(self, audience: object, rules: _Rules, endpoint: str | None) -> bool:
        if rules.issuer_only:
            return audience == self._issuer
        accepted = {self._issuer, self._token_endpoint, endpoint}
        named: list[object] = audience if isinstance(audience, list) else [audience]
        return any(isinstance(one, str) and one in accepted for one in named)

    def _use(self, claims: Mapping[str, Any], client: Client) -> None:
        """Check the times and use the `jti` up, last, so that only an assertion that is right otherwise leaves a row.

        :raises ClientRefusedError: not yet valid, ended, ending too late, or without a usable `jti`.
        """
        now = self._clock.now().timestamp()
        expires_at = _time(claims.get("exp"))
        if expires_at is None or not now < expires_at <= now + LIFETIME_SECONDS:
            raise ClientRefusedError
        for name in ("iat", "nbf"):
            begins_at = _time(claims.get(name, now))
            if begins_at is None or begins_at > now + SKEW_SECONDS:
                raise ClientRefusedError
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI:
            raise ClientRefusedError
        self._tokens.use_assertion(client_id=client.client_id, jti=jti, expires_at=int(expires_at) + 1)


def _time(value: object) -> float | None:
    """Give a NumericDate (RFC 7519 §2), or None; true and false are numbers in Python only."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
