"""A locked account and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from idp.authentication.values import Session


class Step(StrEnum):
    """What has to be done, in this order."""

    WAYS = "ways"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    CODE = "code"
    SHARING = "sharing"
    CONTACT = "contact"


class WayKind(StrEnum):
    """The ways in that are listed."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    APP = "app"
    CODE = "code"
    PASSKEY = "passkey"
    DEVICE = "device"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is known of a locked account."""

    account_id: str
    #: When what was reported happened. What came since is looked at twice.
    reported_at: datetime
    #: The ways in that were reported, in the ledger's words: they prove nothing here.
    methods: frozenset[str]
    #: The session that has proved more than a password.
    proved_sid: str | None
    #: The browser in which a letter was opened.
    browser_digest: bytes | None = field(repr=False)
    #: Steps that its owner has looked at.
    seen: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the citizen can still prove, or has proved."""

    given: bool
    #: A letter can be sent to an address that was there before.
    by_letter: bool
    #: The recovery code counts, because it is not what was reported.
    by_code: bool
    #: Without an address that was there before: when the one that there is, or the password alone, will do.
    waits_until: datetime | None


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way in."""

    kind: WayKind
    id: str
    label: str
    added_at: datetime
    used_at: datetime | None
    #: It was added or changed since what was reported.
    new: bool
    #: It can be taken away here.
    removable: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A way in that another room keeps."""

    kind: WayKind
    id: str
    label: str
    added_at: datetime
    used_at: datetime | None


class Shelf(Protocol):
    """A room that keeps ways in, such as passkeys, and lets their owner remove what is not theirs."""

    def ways_in(self, account_id: str) -> Sequence[Kept]:
        """Give the ways in of an account."""
        ...

    def remove_way_in(self, session: Session, way_id: str) -> None:
        """Take one away; nothing happens where there is none such."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has got."""

    done: tuple[Step, ...]
    left: tuple[Step, ...]

    @property
    def next(self) -> Step | None:
        """What comes next; None when only the end is left."""
        return self.left[0] if self.left else None
