"""What Authlib needs to ask of our values, and no more. Rows and values stay free of its mixins."""

from authlib.oauth2.rfc6749 import ClientMixin

from idp.clients.values import Client


class ClientFacade(ClientMixin):
    """A client as Authlib's grants see it. Whether it is who it says is `idp.protocol.client_auth`'s business."""

    __slots__ = ("client",)

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        """Give the client identifier."""
        return self.client.client_id

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the client registered for a grant type."""
        return grant_type in self.client.grant_types

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether the client registered for a response type."""
        return response_type in self.client.response_types

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether the client registered exactly this redirect URI (RFC 9700 §4.1.3)."""
        return redirect_uri in self.client.redirect_uris

    def get_default_redirect_uri(self) -> str | None:
        """Give the redirect URI of a client that registered one only (RFC 6749 §3.1.2.3)."""
        return self.client.redirect_uris[0] if len(self.client.redirect_uris) == 1 else None

    def __repr__(self) -> str:
        """Name the client only."""
        return f"<ClientFacade {self.client.client_id}>"
