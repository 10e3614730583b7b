"""The letters, what each may say, and the links that they carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Letter(StrEnum):
    """What a letter tells. Its text is `templates/email/<letter>.txt`."""

    #: Somebody gave this address as theirs; following the link shows that they read it.
    CONTACT_CONFIRM = "contact_confirm"
    #: To the address confirmed just now.
    CONTACT_CONFIRMED = "contact_confirmed"
    #: To the address that was the contact address until now.
    CONTACT_CHANGED = "contact_changed"
    CONTACT_REMOVED = "contact_removed"
    #: Somebody signed in in a browser in which nobody had signed in to this account.
    NEW_DEVICE = "new_device"
    #: A way in was added, or put in the place of another; one was taken away.
    WAY_ADDED = "way_added"
    WAY_REMOVED = "way_removed"
    #: A passkey's counter fell behind, as a copy's would.
    PASSKEY_SUSPECTED = "passkey_suspected"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a letter
    LOGIN_CHANGED = "login_changed"
    #: The recovery code was used to get in and set a new password.
    RECOVERED = "recovered"
    #: The account is locked, and its owner is led through putting it right; the same again for who lost the letter.
    REPAIR_BEGUN = "repair_begun"
    REPAIR_LINK = "repair_link"
    REPAIR_FINISHED = "repair_finished"
    #: Recovery by mail: asked for; its waiting time has begun, is half over, is over; cancelled; done.
    RECOVERY_ASKED = "recovery_asked"
    RECOVERY_BEGUN = "recovery_begun"
    RECOVERY_HALF_WAY = "recovery_half_way"
    RECOVERY_READY = "recovery_ready"
    RECOVERY_CANCELLED = "recovery_cancelled"
    RECOVERED_BY_MAIL = "recovered_by_mail"
    #: The old vault was given up for a new, empty one.
    VAULT_BEGUN_ANEW = "vault_begun_anew"
    #: The account ends on a day; that day is near; its owner stays after all.
    CLOSING_BEGUN = "closing_begun"
    CLOSING_SOON = "closing_soon"
    CLOSING_ENDED = "closing_ended"
    #: What is shared with a service, or with several, ends in a few weeks.
    SHARING_ENDS = "sharing_ends"
    #: Everything was downloaded as one file.
    TAKEN_ALONG = "taken_along"


#: A browser's family, such as "Firefox on Linux".
BROWSER: Final = "browser"
#: Of a service; the letter says its name.
SERVICE: Final = "service"
#: A moment in UTC, as 2026-03-27T10:00; the letter says it in its language.
UNTIL: Final = "until"
#: One of :class:`Way`.
WAY: Final = "way"
#: A day, as 2026-03-27.
DAY: Final = "day"
#: How many beside the one that is named; absent when there are none.
OTHERS: Final = "others"

_BROWSER: Final = frozenset({BROWSER})


class Way(StrEnum):
    """A way in, as letters name it."""

    PASSWORD = "password"  # noqa: S105 - a word
    PASSKEY = "passkey"
    AUTHENTICATOR_APP = "authenticator_app"
    RECOVERY_CODE = "recovery_code"
    ORGANISATION = "organisation"
    TRUSTED_DEVICE = "trusted_device"


#: What each letter may say; one that is not listed says nothing of the kind. Nothing else gets into the outbox, so that
#: a value of a detail cannot either.
FACTS: Final[Mapping[Letter, frozenset[str]]] = MappingProxyType(
    {
        Letter.CONTACT_REMOVED: _BROWSER,
        Letter.NEW_DEVICE: _BROWSER,
        Letter.WAY_ADDED: frozenset({BROWSER, WAY}),
        Letter.WAY_REMOVED: frozenset({BROWSER, WAY}),
        Letter.PASSKEY_SUSPECTED: _BROWSER,
        Letter.PASSWORD_CHANGED: _BROWSER,
        Letter.LOGIN_CHANGED: _BROWSER,
        Letter.RECOVERED: _BROWSER,
        Letter.RECOVERY_BEGUN: frozenset({UNTIL}),
        Letter.RECOVERY_HALF_WAY: frozenset({UNTIL}),
        Letter.RECOVERY_READY: frozenset({UNTIL}),
        Letter.RECOVERED_BY_MAIL: _BROWSER,
        Letter.VAULT_BEGUN_ANEW: _BROWSER,
        Letter.TAKEN_ALONG: _BROWSER,
        Letter.CLOSING_BEGUN: frozenset({DAY}),
        Letter.CLOSING_SOON: frozenset({DAY}),
        Letter.SHARING_ENDS: frozenset({SERVICE, DAY, OTHERS}),
    }
)


class Purpose(StrEnum):
    """What a link in a letter is for. One link does one thing."""

    CONFIRM_CONTACT = "confirm_contact"
    #: "This was not me": locks the account.
    NOT_ME = "not_me"
    #: Shows that whoever puts a locked account right reads its mail.
    REPAIR = "repair"
    #: Recovery by mail: starts the waiting time; cancels it; sets a password when it is over.
    RECOVERY_BEGIN = "recovery_begin"
    RECOVERY_CANCEL = "recovery_cancel"
    RECOVERY_PASSWORD = "recovery_password"  # noqa: S105 - a purpose


#: How long each link works, counted from when its letter was written.
LIFETIMES: Final[Mapping[Purpose, timedelta]] = MappingProxyType(
    {
        Purpose.CONFIRM_CONTACT: timedelta(hours=24),
        Purpose.NOT_ME: timedelta(days=30),
        Purpose.REPAIR: timedelta(days=30),
        Purpose.RECOVERY_BEGIN: timedelta(hours=24),
        # Longer than the longest waiting time and what follows; whether the recovery runs is looked at as well.
        Purpose.RECOVERY_CANCEL: timedelta(days=40),
        Purpose.RECOVERY_PASSWORD: timedelta(days=8),
    }
)

#: Where each link leads.
PATHS: Final[Mapping[Purpose, str]] = MappingProxyType(
    {
        Purpose.CONFIRM_CONTACT: "/contact/{secret}",
        Purpose.NOT_ME: "/not-me/{secret}",
        Purpose.REPAIR: "/repair/letter/{secret}",
        Purpose.RECOVERY_BEGIN: "/recover/mail/{secret}",
        Purpose.RECOVERY_CANCEL: "/recover/cancel/{secret}",
        Purpose.RECOVERY_PASSWORD: "/recover/password/{secret}",
    }
)

#: Letters about what could be somebody else's doing. Each carries a link that locks the account.
ABOUT_SECURITY: Final = frozenset(
    {
        Letter.CONTACT_CHANGED,
        Letter.CONTACT_REMOVED,
        Letter.NEW_DEVICE,
        Letter.WAY_ADDED,
        Letter.WAY_REMOVED,
        Letter.PASSKEY_SUSPECTED,
        Letter.PASSWORD_CHANGED,
        Letter.LOGIN_CHANGED,
        Letter.RECOVERED,
        Letter.REPAIR_FINISHED,
        Letter.RECOVERED_BY_MAIL,
        Letter.VAULT_BEGUN_ANEW,
        Letter.CLOSING_BEGUN,
        Letter.CLOSING_SOON,
        Letter.TAKEN_ALONG,
    }
)

#: The links that each letter carries.
LINKS: Final[Mapping[Letter, tuple[Purpose, ...]]] = MappingProxyType(
    {
        Letter.CONTACT_CONFIRM: (Purpose.CONFIRM_CONTACT,),
        Letter.REPAIR_BEGUN: (Purpose.REPAIR,),
        Letter.REPAIR_LINK: (Purpose.REPAIR,),
        Letter.RECOVERY_ASKED: (Purpose.RECOVERY_BEGIN,),
        Letter.RECOVERY_BEGUN: (Purpose.RECOVERY_CANCEL,),
        Letter.RECOVERY_HALF_WAY: (Purpose.RECOVERY_CANCEL,),
        Letter.RECOVERY_READY: (Purpose.RECOVERY_PASSWORD, Purpose.RECOVERY_CANCEL),
        **dict.fromkeys(ABOUT_SECURITY, (Purpose.NOT_ME,)),
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its row knows it."""

    purpose: Purpose
    account_id: str
    #: What it is about: an identifier of the room that had the letter written, or empty.
    subject: str
    #: The address that the letter went to; empty when that is not known.
    contact_id: str
    #: When the letter that carries it was written.
    written_at: datetime
    expires_at: datetime


class Standing(StrEnum):
    """What an address is to its account."""

    #: Typed, and not confirmed.
    ASKED = "asked"
    CURRENT = "current"
    #: The contact address before. Kept a while, so that its owner hears of the change and can undo what follows.
    FORMER = "former"


@dataclass(frozen=True, slots=True)
class SealedContact:
    """A row of an address."""

    id: str
    account_id: str
    sealed: bytes = field(repr=False)
    standing: Standing
    #: When it was typed, or confirmed.
    since: datetime
    #: None for the current one, which stays.
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a citizen, open."""

    id: str
    address: str = field(repr=False)
    since: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """How a citizen can be reached."""

    current: Address | None = None
    #: Waits to be confirmed.
    asked: Address | None = None
