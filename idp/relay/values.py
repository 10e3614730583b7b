"""Private addresses, and what mail servers are answered."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """What an address does with mail."""

    LIVE = "live"
    #: Takes none for now.
    MUTED = "muted"
    #: Takes none ever again.
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PrivateAddress:
    """An address that one service has of one citizen."""

    id: str
    account_id: str
    client_id: str
    #: Of the choice that it belongs to.
    persona: str
    address: str = field(repr=False)
    #: Where it forwards to; empty once it has ended, and while its citizen holds no address.
    target: str = field(repr=False)
    standing: Standing
    created_at: datetime
    #: Letters that the citizen's own mail server took.
    forwarded: int
    #: Letters that came back later.
    returned: int
    last_forwarded_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """An address as the choosing page shows it, made or yet to be made."""

    local: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server that hands a letter over is told (RFC 5321 §4.2, RFC 3463). Never a word of anybody else's."""

    text: str

    @property
    def taken(self) -> bool:
        """Whether the letter was taken."""
        return self.text.startswith("2")


OK = Answer("250 2.0.0 Taken on")
UNKNOWN = Answer("550 5.1.1 No such address")
MUTED = Answer("550 5.2.1 This address takes no mail at present")
NO_RELAY = Answer("550 5.7.1 Only addresses of this domain are taken on")
NOT_A_BOUNCE = Answer("550 5.7.1 This address takes delivery reports only")
ONE_EACH = Answer("452 4.5.3 One recipient at a time, please")
TOO_MANY = Answer("450 4.7.1 Too much mail; try again later")
BUSY = Answer("450 4.3.2 Busy; try again later")
LATER = Answer("451 4.4.1 Cannot be delivered at present; try again later")
LOOP = Answer("554 5.4.6 This message has been here before")
REFUSED = Answer("554 5.7.1 The message was refused")
NO_MAILBOX = Answer("550 5.2.0 The message cannot be delivered")
