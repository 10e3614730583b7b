"""What services hear of a citizen's choices: written to the outbox in the transaction that it tells of.

Only services that registered a `security_event_endpoint`. A notice holds how the service knows the citizen, and names
of claims that it asked for itself; no value. The token is made when it is sent (`idp.protocol.security_event`).
"""

from collections.abc import Collection, Mapping
from typing import Final

from idp.clients.service import ClientService
from idp.notices.service import NoticeService
from idp.notices.values import Kind, NewNotice

#: Payload of a notice: how the service knows the citizen, and claim names with a space between.
SUB: Final = "sub"
CLAIMS: Final = "claims"


class ServiceEvents:
    """Tells services that want to hear of it; costs those that do not want to nothing."""

    def __init__(self, *, clients: ClientService, notices: NoticeService) -> None:
        """Write to `notices` what `clients` registered an address for."""
        self._clients = clients
        self._notices = notices

    def heard_by(self, client_id: str) -> bool:
        """Tell whether a service has an address for events."""
        client = self._clients.get(client_id)
        return client is not None and client.security_event_endpoint is not None

    def claims_updated(self, *, client_id: str, sub: str, claims: Collection[str]) -> str | None:
        """Tell a service that details which it holds have other values now.

        :param claims: the names under which it was given them.
        :returns: the notice, to ask what became of it; None for a service that does not want to hear.
        """
        return self._tell(Kind.CLAIMS_UPDATED, client_id, {SUB: sub, CLAIMS: " ".join(sorted(claims))})

    def consent_revoked(self, *, client_id: str, sub: str) -> str | None:
        """Tell a service that a citizen lets it know nothing any more, or nothing for now.

        :returns: as :meth:`claims_updated`.
        """
        return self._tell(Kind.CONSENT_REVOKED, client_id, {SUB: sub})

    def _tell(self, kind: Kind, client_id: str, about: Mapping[str, str]) -> str | None:
        if not self.heard_by(client_id):
            return None
        (notice,) = self._notices.add([NewNotice(kind, client_id, about)])
        return notice
