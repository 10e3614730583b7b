"""A token request that presents something which it uses up: a code, a refresh token, a device code (RFC 6749 §5).

Everything that can be wrong with the request itself is found here, before the grant uses anything up.
"""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError


class UsesUp:
    """For Authlib's grants, which bring the request, the server and the client's authentication."""

    GRANT_TYPE: str
    request: Any
    server: Any
    authenticate_token_endpoint_client: Any

    def presented(self, name: str) -> str:
        """Authenticate, and give what the parameter of this name presents; client and resource are kept in the request.

        :raises OAuth2Error: not this client, not this grant, no such parameter, not this resource, or no key of the
            client's to encrypt the answer with.
        """
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("This client is not registered for this grant type")
        form = self.request.form
        if name not in form:
            raise InvalidRequestError(f"The {name} is missing")
        self.request.client = client
        self.request.resource = self.server.resources.one(form.get("resource"), client=client.client)
        self.server.issuing.require_key(client.client)
        value: str = form[name]
        return value
