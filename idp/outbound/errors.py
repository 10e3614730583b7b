"""Why nothing was fetched or sent.

Messages are for the operator's log; to a stranger they could map a private network.
"""

from enum import StrEnum


class OutboundError(Exception):
    """Base of this room's errors."""


class FetchRefusedError(OutboundError):
    """We do not fetch this: the address, or what answered there, breaks a rule."""


class FetchFailedError(OutboundError):
    """We tried and got no usable answer; another time may work."""


class MailFault(StrEnum):
    """Why a letter did not leave: never what the server wrote, which may repeat the address."""

    #: There is no such mailbox, or it cannot be written to from here. Trying again cannot help.
    NO_MAILBOX = "no_mailbox"
    #: Nothing answered in time, or nothing that could be read.
    NO_ANSWER = "no_answer"
    #: The server's certificate is none for its name, or it offers no encryption.
    NOT_SECURE = "not_secure"
    #: "Not now" (RFC 5321 §4.2.1, 4yz): its queue is full, or it wants us to come back.
    NOT_NOW = "not_now"
    #: "No": it does not know us, our name and password, or our sender.
    REFUSED = "refused"


class MailError(OutboundError):
    """A letter did not leave."""

    def __init__(self, fault: MailFault) -> None:
        """Keep the fault, which is all that may be known of it."""
        super().__init__(fault.value)
        self.fault = fault
