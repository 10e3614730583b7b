"""What somebody has to be told, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a notice tells."""

    #: A session of a citizen at a service has ended (OIDC Back-Channel Logout).
    BACKCHANNEL_LOGOUT = "backchannel_logout"
    #: Something that a citizen has to know, by mail.
    LETTER = "letter"
    #: Somebody asked to get back in by mail; whether there is anybody to write to is found out afterwards.
    RECOVERY = "recovery"
    #: A citizen changed details that a service holds, and wants it to know (RFC 8417).
    CLAIMS_UPDATED = "claims_updated"
    #: A citizen stopped sharing with a service, or paused (RFC 8417).
    CONSENT_REVOKED = "consent_revoked"


class State(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    TOLD = "told"
    GIVEN_UP = "given_up"


class Failure(StrEnum):
    """Why somebody could not be told: codes of ours, never what the other side wrote."""

    #: The service does not exist any more.
    SERVICE_GONE = "service_gone"
    #: It has no address for this any more.
    NO_ADDRESS = "no_address"
    #: We do not send to its address (see `outbound.allowed_hosts`), or it answered by a redirect.
    ADDRESS_REFUSED = "address_refused"
    #: Nothing answered in time, or nothing that could be read.
    NO_ANSWER = "no_answer"
    #: It answered with the status for "I could not" (400).
    NOT_TAKEN = "not_taken"
    #: It answered with another status than success.
    BAD_STATUS = "bad_status"
    #: It answered one of the error codes of RFC 8935 §2.4, which these are.
    INVALID_REQUEST = "invalid_request"
    INVALID_KEY = "invalid_key"
    INVALID_ISSUER = "invalid_issuer"
    INVALID_AUDIENCE = "invalid_audience"
    AUTHENTICATION_FAILED = "authentication_failed"
    ACCESS_DENIED = "access_denied"
    #: It wants the message encrypted and has no key for that.
    NO_KEY = "no_key"
    #: The citizen has no contact address any more.
    NO_CONTACT = "no_contact"
    #: There is no such mailbox, says the mail server.
    NO_MAILBOX = "no_mailbox"
    #: The mail server proved not to be who it should be, or offers no encryption.
    NOT_SECURE = "not_secure"
    #: The mail server does not take letters from us: our name there, its password or our sender is wrong.
    MAIL_REFUSED = "mail_refused"
    #: This deployment sends no letters any more.
    MAIL_OFF = "mail_off"
    #: A fault of ours; the log has it.
    FAULT = "fault"


#: Trying again cannot help.
FINAL: Final = frozenset({Failure.SERVICE_GONE, Failure.NO_ADDRESS, Failure.NO_CONTACT, Failure.NO_MAILBOX})


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What is to be told to one service, or to a citizen."""

    kind: Kind
    #: None for a citizen.
    client_id: str | None
    #: To a service, identifiers that it knows already; to a citizen, our own ones and words of ours. Nothing else.
    payload: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told, or was."""

    id: str
    kind: Kind
    client_id: str | None
    payload: Mapping[str, str] = field(repr=False)
    state: State
    #: Tries so far.
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    last_error: str | None


#: Tells one notice; gives None once the addressee has taken it.
Teller = Callable[[Notice], Failure | None]
