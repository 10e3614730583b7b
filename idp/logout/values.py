"""Services that a session signed in to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceSession:
    """A session as one service knows it."""

    client_id: str
    account_id: str
    #: Of the browser session.
    sid: str
    #: How the service knows the citizen in it.
    sub: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A service that a browser signs itself out of (OIDC Front-Channel Logout §3)."""

    client_id: str
    #: The registered address with `iss` and `sid`.
    address: str
