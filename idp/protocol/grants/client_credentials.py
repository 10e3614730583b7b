"""A client for itself, with no citizen behind it (RFC 6749 §4.4)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as _ClientCredentialsGrant


class ClientCredentialsGrant(_ClientCredentialsGrant):
    """Answers a confidential client with a token for the resource servers that it registered scopes for."""

    def validate_token_request(self) -> None:
        """Authenticate and settle the scope: what was asked for, or all that the client registered.

        :raises UnauthorizedClientError: not registered for it, or a client that proves nothing.
        :raises InvalidScopeError: a scope value that the client did not register, or one about a citizen.
        """
        facade = self.authenticate_token_endpoint_client()
        client = facade.client
        if client.public or not facade.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("This client is not registered for this grant type")
        allowed = tuple(value for value in client.scopes if value not in self.server.personal_scopes)
        asked = self.request.form.get("scope")
        scope = allowed if asked is None else tuple(dict.fromkeys(asked.split()))
        if not set(scope) <= set(allowed):
            raise InvalidScopeError("The client may not have this scope")
        self.request.client = facade
        self.request.scope = scope
        self.request.resource = self.server.resources.one(self.request.form.get("resource"), client=client)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Mint; no refresh token (RFC 6749 §4.4.3), no statement."""
        scope: tuple[str, ...] = self.request.scope
        client_id, resource = self.request.client.client.client_id, self.request.resource
        if resource is None:
            access_token = self.server.tokens.client_access_token(client_id, scope=scope)
        else:
            scope = resource.scope(scope, personal=self.server.personal_scopes)
            access_token = self.server.jwt_access_tokens.for_client(client_id, resource=resource, scope=scope)
        answer: dict[str, Any] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self.server.tokens.access_seconds,
        }
        if scope:
            answer["scope"] = " ".join(scope)
        return 200, answer, []
