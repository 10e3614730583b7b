"""Access tokens that resource servers read themselves (RFC 9068).

They open nothing here: no grant key, no details, and UserInfo does not know them. `sub` is the identifier by which the
token's own client knows the citizen. One made for the resource server's sector would tell the client, which can read
the token, how others know its citizens; this one tells the resource server what the client could tell it anyway, and
keeps citizens apart whom it meets through different services (RFC 9068 §6, docs/decisions/0016).

`jti` is a sealed reference to what the token rests on, so that introspection and revocation need no row.

https://www.rfc-editor.org/rfc/rfc9068#section-2
"""

import secrets as _random
from typing import Any, Final

from idp.clock import Clock
from idp.consent.values import Grant
from idp.crypto import jose
from idp.crypto.errors import CryptoError
from idp.keys.service import KeyService
from idp.protocol.resources import Resource
from idp.tokens import seals
from idp.tokens.service import TokenService
from idp.tokens.values import AccessToken, Reference, SignOn

#: RFC 9068 §2.1.
TYPE: Final = "at+jwt"
_IDENTIFIER_BYTES: Final = 16
#: Far above what any of ours needs; bounds the work done for hostile input.
_MAX_CHARACTERS: Final = 8192


class JwtAccessTokens:
    """Makes and reads JWT access tokens in the name of one issuer."""

    def __init__(self, *, issuer: str, tokens: TokenService, keys: KeyService, clock: Clock) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._keys = keys
        self._clock = clock

    def for_citizen(
        self, sign_on: SignOn, *, grant: Grant, issue_id: bytes, resource: Resource, scope: tuple[str, ...]
    ) -> str:
        """Make a token with a citizen behind it; no statement."""
        reference = self._reference(grant_id=sign_on.grant_id, issue_id=issue_id, epoch=sign_on.epoch)
        claims: dict[str, Any] = {
            "sub": grant.sub,
            "auth_time": sign_on.auth_time,
            "acr": sign_on.acr,
            "amr": sign_on.amr,
        }
        return self._signed(
            claims,
            client_id=sign_on.client_id,
            reference=reference,
            resource=resource,
            scope=scope,
            seconds=self._tokens.seconds_under(grant),
        )

    def for_client(self, client_id: str, *, resource: Resource, scope: tuple[str, ...]) -> str:
        """Make a token that stands for the client itself (RFC 6749 §4.4); no statement."""
        reference = self._reference(grant_id="", issue_id=b"", epoch=0)
        return self._signed(
            {"sub": client_id},
            client_id=client_id,
            reference=reference,
            resource=resource,
            scope=scope,
            seconds=self._tokens.access_seconds,
        )

    def open(self, token: str) -> AccessToken | None:
        """Read one of ours that has not expired; no statement. Whether it was revoked is another question."""
        if len(token) > _MAX_CHARACTERS or token.count(".") != 2:  # noqa: PLR2004 - a compact JWS has two
            return None
        try:
            read = jose.verify(token, keys=self._keys.verifying(), algorithms=jose.ALGORITHMS)
        except CryptoError:
            return None
        said = read.claims
        if read.header.get("typ") != TYPE or said.get("iss") != self._issuer:
            return None
        if said["exp"] <= int(self._clock.now().timestamp()):
            return None
        reference = seals.open_reference(self._keys.token_ring(), said["jti"])
        return None if reference is None else _access(said, reference)

    def _reference(self, *, grant_id: str, issue_id: bytes, epoch: int) -> str:
        reference = Reference(
            id=_random.token_bytes(_IDENTIFIER_BYTES), grant_id=grant_id, issue_id=issue_id, epoch=epoch
        )
        return seals.seal_reference(self._keys.token_ring(), reference)

    def _signed(
        self,
        claims: dict[str, Any],
        *,
        client_id: str,
        reference: str,
        resource: Resource,
        scope: tuple[str, ...],
        seconds: int,
    ) -> str:
        now = int(self._clock.now().timestamp())
        claims |= {
            "iss": self._issuer,
            "aud": resource.audience,
            "client_id": client_id,
            "iat": now,
            "exp": now + seconds,
            "jti": reference,
        }
        if scope:
            claims["scope"] = " ".join(scope)
        return self._keys.signing(resource.server.access_token_alg).sign(claims, typ=TYPE)


def _access(said: Any, reference: Reference) -> AccessToken:  # noqa: ANN401 - claims that we signed ourselves
    return AccessToken(
        client_id=said["client_id"],
        grant_id=reference.grant_id,
        grant_key=b"",
        scope=said.get("scope", ""),
        claims=(),
        issued_at=said["iat"],
        expires_at=said["exp"],
        jti=reference.id,
        issue_id=reference.issue_id,
        epoch=reference.epoch,
        acr=said.get("acr", ""),
        auth_time=said.get("auth_time", 0),
        audience=said["aud"],
    )
