"""Keys, slots, and the document that they open."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.claims.values import ClaimValue

#: The persona of a citizen who has made no other.
MAIN = "main"


class SlotKind(StrEnum):
    """The ways to unlock. Stored as text, so a new way needs no migration."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    DEVICE = "device"
    ESCROW = "escrow"


@dataclass(frozen=True, slots=True)
class VaultKey:
    """The 256-bit key of one vault. In memory only while its owner is signed in."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SlotSecret:
    """What will open a new slot: 256 strong bits that its way of unlocking yields."""

    kind: str
    secret: bytes = field(repr=False)
    label: str = ""
    #: Whether its owner has shown that they hold the secret.
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to unlock, without what unlocks it."""

    id: str
    account_id: str
    kind: str
    label: str
    confirmed_at: datetime | None
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedSlot:
    """A slot that a secret opened, and the key inside."""

    slot: Slot
    key: VaultKey = field(repr=False)


class SourceKind(StrEnum):
    """Who said so."""

    TOLD = "told"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a detail came from. `name` and `issuer` are the organisation's, empty when the citizen told it."""

    kind: SourceKind = SourceKind.TOLD
    name: str = ""
    #: Issuer identifier of its OpenID Connect provider, and who the citizen is there.
    issuer: str = ""
    subject: str = field(default="", repr=False)


TOLD = Source()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value in the vault, with its source."""

    id: str
    claim: str
    value: ClaimValue = field(repr=False)
    source: Source
    added_at: datetime
    changed_at: datetime
    #: Who checked it and when; None for what the citizen told.
    assurer: str | None = None
    checked_at: datetime | None = None
    valid_until: datetime | None = None
    #: How well it was checked, in the assurer's own terms: a level (`acr`), or a trust framework and its level.
    assurance: str = ""
    #: The citizen's own word for it, such as "work".
    label: str = field(default="", repr=False)
    #: BCP 47 tag of a value in another language or script (OpenID Connect Core §5.2); empty for the plain one.
    language: str = field(default="", repr=False)
    #: In a persona's document: a copy of the main detail of the same id, which goes where that one goes.
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """What a persona is told apart by, in its owner's words; no service sees it."""

    name: str = field(repr=False)
    #: One of :data:`idp.vault.faces.COLOURS`.
    colour: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewDetail:
    """A detail as the citizen typed it, unchecked."""

    claim: str
    raw: object = field(repr=False)
    label: str = field(default="", repr=False)
    source: Source = TOLD
    assurer: str | None = None
    checked_at: datetime | None = None
    valid_until: datetime | None = None
    assurance: str = ""
    language: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """Everything one persona holds, open."""

    version: int
    #: The seed of this persona's pairwise identifiers (OpenID Connect Core §8.1).
    seed: bytes = field(repr=False)
    #: The sign-in name in clear; kept nowhere else. Empty in the document of a persona.
    login: str = field(repr=False)
    attributes: tuple[Attribute, ...] = field(repr=False, default=())
    #: None for the document of a citizen who is simply themselves.
    face: Face | None = None

    def values(self, claim: str) -> tuple[Attribute, ...]:
        """Give the plain attributes of one claim, in the order they were added."""
        return tuple(each for each in self.attributes if each.claim == claim and not each.language)

    def in_languages(self, claim: str) -> dict[str, Attribute]:
        """Give what is held of one claim in other languages beside its plain form, by tag."""
        return {each.language: each for each in self.attributes if each.claim == claim and each.language}

    def find(self, attribute_id: str) -> Attribute | None:
        """Give one attribute by its id."""
        return next((attribute for attribute in self.attributes if attribute.id == attribute_id), None)
