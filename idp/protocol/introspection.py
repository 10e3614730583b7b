"""Telling resource servers about access tokens (RFC 7662), also in tokens of their own (RFC 9701).

https://www.rfc-editor.org/rfc/rfc7662, https://www.rfc-editor.org/rfc/rfc9701

Only clients that registered as resource servers may ask. They learn what they need to serve a request and nothing about
the citizen but the identifier that the token's own client knows: no claims.
"""

from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint as _IntrospectionEndpoint

from idp.clients.values import Client
from idp.crypto import secrets
from idp.protocol.answers import TypedJwt
from idp.protocol.errors import EndpointRefusedError
from idp.protocol.server import BackChannelRequest
from idp.tokens.values import AccessToken

#: What answers are signed with for a resource server that registered nothing else (RFC 9701 §6).
DEFAULT_ALG: Final = "RS256"

_TYP: Final = "token-introspection+jwt"
_MEDIA_TYPE: Final = f"application/{_TYP}"
_INACTIVE: dict[str, Any] = {"active": False}


class Introspection(_IntrospectionEndpoint):
    """Answers about access tokens; whatever else is presented is simply not active."""

    def create_endpoint_response(
        self, request: BackChannelRequest
    ) -> tuple[int, dict[str, Any] | TypedJwt, list[tuple[str, str]]]:
        """Answer one question; one statement.

        A refresh token, an ID token or a code is never active here: none of them may be accepted by a resource
        server, and saying that one is real would help whoever found it (§4). `token_type_hint` changes nothing.

        :raises EndpointRefusedError: the client is no resource server.
        :raises InvalidRequestError: there is no token.
        """
        client = self.authenticate_endpoint_client(request).client
        if not client.resource_server:
            raise EndpointRefusedError
        if "token" not in request.form:
            raise InvalidRequestError("The token is missing")
        token = request.form["token"]
        access = self.server.jwt_access_tokens.open(token) or self.server.tokens.open_access(token)
        about = _INACTIVE if access is None or not _is_for(access, client) else self._about(access)
        return 200, self._signed(about, client) if _wants_jwt(request, client) else about, []

    def _signed(self, about: dict[str, Any], client: Client) -> TypedJwt:
        """Write an answer that its reader can show to others (RFC 9701 §5): `sub` and `exp` stay inside."""
        token = self.server.answers.sign_and_encrypt(
            {
                "iss": self.server.issuer,
                "aud": client.client_id,
                "iat": int(self.server.clock.now().timestamp()),
                "token_introspection": about,
            },
            client=client,
            alg=client.introspection_alg or DEFAULT_ALG,
            encryption=client.introspection_encryption,
            typ=_TYP,
        )
        return TypedJwt(token, _MEDIA_TYPE)

    def _about(self, access: AccessToken) -> dict[str, Any]:
        client = self.server.clients.get(access.client_id)
        if client is None or not client.approved:
            return _INACTIVE
        if access.grant_id:
            grant = self.server.tokens.live_grant(access)
            subject = None if grant is None else grant.sub
        else:
            subject = None if self.server.tokens.is_revoked(access) else access.client_id
        if subject is None:
            return _INACTIVE
        about: dict[str, Any] = {
            "active": True,
            "client_id": access.client_id,
            "sub": subject,
            "iss": self.server.issuer,
            "scope": access.scope,
            "token_type": "Bearer",
            "iat": access.issued_at,
            "exp": access.expires_at,
        }
        # A token that can be read has its `jti` inside, which says more than its identifier.
        about |= {"aud": access.audience} if access.audience else {"jti": secrets.b64url(access.jti)}
        # How and when the citizen signed in (RFC 9470 §6.2); a token of the client's own stands for no citizen.
        return about | ({"acr": access.acr, "auth_time": access.auth_time} if access.grant_id else {})


def _is_for(access: AccessToken, asking: Client) -> bool:
    """Tell whether a resource server may learn of a token: for an audience of its own, or made for itself (§4).

    One that is for UserInfo is no business of a resource server. Were it told that such a token is active, it would
    take for a key of its own what its caller got for something else.
    """
    return access.audience in asking.audiences if access.audience else access.client_id == asking.client_id


def _wants_jwt(request: BackChannelRequest, client: Client) -> bool:
    """Tell whether the answer is to be a token: asked for now (RFC 9701 §4), or registered for all answers (§6)."""
    if client.introspection_alg is not None or client.introspection_encryption is not None:
        return True
    accepted = (kind.partition(";")[0].strip().lower() for kind in request.headers.get("Accept", "").split(","))
    return _MEDIA_TYPE in accepted
