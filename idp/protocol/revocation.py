"""Giving a token back before its time (RFC 7009).

https://www.rfc-editor.org/rfc/rfc7009
"""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint as _RevocationEndpoint

from idp.protocol.server import BackChannelRequest


class Revocation(_RevocationEndpoint):
    """Revokes what a client holds itself."""

    def create_endpoint_response(
        self, request: BackChannelRequest
    ) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Revoke, and answer 200 whatever the token was (§2.2).

        Another client's token is left alone and answered like one that does not exist. RFC 7009 §2.1 has it refused;
        an error of its own would confirm to whoever found a token that it is real. `token_type_hint` changes nothing:
        a token says itself what it is.

        :raises InvalidRequestError: there is no token.
        """
        client = self.authenticate_endpoint_client(request).client
        if "token" not in request.form:
            raise InvalidRequestError("The token is missing")
        token = request.form["token"]
        readable = self.server.jwt_access_tokens.open(token)
        if readable is None:
            self.server.tokens.revoke(token, client_id=client.client_id)
        else:
            self.server.tokens.revoke_access(readable, client_id=client.client_id)
        return 200, {}, []
