"""A browser that asks to be signed in, as either side sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.places import Place


class State(StrEnum):
    """How far it has come."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    #: A wrong number was given.
    ENDED = "ended"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the asking browser shows, all of it made from its own secret."""

    state: State
    #: Last part of the address in the picture.
    link: str = field(repr=False)
    #: The same to type, without its dash.
    code: str = field(repr=False)
    #: Two figures, which the citizen types where they approve.
    number: int = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A browser that waits, as the citizen sees it where they approve."""

    digest: bytes = field(repr=False)
    #: Such as "Firefox"; empty for one that nobody knows.
    browser: str
    #: Such as "Linux"; empty likewise.
    system: str
    #: Roughly where it is; None where the deployment cannot tell.
    place: Place | None
    #: Whether it is in the network that the approving browser is in.
    same_network: bool
    created_at: datetime
    expires_at: datetime
