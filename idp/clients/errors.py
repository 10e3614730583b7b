"""What can be wrong with a service's registration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a registration, and where it stands in the file (`clients[2].redirect_uris[0]`)."""

    place: str
    problem: str

    def __str__(self) -> str:
        """Render as one line for the command line."""
        return f"{self.place}: {self.problem}"


class ClientError(Exception):
    """Base of every error of this feature."""


class RegistrationFaultsError(ClientError):
    """A registration was refused whole; `faults` names every place that has to change."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults in the order in which the file has them."""
        super().__init__(f"{len(faults)} faults in the registration")
        self.faults = faults


class RedirectUriError(ClientError):
    """A redirect URI that must not be registered; `problem` says why in one plain sentence part."""

    def __init__(self, problem: str) -> None:
        """Say what is wrong, without repeating the address."""
        super().__init__(problem)
        self.problem = problem


class UnknownClientError(ClientError):
    """No service has this identifier."""


class ClientKeysError(ClientError):
    """The keys of a service cannot be had: not registered, not reachable or not acceptable."""


class LogoError(ClientError):
    """A picture cannot be drawn: another format, broken or too large."""


class RegistrationTokenError(ClientError):
    """Whoever registers or changes a service has not shown a token that lets them.

    One error for every cause, also for a service that does not exist: who has no token learns nothing.
    """


class RegistrationsFullError(ClientError):
    """So many services wait for their first citizen that no further one can register for now."""


class SoftwareStatementError(ClientError):
    """A software statement cannot be read, is not signed by its issuer, or has ended (RFC 7591 §3.2.2)."""


class SoftwareIssuerError(SoftwareStatementError):
    """Software statements of this issuer are not taken here (RFC 7591 §3.2.2)."""


class UnknownInvitationError(ClientError):
    """No initial access token has this beginning, or more than one has."""
