"""Refreshing (RFC 6749 §6, OIDC Core §12), with rotation for every client (RFC 9700 §4.14.2)."""

from typing import Any

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as _RefreshTokenGrant

from idp.protocol.token_requests import UsesUp
from idp.tokens import policy
from idp.tokens.values import Rotated


class RefreshTokenGrant(UsesUp, _RefreshTokenGrant):
    """Uses the refresh token up, then answers with its successor."""

    def validate_token_request(self) -> None:
        """Authenticate, then move the chain on.

        :raises OAuth2Error: / TokenError: nothing was minted.
        """
        refresh_token, resource = self.presented("refresh_token"), self.request.resource
        self.request.refresh_token = self.server.tokens.rotate(
            refresh_token,
            client_id=self.request.client.client.client_id,
            scope=self._asked(),
            resource=None if resource is None else resource.audience,
        )

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Mint for a refresh token that was this chain's latest."""
        rotated: Rotated = self.request.refresh_token
        answer = self.server.issuing.again(
            rotated.sign_on,
            client=self.request.client.client,
            grant=rotated.grant,
            issue_id=rotated.issue_id,
            scope=policy.narrowed(rotated.sign_on.scope, self._asked()),
            successor=rotated.successor,
            resource=self.request.resource,
        )
        return 200, answer, []

    def _asked(self) -> tuple[str, ...] | None:
        scope = self.request.form.get("scope")
        return None if scope is None else tuple(scope.split())
