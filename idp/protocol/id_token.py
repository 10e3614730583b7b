"""The ID token: who signed in, when and how (OIDC Core §2), and the details asked for in it.

https://openid.net/specs/openid-connect-core-1_0.html#IDToken
"""

from collections.abc import Mapping
from typing import Any

from idp.clients.values import Client
from idp.clock import Clock
from idp.consent.service import ConsentService
from idp.consent.values import Grant
from idp.crypto import jose
from idp.keys.service import KeyService
from idp.protocol.answers import Answers
from idp.protocol.claims import without_empty
from idp.tokens.values import SignOn


class IdTokens:
    """Makes ID tokens in the name of one issuer."""

    def __init__(
        self,
        *,
        issuer: str,
        lifetime_seconds: int,
        keys: KeyService,
        answers: Answers,
        consent: ConsentService,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._lifetime_seconds = lifetime_seconds
        self._keys = keys
        self._answers = answers
        self._consent = consent
        self._clock = clock

    def mint(
        self,
        sign_on: SignOn,
        *,
        client: Client,
        grant: Grant,
        access_token: str | None = None,
        code: str | None = None,
        state: str | None = None,
    ) -> str:
        """Make an ID token, signed and encrypted as the client registered; no statement.

        :param access_token: issued beside it; its hash ties the two together (`at_hash`, OIDC Core §3.1.3.6).
        :param code: issued beside it at the authorization endpoint (`c_hash`, §3.3.2.11).
        :param state: of the request that it answers there (`s_hash`, Financial-grade API 1.0 Part 2 §5.2.2).
        :raises NoAnswerKeyError: it is to be encrypted, and the client publishes no key for that.
        """
        signing = self._keys.signing(client.id_token_alg)
        claims = dict(self._asked_for(sign_on, client, grant))
        now = int(self._clock.now().timestamp())
        # After the details, so that nothing in a vault can pass for what only we may say.
        claims |= {
            "iss": self._issuer,
            "sub": grant.sub,
            "aud": client.client_id,
            "iat": now,
            "exp": now + self._lifetime_seconds,
            "auth_time": sign_on.auth_time,
            "acr": sign_on.acr,
            "amr": sign_on.amr,
            "sid": sign_on.sid,
        }
        if sign_on.nonce is not None:
            claims["nonce"] = sign_on.nonce
        if access_token is not None:
            claims["at_hash"] = jose.half_hash(access_token, signing.algorithm)
        if code is not None:
            claims["c_hash"] = jose.half_hash(code, signing.algorithm)
        if state is not None:
            claims["s_hash"] = jose.half_hash(state, signing.algorithm)
        signed = signing.sign(claims)
        if client.id_token_encryption is None:
            return signed
        return self._answers.encrypt(signed, client=client, encryption=client.id_token_encryption)

    def require_key(self, client: Client) -> None:
        """Make sure that an ID token can be made for this client, before a code or refresh token is used up for it.

        :raises NoAnswerKeyError: it is to be encrypted, and the client publishes no key for that.
        """
        self._answers.require_key(client, client.id_token_encryption)

    def _asked_for(self, sign_on: SignOn, client: Client, grant: Grant) -> Mapping[str, Any]:
        """Give the details asked for in the ID token, which are few where something opens UserInfo (§5.4, §5.5)."""
        if not sign_on.id_token_claims:
            return {}
        released = self._consent.released(
            grant, grant_key=sign_on.grant_key, requested=sign_on.id_token_claims, client=client
        )
        return without_empty(released)
