"""Resource indicators: for which resource server a token is meant (RFC 8707).

A service says at the authorization endpoint which resource servers it will go to, so that its citizen can be asked, and
names one of them each time that it wants a token for it. A token is for one resource server: for several it would be
as strong as the weakest of them, and its scope would mean something else at each (RFC 9068 §5). Without a name it is
for UserInfo, as ever.

Which services may go where is the operator's decision: `resources` of the service lists audiences that a resource
server lists as its own.

https://www.rfc-editor.org/rfc/rfc8707#section-2
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error

from idp.clients.policy import is_resource
from idp.clients.values import Client
from idp.protocol.http import BETWEEN_VALUES


class InvalidTargetError(OAuth2Error):
    """The resource is not one that this client may have a token for (RFC 8707 §2)."""

    error = "invalid_target"
    description = "The resource is malformed, unknown, or not for this client"


@dataclass(frozen=True, slots=True)
class Resource:
    """What a token is to be for: one audience of an approved resource server."""

    audience: str
    server: Client

    def scope(self, granted: Collection[str], *, personal: Collection[str]) -> tuple[str, ...]:
        """Give the scope values that mean something there: none that is about what UserInfo tells."""
        return tuple(value for value in granted if value in self.server.scopes and value not in personal)


class Resources:
    """Tells what a request's `resource` means.

    :param find: gives the approved resource server behind an audience.
    """

    def __init__(self, *, find: Callable[[str], Client | None]) -> None:
        self._find = find

    def all(self, value: str | None, *, client: Client) -> tuple[Resource, ...]:
        """Return every resource that a request names, each once.

        :raises InvalidTargetError: one of them is malformed, unknown, or not for this client.
        """
        return tuple(self._allowed(one, client) for one in named(value))

    def one(self, value: str | None, *, client: Client) -> Resource | None:
        """Return the one resource that a token is asked for; None is UserInfo.

        :raises InvalidTargetError: as :meth:`all`, or several.
        """
        resources = self.all(value, client=client)
        if len(resources) > 1:
            raise InvalidTargetError("A token is for one resource at a time")
        return next(iter(resources), None)

    def _allowed(self, uri: str, client: Client) -> Resource:
        server = self._find(uri) if is_resource(uri) and uri in client.resources else None
        if server is None or not server.resource_server:
            raise InvalidTargetError
        return Resource(uri, server)


def named(value: str | None) -> tuple[str, ...]:
    """Return the resources that a parameter names, in order and each once."""
    return () if value is None else tuple(dict.fromkeys(value.split(BETWEEN_VALUES)))
