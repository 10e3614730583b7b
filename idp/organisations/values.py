"""Organisations, the way there and back, and what comes from it, as immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from idp.claims.values import ClaimValue
from idp.clients.texts import Texts, Wording
from idp.settings import OrganisationSettings
from idp.vault.values import Attribute


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation, as its operator described it."""

    settings: OrganisationSettings = field(repr=False)
    names: Texts

    @property
    def id(self) -> str:
        """The short name, as in addresses and the ledger."""
        return self.settings.id

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        return self.settings.issuer

    def name(self, language: str) -> Wording:
        """Give the name that a reader of a language knows it by."""
        return self.names.read(language) or Wording(self.id, "")


@dataclass(frozen=True, slots=True)
class Trip:
    """A way there that has begun. Opens only in the browser that began it."""

    organisation: str
    nonce: str = field(repr=False)
    #: PKCE (RFC 7636 §4.1).
    verifier: str = field(repr=False)
    #: The session of the citizen who set out.
    sid: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser brought back to our redirect URI, each parameter once."""

    code: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    issuer: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an organisation said about one person, checked to be its word, for us, now."""

    subject: str = field(repr=False)
    #: Claims by its own names, untouched otherwise.
    claims: Mapping[str, Any] = field(repr=False)
    acr: str = ""


class Upstream(Protocol):
    """OpenID Connect with an organisation, as `idp.protocol.upstream` speaks it."""

    def departure(self, organisation: Organisation, trip: Trip, *, state: str) -> str:
        """Give the address of its authorization endpoint, with the request.

        :raises UpstreamError: its discovery document cannot be had, or is not sound.
        """
        ...

    def said(self, organisation: Organisation, trip: Trip, came: Return) -> Said:
        """Redeem what came back and check everything about it.

        :raises UpstreamError: anything is wrong with it.
        :raises CancelledError: the citizen said no there.
        """
        ...


class Standing(StrEnum):
    """How what came compares with what is held."""

    #: Nothing is held, or what came can stand beside it.
    NEW = "new"
    #: The same value, in the citizen's own word or an earlier one of an organisation.
    SAME = "same"
    #: Another value, from this very organisation.
    RENEWED = "renewed"
    #: Another value, which is the citizen's own or another organisation's word.
    DIFFERENT = "different"
    #: Not a value of such a detail.
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Offer:
    """One detail that came, beside what is held."""

    claim: str
    standing: Standing
    value: ClaimValue | None = field(repr=False)
    #: What it would take the place of.
    held: Attribute | None = field(default=None, repr=False)
    #: When and how it was checked; None for what the organisation only passes on.
    checked_at: datetime | None = None
    assurance: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came, waiting for its citizen's decision."""

    id: str
    organisation: Organisation
    subject: str = field(repr=False)
    offers: tuple[Offer, ...] = field(repr=False)
    #: The version of the vault's document that `offers` were compared with.
    vault_version: int
