"""The view model of "Choose what to share": everything the page shows, nothing it has to work out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from idp.clients.texts import Wording
from idp.consent.values import Duration, Reason


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: "You told us", "Checked by the licensing agency, 3 May 2026"."""

    #: "told" or "organisation".
    kind: str
    name: str = ""
    added_at: datetime | None = None
    assurer: str = ""
    checked_at: datetime | None = None
    #: In the assurer's own terms.
    assurance: str = ""


@dataclass(frozen=True, slots=True)
class ValueOption:
    """One held value of a detail of which there can be several."""

    attribute_id: str
    shown: str = field(repr=False)
    label: str
    origin: Origin
    chosen: bool
    #: For a private address: the citizen's own to which it forwards; empty for every other value.
    forwards_to: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LanguageValue:
    """The value of a detail in one more language, which leaves with it."""

    tag: str
    #: The language, named in the reader's own.
    name: str
    #: `ltr` or `rtl`.
    direction: str
    shown: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormOption:
    """One form in which a detail can be given: the detail itself, or a smaller one."""

    claim: str
    label: str
    #: What would leave, as text; None when it is not held and cannot be derived.
    shown: str | None = field(repr=False)
    chosen: bool
    #: Smaller than what was asked for.
    smaller: bool


@dataclass(frozen=True, slots=True)
class DetailChoice:
    """One requested detail on the page. Its checkbox has the id `claim-<claim>`."""

    claim: str
    label: str
    #: The catalogue's format (text, email, date, address ...), which picks the input for typing it in.
    format: str
    essential: bool
    ticked: bool
    #: Hidden until "Show" is used.
    masked: bool
    #: Why it is on a page that shows only a difference.
    why_asked: Reason
    reason: Wording | None
    retention: Wording | None
    without_it: Wording | None
    #: Largest last; more than one only where a smaller form serves.
    forms: tuple[FormOption, ...]
    #: More than one only where several values are held.
    values: tuple[ValueOption, ...]
    languages: tuple[LanguageValue, ...]
    origin: Origin | None
    #: The exact value of the chosen form, as text.
    shown: str | None = field(repr=False)
    #: Not held, and can be typed in here.
    missing: bool
    #: Claim whose value is typed in: the detail itself, or the one that it is derived from (birthdate for age_over_18).
    type_in: str
    type_in_label: str
    type_in_format: str
    typed: object | None = field(repr=False)
    #: Message key of what is wrong with the typed value.
    fault: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """One way in which the service can know the citizen."""

    #: `main`, `once`, or a persona's id.
    value: str
    #: A persona's name, colour and letters, in its owner's words; empty for the others.
    name: str = field(repr=False)
    colour: str
    initials: str = field(repr=False)
    chosen: bool
    #: The service knows the citizen by it now.
    known_now: bool


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """The whole page, in the order of SCREENS."""

    service: Wording
    client_id: str
    #: Names the service's logo; None when there is none.
    logo: str | None
    #: Nobody has checked who runs it; then where its answers go is all that is known. Empty for a device's.
    self_registered: bool
    hosts: tuple[str, ...]
    reason: Reason
    run_by: str
    public_body: bool
    #: False: "This service has not said why it needs these details."
    registered: bool
    #: The purposes of the uses that the shown details belong to.
    purposes: tuple[Wording, ...]
    #: Lawful basis per purpose, same order (values of LawfulBasis).
    lawful_bases: tuple[str, ...]
    last_shared: datetime | None
    #: Labels of what was asked outside the register and left out.
    left_out: tuple[str, ...]
    #: The service asks for a portrait: always a warning.
    portrait: bool
    needed: tuple[DetailChoice, ...]
    optional: tuple[DetailChoice, ...]
    #: Labels of details already decided on which stay as they are.
    kept: tuple[str, ...]
    without_it: Wording | None
    help: Wording | None
    public_subject: bool
    #: The main one first, then one time, then personas.
    identities: tuple[Identity, ...]
    #: One time is not among them: what the service is for takes knowing the citizen again.
    lasting_subject: bool
    #: What the service has now, under another identity, ends with this choice.
    ends_another: bool
    duration: Duration
    #: Day, month and year as typed, and the message key of what is wrong with them.
    until: Mapping[str, str]
    until_fault: str | None
    #: The last day that can be named.
    latest: date
    reconfirm_months: int
    #: The service wants to look again while the citizen is away.
    offline: bool
    #: JSON, indented: exactly what would be sent for the current ticks.
    preview: str = field(repr=False)
    policy_uri: str | None
    tos_uri: str | None

    @property
    def identity(self) -> Identity:
        """Return how the service is to know the citizen, as far as this page shows it."""
        return next(identity for identity in self.identities if identity.chosen)

    @property
    def faulty(self) -> tuple[DetailChoice, ...]:
        """Return the details that need correcting, for the error summary."""
        return tuple(detail for detail in self.needed + self.optional if detail.fault)
