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


class Purpose(StrEnum):
    """Why a citizen goes to an organisation."""

    #: To bring details, for the first time or again.
    BRING = "bring"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Trip:
    """A way there that has begun. Opens only in the browser that began it."""

    organisation: str
    purpose: Purpose
    nonce: str = field(repr=False)
    #: PKCE (RFC 7636 §4.1).
    verifier: str = field(repr=False)
    #: The session of the citizen who set out; None for signing in.
    sid: str | None = None
    #: Our own page to go on to, and the request in flight that waits, when signing in.
    onward: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: A first look without a page of the organisation's (`prompt=none`).
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """What sends a browser on its way."""

    #: The organisation's authorization endpoint, with the request.
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser brought back to our redirect URI: one value for each parameter, or it is refused before."""

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
    #: The signed statement (JWT) in which the claims came; None when they came unsigned.
    statement: str | None = field(default=None, repr=False)


class Upstream(Protocol):
    """OpenID Connect with an organisation, as `idp.protocol.upstream` speaks it."""

    def departure(self, organisation: Organisation, trip: Trip, *, state: str) -> Departure:
        """Write the authorization request.

        :raises UpstreamError: its discovery document cannot be had, or is not sound.
        """
        ...

    def said(self, organisation: Organisation, trip: Trip, came: Return) -> Said:
        """Redeem what came back and check everything about it.

        :raises UpstreamError: anything is wrong with it.
        :raises CancelledError: the citizen said no there.
        :raises InteractionNeededError: a quiet look was not enough.
        """
        ...


class Standing(StrEnum):
    """How what came compares with what is held."""

    #: Nothing is held, or what came can stand beside it.
    NEW = "new"
    #: The same value, in the citizen's own word or another organisation's.
    SAME = "same"
    #: The same value from this very organisation, as well checked as now.
    KNOWN = "known"
    #: Another value, from this very organisation.
    RENEWED = "renewed"
    #: Another value, which is the citizen's own or another organisation's word.
    DIFFERENT = "different"
    #: It cannot be kept: not a value of such a detail, or no room for another one.
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
    valid_until: datetime | None = None
    assurance: str = ""

    @property
    def keepable(self) -> bool:
        """Whether there is anything to decide."""
        return self.standing not in (Standing.UNUSABLE, Standing.KNOWN)

    @property
    def ticked(self) -> bool:
        """Whether it is kept unless the citizen says otherwise: whatever takes nobody else's word away."""
        return self.standing in (Standing.NEW, Standing.SAME, Standing.RENEWED)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came, waiting for its citizen's decision."""

    id: str
    organisation: Organisation
    offers: tuple[Offer, ...] = field(repr=False)
    #: The account there was linked before.
    linked: bool
    #: The version of the vault's document that `offers` were compared with.
    vault_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A citizen's account at an organisation."""

    organisation_id: str
    #: None when the operator has taken the organisation away.
    organisation: Organisation | None
    issuer: str
    since: datetime
    brought_at: datetime
    #: Signing in by it is switched on.
    signs_in: bool
