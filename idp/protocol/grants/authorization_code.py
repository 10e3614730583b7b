"""Exchanging a code (RFC 6749 §4.1.3, OIDC Core §3.1.3).

Authlib mints before it deletes the code, so two requests at once both get tokens. Here the code is used up by the very
look at it, with redirect URI and PKCE checked against what it held, and only then is anything minted.
"""

from typing import Any

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as _AuthorizationCodeGrant

from idp.protocol.token_requests import UsesUp
from idp.tokens import policy
from idp.tokens.values import Redeemed


class AuthorizationCodeGrant(UsesUp, _AuthorizationCodeGrant):
    """The token endpoint's half; the authorization endpoint is `idp.protocol.authorization`."""

    def validate_token_request(self) -> None:
        """Authenticate, then use the code up.

        :raises OAuth2Error: / TokenError: nothing was minted.
        """
        code, form = self.presented("code"), self.request.form
        self.request.authorization_code = self.server.tokens.redeem(
            code=code,
            client_id=self.request.client.client.client_id,
            redirect_uri=form.get("redirect_uri"),
            verifier=form.get("code_verifier"),
        )
        if self.request.resource is not None:
            granted = self.request.authorization_code.sign_on.resources
            policy.require_granted(self.request.resource.audience, granted=granted)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Mint from a code that nobody can use again."""
        redeemed: Redeemed = self.request.authorization_code
        answer = self.server.issuing.first(
            redeemed.sign_on,
            client=self.request.client.client,
            grant=redeemed.grant,
            issue_id=redeemed.issue_id,
            resource=self.request.resource,
        )
        return 200, answer, []
