"""Requests for claims, decisions about them, and the standing result, as immutable values."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from idp.claims.languages import best
from idp.vault.values import MAIN


class Destination(StrEnum):
    """Where a claim was asked to be delivered (OIDC Core §5.5)."""

    USERINFO = "userinfo"
    ID_TOKEN = "id_token"  # noqa: S105 - the standard's name of a place, not a secret


class Duration(StrEnum):
    """How long a choice holds."""

    ONCE = "once"
    STANDING = "standing"
    #: To the end of a day that the citizen named.
    UNTIL = "until"


class Reason(StrEnum):
    """Why the citizen is asked."""

    FIRST = "first"
    NEW_DETAIL = "new_detail"
    CHANGED_PURPOSE = "changed_purpose"
    EXPIRED = "expired"
    #: The day that the citizen named is over.
    ENDED = "ended"
    #: The citizen paused it: they resume it, or share nothing.
    PAUSED = "paused"
    STOPPED = "stopped"
    #: The citizen chose "just this time" before.
    ONCE_ONLY = "once_only"
    #: The choice was brought along from another provider, and is to be confirmed here.
    MOVED = "moved"
    #: The service asked for the page (prompt=consent).
    SERVICE_ASKS = "service_asks"


OPENID: Final = "openid"
#: The scope that lets a service look again while the citizen is away (OIDC Core §11).
OFFLINE: Final = "offline_access"


#: Instead of a persona: a new identifier for this visit, which nothing remembers.
ONE_TIME: Final = "once"
#: Before the name of a persona that lives for one visit; no persona of a vault has a colon in its name.
_ONE_TIME_PREFIX: Final = "once:"


#: The epoch of a grant of which there were no tokens yet.
NEVER_GIVEN: Final = 0
FIRST_GIVEN: Final = 1


def one_time_persona(name: str) -> str:
    """Return what a grant for one visit has in the place of a persona; 22 characters at most."""
    return (_ONE_TIME_PREFIX + name)[:22]


def canonical(value: object) -> str:
    """Return one spelling per JSON value, to compare what was asked for with what is held."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class RequestedClaim:
    """One claim that a request names."""

    name: str
    destinations: frozenset[Destination]
    #: What the request says; only the register makes a claim essential.
    essential_requested: bool = False
    #: The values that the service would take, each in its canonical spelling; None takes any.
    accepted: tuple[str, ...] | None = field(default=None, repr=False)

    def accepts(self, value: object) -> bool:
        """Tell whether this value is one that the service asked for."""
        return self.accepted is None or (value is not None and canonical(value) in self.accepted)


@dataclass(frozen=True, slots=True)
class LanguageWish:
    """A claim asked for in another language beside its plain value, at one destination (OIDC Core §5.2)."""

    claim: str
    destination: Destination
    #: In order of preference; one value meets the wish. A name such as `family_name#ar` wishes for one language only.
    tags: tuple[str, ...]

    def met_by(self, held: Collection[str]) -> str | None:
        """Return the language of the value that meets the wish, among those that are held."""
        return next((found for tag in self.tags if (found := best(tag, held)) is not None), None)


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """Everything that one request asks to learn, by scope or by the `claims` parameter."""

    claims: tuple[RequestedClaim, ...] = ()
    #: `sub` with a value: the answer must be about this subject (OIDC Core §5.5.1).
    subject: str | None = field(default=None, repr=False)
    #: `auth_time` asked for as essential in the ID token.
    auth_time: bool = False
    #: `acr` with values; essential makes another level an error (OIDC Core §5.5.1.1).
    acr_values: tuple[str, ...] = ()
    acr_essential: bool = False
    #: Wants to look again while the citizen is away (scope `offline_access`, OIDC Core §11).
    offline: bool = False
    #: Resource servers that it wants to go to in the citizen's name, and the scope values that it wants there.
    reach: tuple[str, ...] = ()
    #: Languages asked for by tagged names or by `claims_locales`; nothing for most requests.
    languages: tuple[LanguageWish, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all claims asked for."""
        return frozenset(claim.name for claim in self.claims)

    def claim(self, name: str) -> RequestedClaim | None:
        """Return the request for one claim."""
        return next((claim for claim in self.claims if claim.name == name), None)

    def at(self, destination: Destination) -> tuple[str, ...]:
        """Return the names asked for at one destination."""
        return tuple(claim.name for claim in self.claims if destination in claim.destinations)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A request held against the register: what may be asked, and how strongly. Names in request order."""

    essential: tuple[str, ...]
    voluntary: tuple[str, ...]
    #: Outside the register: left out, and the citizen is told.
    over_asked: tuple[str, ...]
    #: The service has no entry at all; everything is voluntary.
    unregistered: bool

    @property
    def offered(self) -> tuple[str, ...]:
        """Return what the citizen is asked about."""
        return self.essential + self.voluntary


@dataclass(frozen=True, slots=True)
class Decision:
    """The citizen's choice for one requested claim."""

    claim: str
    allowed: bool
    #: The claim that leaves instead: itself, or a smaller form of it.
    form: str
    #: Which of several held values; None for a detail of which there is only one.
    attribute_id: str | None = None
    #: Fingerprint of what the register said about this claim when the citizen decided; empty when it said nothing.
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be asked now, and why; None of these means: remembered, no page."""

    reason: Reason
    #: Claim names with the reason for each; the others keep their earlier decision.
    claims: tuple[tuple[str, Reason], ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the claims that have to be asked about."""
        return frozenset(name for name, _ in self.claims)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one citizen currently lets one service know about them."""

    id: str
    account_id: str
    persona: str
    client_id: str
    sub: str
    scopes: tuple[str, ...]
    decisions: tuple[Decision, ...]
    #: Names whose values are sealed now, companions such as email_verified included.
    claims: tuple[str, ...]
    claims_sealed: bytes | None = field(repr=False)
    grant_key_wrapped: bytes | None = field(repr=False)
    vault_version: int
    sealed_at: datetime
    duration: Duration
    created_at: datetime
    updated_at: datetime
    #: When it ends, to the second: the service then has nothing until the citizen has chosen again.
    reconfirm_at: datetime
    withdrawn_at: datetime | None
    token_epoch: int
    last_used_at: datetime | None
    #: The vault's version at the time of the same select; None when it was not joined.
    vault_version_now: int | None = None
    #: The service knows the citizen by it now; others are their record.
    pinned: bool = True
    #: Set while the citizen has paused it: values stay sealed, and no token works.
    paused_at: datetime | None = None
    #: When the citizen is to be reminded of its end; None when they have been, or need not be.
    remind_at: datetime | None = None

    def decision(self, claim: str) -> Decision | None:
        """Return the earlier decision about one claim."""
        return next((one for one in self.decisions if one.claim == claim), None)

    @property
    def one_time(self) -> bool:
        """Tell whether the service knows the citizen by an identifier for this visit only."""
        return self.persona.startswith(_ONE_TIME_PREFIX)

    @property
    def details_of(self) -> str:
        """Return the persona whose details it draws on: a one-time identity has none of its own."""
        return MAIN if self.one_time else self.persona

    @property
    def prepared(self) -> bool:
        """Tell whether the citizen has settled the persona only, and the service has been given nothing under it."""
        return self.token_epoch == NEVER_GIVEN

    @property
    def offline(self) -> bool:
        """Tell whether the service may look again while the citizen is away; never after a single visit."""
        return OFFLINE in self.scopes and self.duration is not Duration.ONCE

    def reaches(self, reach: Collection[str]) -> bool:
        """Tell whether the citizen agreed to all of this reach, for more than a single visit or not."""
        return frozenset(reach) <= frozenset(self.scopes)

    @property
    def moved(self) -> bool:
        """Tell whether this is a choice from another provider that waits to be confirmed: nothing was ever sealed."""
        # Whatever has ended here has moved its epoch on.
        never = self.claims_sealed is None and self.token_epoch == FIRST_GIVEN
        return never and self.withdrawn_at is None and self.duration is not Duration.ONCE

    def stands(self, now: datetime) -> bool:
        """Tell whether the choice holds: neither stopped nor ended. A paused one does."""
        return self.withdrawn_at is None and self.claims_sealed is not None and now < self.reconfirm_at

    def live(self, now: datetime) -> bool:
        """Tell whether anything may leave at this moment: what every use of a token asks."""
        return self.paused_at is None and self.stands(now)


@dataclass(frozen=True, slots=True)
class GrantTicket:
    """All that tokens need of a grant: its key opens the sealed values, and the names that this request may draw."""

    grant_id: str
    sub: str
    epoch: int
    grant_key: bytes = field(repr=False)
    #: Requested claim names per destination; `released` intersects them again at every release.
    userinfo: tuple[str, ...]
    id_token: tuple[str, ...]
    grant: Grant = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the citizen submitted. Names are claim names as requested; nothing is trusted yet."""

    #: Claims to share; essential ones have to be in it like any other.
    allowed: frozenset[str] = frozenset()
    #: Chosen form per claim; the smallest acceptable one when left out.
    forms: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Chosen attribute per claim where several are held; the first one when left out.
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Raw text per detail of the vault (parts of an address by name) that is not held yet; see `DetailChoice.type_in`.
    typed: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict, repr=False, hash=False)
    duration: Duration = Duration.STANDING
    #: Day, month and year as typed, for :attr:`Duration.UNTIL`.
    until: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Languages per claim whose values the page showed; a value that it did not show is not agreed to.
    languages: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False, hash=False)
    #: How the service is to know the citizen: a persona, or `ONE_TIME`; as it does already when left out.
    known_as: str | None = None
