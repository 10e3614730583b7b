"""Entries of the ledger, and which facts each kind of entry may carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What happened."""

    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    #: Somebody tried to sign in and did not get in.
    SIGN_IN_REFUSED = "sign_in_refused"
    #: Named details went to a service.
    RELEASED = "released"
    #: The citizen refused a service.
    REFUSED = "refused"
    #: The citizen stopped sharing with a service.
    STOPPED = "stopped"
    #: The citizen paused sharing; went on; kept it as it is for longer.
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    #: The end came that the choice had from the start.
    SHARING_ENDED = "sharing_ended"
    #: The citizen gave a service the present value of a detail.
    TOLD = "told"
    #: The service took itself away, and sharing with it ended.
    SERVICE_ENDED = "service_ended"
    DETAIL_ADDED = "detail_added"
    DETAIL_CHANGED = "detail_changed"
    DETAIL_REMOVED = "detail_removed"
    #: An organisation's word was taken over into the details.
    DETAIL_BROUGHT = "detail_brought"
    #: A persona was made, renamed or given other details, or removed. Its name is in the vault only.
    PERSONA_ADDED = "persona_added"
    PERSONA_CHANGED = "persona_changed"
    PERSONA_REMOVED = "persona_removed"
    #: The citizen chose to be known to a service as somebody else from now on.
    IDENTITY_CHANGED = "identity_changed"
    RECOVERY_CODE_RENEWED = "recovery_code_renewed"
    RECOVERY_CODE_CONFIRMED = "recovery_code_confirmed"
    #: The recovery code was used to set a new password.
    RECOVERED = "recovered"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    LOGIN_CHANGED = "login_changed"
    #: A code application was set up; removed; its code was added to a session that began with less.
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    STEPPED_UP = "stepped_up"
    #: A passkey was added; named; removed; became a way to open the vault; fell behind in its count, as a copy would.
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_OPENS_VAULT = "passkey_opens_vault"
    PASSKEY_SUSPECTED = "passkey_suspected"
    #: The citizen proved in a session that it is them; or opened the vault that their sign-in had left locked.
    PROVED_AGAIN = "proved_again"
    VAULT_OPENED = "vault_opened"
    #: Its owner said that something was not them, and the account was locked; they have put it right.
    LOCKED = "locked"
    REPAIRED = "repaired"
    #: The citizen let another browser sign in as them; or refused it, or gave a wrong number.
    OTHER_DEVICE_APPROVED = "other_device_approved"
    OTHER_DEVICE_REFUSED = "other_device_refused"
    #: A recovery by mail: its waiting time began; its owner cancelled it; a password was set by its letter.
    RECOVERY_BEGUN = "recovery_begun"
    RECOVERY_CANCELLED = "recovery_cancelled"
    RECOVERED_BY_MAIL = "recovered_by_mail"
    #: The vault was opened again after that; or given up for a new, empty one.
    VAULT_REOPENED = "vault_reopened"
    VAULT_BEGUN_ANEW = "vault_begun_anew"
    #: A contact address was typed and waits for its owner; they confirmed it; it was taken away.
    CONTACT_ASKED = "contact_asked"
    CONTACT_CONFIRMED = "contact_confirmed"
    CONTACT_REMOVED = "contact_removed"
    #: A browser opens the vault by itself from now on; one of these, or every one, does so no longer.
    DEVICE_TRUSTED = "device_trusted"
    TRUSTED_DEVICES_FORGOTTEN = "trusted_devices_forgotten"
    #: The browsers in which the citizen had signed in before count as strange ones again.
    BROWSERS_FORGOTTEN = "browsers_forgotten"
    #: A private address was made for a service; takes no mail for now; takes it again; ended.
    PRIVATE_ADDRESS_MADE = "private_address_made"
    PRIVATE_ADDRESS_MUTED = "private_address_muted"
    PRIVATE_ADDRESS_UNMUTED = "private_address_unmuted"
    PRIVATE_ADDRESS_ENDED = "private_address_ended"
    #: A code or a refresh token came twice, so everything issued with it was revoked.
    TOKENS_REVOKED = "tokens_revoked"
    #: An operator kept the citizen out, let them in again, or closed the account.
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESUMED = "account_resumed"
    ACCOUNT_CLOSED = "account_closed"
    #: The citizen asked for their account to end; changed their mind.
    CLOSING_BEGUN = "closing_begun"
    CLOSING_ENDED = "closing_ended"
    #: Everything was downloaded as one file; a file from elsewhere was brought in.
    TAKEN_ALONG = "taken_along"
    BROUGHT_ALONG = "brought_along"
    #: The citizen deleted entries: how many, and the seal over what is left of them.
    ACTIVITY_DELETED = "activity_deleted"


#: A browser's family, such as "Firefox on Linux".
BROWSER: Final = "browser"
#: How somebody signed in: `password`, `password_and_code`, `code`, `recovery_code`, `other_device`,
#: `passkey`, `trusted_device`.
METHOD: Final = "method"
#: Why, as one of the words of the code that recorded it.
REASON: Final = "reason"
#: How long a choice holds: `once`, `standing`.
DURATION: Final = "duration"
#: Which organisation, by the short name that its operator gave it.
ORGANISATION: Final = "organisation"
#: Under which kind of identity: `persona`, `one_time`; the main one is not mentioned. Never which persona.
IDENTITY: Final = "identity"
#: Which entries were deleted: `one`, `older`, `service`.
EXTENT: Final = "extent"
#: How many.
COUNT: Final = "count"
#: SHA-256 over what is left of them, see :class:`idp.activity.policy.Remains`.
SEAL: Final = "seal"

_BROWSER: Final = frozenset({BROWSER})
_ORGANISATION: Final = frozenset({ORGANISATION})

#: The facts each kind may carry; a kind that is not listed carries none. Nothing else gets into the ledger, so that a
#: value of a detail cannot either.
FACTS: Final[Mapping[Kind, frozenset[str]]] = MappingProxyType(
    {
        Kind.SIGNED_UP: _BROWSER,
        Kind.SIGNED_IN: frozenset({BROWSER, METHOD}),
        Kind.SIGNED_OUT: _BROWSER,
        Kind.SIGN_IN_REFUSED: frozenset({BROWSER, METHOD, REASON}),
        Kind.RELEASED: frozenset({DURATION, IDENTITY}),
        Kind.REFUSED: frozenset({REASON}),
        Kind.DETAIL_BROUGHT: _ORGANISATION,
        Kind.RECOVERY_CODE_RENEWED: _BROWSER,
        Kind.RECOVERED: _BROWSER,
        Kind.PASSWORD_CHANGED: _BROWSER,
        Kind.LOGIN_CHANGED: _BROWSER,
        Kind.PASSKEY_ADDED: _BROWSER,
        Kind.PASSKEY_RENAMED: _BROWSER,
        Kind.PASSKEY_REMOVED: _BROWSER,
        Kind.PASSKEY_OPENS_VAULT: _BROWSER,
        Kind.PASSKEY_SUSPECTED: _BROWSER,
        Kind.PROVED_AGAIN: frozenset({BROWSER, METHOD}),
        Kind.VAULT_OPENED: frozenset({BROWSER, METHOD}),
        Kind.SECOND_FACTOR_ADDED: _BROWSER,
        Kind.SECOND_FACTOR_REMOVED: _BROWSER,
        Kind.STEPPED_UP: _BROWSER,
        Kind.REPAIRED: _BROWSER,
        Kind.RECOVERED_BY_MAIL: _BROWSER,
        Kind.VAULT_REOPENED: _BROWSER,
        Kind.VAULT_BEGUN_ANEW: _BROWSER,
        Kind.CONTACT_ASKED: _BROWSER,
        Kind.CONTACT_REMOVED: _BROWSER,
        Kind.BROWSERS_FORGOTTEN: _BROWSER,
        Kind.DEVICE_TRUSTED: _BROWSER,
        Kind.TRUSTED_DEVICES_FORGOTTEN: _BROWSER,
        Kind.OTHER_DEVICE_APPROVED: _BROWSER,
        Kind.OTHER_DEVICE_REFUSED: frozenset({BROWSER, REASON}),
        Kind.TOKENS_REVOKED: frozenset({REASON}),
        Kind.CLOSING_BEGUN: _BROWSER,
        Kind.CLOSING_ENDED: _BROWSER,
        Kind.TAKEN_ALONG: _BROWSER,
        Kind.BROUGHT_ALONG: _BROWSER,
        Kind.ACTIVITY_DELETED: frozenset({EXTENT, COUNT, SEAL}),
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded."""

    account_id: str
    kind: Kind
    client_id: str | None = None
    #: Names of details, never values.
    claims: tuple[str, ...] = ()
    #: See :data:`FACTS`.
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """What was recorded."""

    account_id: str
    #: 1 for a citizen's first row, then without a gap.
    sequence: int
    at: datetime
    kind: Kind
    client_id: str | None
    claims: tuple[str, ...]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the latest first."""

    rows: tuple[Row, ...]
    #: What to ask for as `before` to see older ones; None when there are none.
    older: int | None
    #: What to ask for as `after` to see newer ones; None when these are the latest.
    newer: int | None = None


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A place in the chain, with what stands there."""

    account_id: str
    sequence: int
    #: What happened; None where the citizen deleted it.
    row: Row | None
    #: SHA-256 over what the row says. None for a row from before there was one: its hash is over row and link at once.
    content: bytes | None
    previous: bytes
    hash: bytes
    #: The sequence number of the entry that says that this one was deleted.
    erased_by: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a chain has been followed: the last row that fitted. A check goes on from there."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What a part of a check found."""

    mark: Mark
    #: The first sequence number that is missing, changed or out of place.
    broken: int | None
    finished: bool
