"""Exchanging a device code (RFC 8628 §3.4).

Authlib never uses a device code up, so each of its polls would bring new tokens. Here it is used up by one statement
before anything is minted.
"""

from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp.clients.values import DEVICE_CODE
from idp.protocol.token_requests import UsesUp
from idp.tokens import policy
from idp.tokens.values import Redeemed


class DeviceCodeGrant(UsesUp, BaseGrant, TokenEndpointMixin):
    """The device's half; its owner's is `idp.protocol.device_approval`."""

    GRANT_TYPE = DEVICE_CODE

    def validate_token_request(self) -> None:
        """Authenticate, then use the device code up, if its owner has said yes.

        :raises OAuth2Error: / TokenError: nothing was minted.
        """
        device_code, resource = self.presented("device_code"), self.request.resource
        redeemed = self.server.devices.redeem(device_code, client_id=self.request.client.client.client_id)
        if resource is not None:
            policy.require_granted(resource.audience, granted=redeemed.sign_on.resources)
        self.request.authorization_code = redeemed

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Mint for a device code that nobody can use again."""
        redeemed: Redeemed = self.request.authorization_code
        answer = self.server.issuing.first(
            redeemed.sign_on,
            client=self.request.client.client,
            grant=redeemed.grant,
            issue_id=redeemed.issue_id,
            resource=self.request.resource,
        )
        return 200, answer, []
