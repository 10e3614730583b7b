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
