"""The services that another service goes to in a citizen's name, as pages name them (RFC 8707)."""

from __future__ import annotations

from collections.abc import Iterable

from idp.clients.texts import Wording
from idp.web.context import services
from idp.web.languages import current


def owners(audiences: Iterable[str]) -> tuple[Wording, ...]:
    """Return the name of each resource server behind these audiences once; what is no audience is passed over."""
    servers = (services().clients.audience(audience) for audience in audiences)
    names = (server.names.read(current()) for server in servers if server is not None)
    return tuple(dict.fromkeys(name for name in names if name is not None))
