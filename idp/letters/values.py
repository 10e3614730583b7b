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

    #: The account ends on a day; that day is near; its owner stays after all.
    CLOSING_BEGUN = "closing_begun"
    CLOSING_SOON = "closing_soon"
    CLOSING_ENDED = "closing_ended"


#: A browser's family, such as "Firefox on Linux".
BROWSER: Final = "browser"
#: Of a service; the letter says its name.
SERVICE: Final = "service"
#: A day, as 2026-03-27.
DAY: Final = "day"

_BROWSER: Final = frozenset({BROWSER})

#: What each letter may say; one that is not listed says nothing of the kind. Nothing else gets into the outbox, so that
#: a value of a detail cannot either.
FACTS: Final[Mapping[Letter, frozenset[str]]] = MappingProxyType(
    {
        Letter.CONTACT_REMOVED: _BROWSER,
        Letter.CLOSING_BEGUN: frozenset({DAY}),
        Letter.CLOSING_SOON: frozenset({DAY}),
    }
)


class Purpose(StrEnum):
    """What a link in a letter is for. One link does one thing."""

    CONFIRM_CONTACT = "confirm_contact"


#: How long each link works, counted from when its letter was written.
LIFETIMES: Final[Mapping[Purpose, timedelta]] = MappingProxyType({Purpose.CONFIRM_CONTACT: timedelta(hours=24)})

#: Where each link leads.
PATHS: Final[Mapping[Purpose, str]] = MappingProxyType({Purpose.CONFIRM_CONTACT: "/contact/{secret}"})

#: The links that each letter carries.
LINKS: Final[Mapping[Letter, tuple[Purpose, ...]]] = MappingProxyType(
    {Letter.CONTACT_CONFIRM: (Purpose.CONFIRM_CONTACT,)}
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its row knows it."""

    purpose: Purpose
    account_id: str
    #: What it is about: an identifier of the room that had the letter written, or empty.
    subject: str
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
