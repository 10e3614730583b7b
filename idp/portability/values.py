"""What a file would bring, sorted out for its citizen to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.activity.records import EntryRecord
from idp.consent.values import Decision
from idp.vault.values import MAIN, Attribute, Document, Face


class Part(StrEnum):
    """What can be brought in by itself."""

    DETAILS = "details"
    CHOICES = "choices"
    ACTIVITY = "activity"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class MovedPersona:
    """A persona beside the main one."""

    id: str
    face: Face
    seed: bytes = field(repr=False)
    attributes: tuple[Attribute, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class MovedChoice:
    """A choice about a service that is here too, and knows the citizen by the same identifier."""

    client_id: str
    persona: str
    sub: str
    decisions: tuple[Decision, ...]
    since: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that another provider kept."""

    account: str
    kept_by: str
    entries: tuple[EntryRecord, ...] = field(repr=False)
    #: What services were called there, by client id.
    services: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a file would bring."""

    made_by: str
    made_at: datetime
    sign_in_name: str = field(repr=False)
    seed: bytes = field(repr=False)
    attributes: tuple[Attribute, ...] = field(repr=False)
    #: Those beside the main one, which is what stands above.
    personas: tuple[MovedPersona, ...] = field(repr=False)
    #: Names of details that cannot be kept here.
    refused: tuple[str, ...]
    #: How many details somebody had checked. Here they are what the citizen says.
    unchecked: int
    choices: tuple[MovedChoice, ...]
    #: Names of services that are not here, or know the citizen otherwise.
    elsewhere: tuple[str, ...]
    chains: tuple[Chain, ...] = field(repr=False)
    #: The first entry of the last chain that does not fit; None when all do.
    broken: int | None
    #: Language of the pages; None for one that is not offered here.
    language: str | None

    def documents(self, *, details: bool) -> dict[str, Document]:
        """Give every persona's document, with or without details."""
        main = Document(version=1, seed=self.seed, login="", attributes=self.attributes if details else ())
        return {MAIN: main} | {
            each.id: Document(
                version=1, seed=each.seed, login="", attributes=each.attributes if details else (), face=each.face
            )
            for each in self.personas
        }

    @property
    def entries(self) -> int:
        """How many entries of activity there are."""
        return sum(len(chain.entries) for chain in self.chains)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What there is to bring in."""
        found = {
            Part.DETAILS: True,
            Part.CHOICES: bool(self.choices),
            Part.ACTIVITY: bool(self.entries) and self.broken is None,
            Part.LANGUAGE: self.language is not None,
        }
        return tuple(part for part, there in found.items() if there)


@dataclass(frozen=True, slots=True)
class EarlierPage:
    """Some entries of a chain from before, the latest first."""

    kept_by: str
    account: str
    services: Mapping[str, str] = field(hash=False)
    entries: tuple[EntryRecord, ...] = field(repr=False)
    #: Numbers of the pages before and after; None where there is none.
    newer: int | None
    older: int | None
