"""What a citizen shares with one service, as the pages about it show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from idp.claims import languages
from idp.clients.texts import Wording
from idp.clients.values import Client, ClientState, Register
from idp.consent.values import Decision, Duration, Grant
from idp.vault.personas import Persona
from idp.vault.values import MAIN
from idp.web.citizen.resources import owners
from idp.web.context import personas, services, signed_in
from idp.web.languages import current


class State(StrEnum):
    """Whether a service still learns anything."""

    LIVE = "live"
    #: The citizen lets nothing leave for now.
    PAUSED = "paused"
    #: Agreed to for a single visit, or to a day, which is over.
    OVER = "over"
    STOPPED = "stopped"
    #: Brought along from another provider; it counts once the citizen confirms it.
    MOVED = "moved"
    #: The service is no more.
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SharedDetail:
    """One detail that the citizen decided on."""

    label: str
    #: The citizen gives a smaller form than what was asked for.
    smaller: bool
    reason: Wording | None
    retention: Wording | None
    #: Names of the languages in which it is given beside its plain value.
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedService:
    """One service and what it learns."""

    grant_id: str
    client_id: str
    #: The persona that it knows; None for the citizen as such, and for one that was removed.
    persona: Persona | None
    #: It knows the citizen by an identifier for this visit only.
    one_time: bool
    #: It knows, or knew, the citizen as a persona that is no more.
    lost_persona: bool
    #: It knows the citizen by this identity now, so that another one can be chosen.
    pinned: bool
    name: Wording
    #: Empty when nobody has checked who runs it.
    run_by: str
    public_body: bool
    hosts: tuple[str, ...]
    #: Where a sign-on begins that the citizen asks us for; None when the service does not take it.
    open_uri: str | None
    help: Wording | None
    purposes: tuple[Wording, ...]
    details: tuple[SharedDetail, ...]
    #: Labels of what was asked and not given.
    withheld: tuple[str, ...]
    state: State
    since: datetime
    changed_at: datetime
    last_used: datetime | None
    #: When it ends, or ended.
    until: datetime
    once: bool
    #: The citizen named its last day.
    named: bool
    paused_at: datetime | None
    #: The service may look again while the citizen is away.
    offline: bool
    #: Other services that it may go to in the citizen's name.
    elsewhere: tuple[Wording, ...]
    stopped_at: datetime | None


def shared(grant: Grant) -> SharedService:
    """Describe a grant in the reader's language."""
    client = services().clients.get(grant.client_id)
    register = client.register if client else Register()
    allowed = tuple(decision for decision in grant.decisions if decision.allowed)
    held = services().consent.opened(grant, session=signed_in())
    persona = next((one for one in personas() if one.id == grant.persona), None)
    return SharedService(
        grant_id=grant.id,
        client_id=grant.client_id,
        persona=persona,
        one_time=grant.one_time,
        lost_persona=persona is None and grant.details_of != MAIN,
        pinned=grant.pinned,
        name=_name(client, grant.client_id),
        run_by=client.organisation.legal_name if client else "",
        public_body=client.organisation.public_body if client else False,
        hosts=client.hosts if client else (),
        open_uri=_open_uri(client) if _state(grant, client) is State.LIVE else None,
        help=client.organisation.help.read(current()) if client else None,
        purposes=_purposes(register, allowed),
        details=tuple(
            _detail(decision, register, () if held is None else held.tags(decision.form)) for decision in allowed
        ),
        withheld=tuple(_label(decision.claim) for decision in grant.decisions if not decision.allowed),
        state=_state(grant, client),
        since=grant.created_at,
        changed_at=grant.updated_at,
        last_used=grant.last_used_at,
        until=grant.reconfirm_at,
        once=grant.duration is Duration.ONCE,
        named=grant.duration is Duration.UNTIL,
        paused_at=grant.paused_at,
        offline=grant.offline,
        elsewhere=owners(grant.scopes),
        stopped_at=grant.withdrawn_at,
    )


def _name(client: Client | None, client_id: str) -> Wording:
    # A service that was deleted still has its place in the citizen's own record.
    return client.name(current()) if client else Wording(client_id, "")


def _open_uri(client: Client | None) -> str | None:
    """Build the request of a third-party-initiated login (OIDC Core §4): who sends, and nothing about the citizen."""
    if client is None or not client.approved or client.initiate_login_uri is None:
        return None
    separator = "&" if "?" in client.initiate_login_uri else "?"
    return client.initiate_login_uri + separator + urlencode({"iss": services().settings.issuer})


def _state(grant: Grant, client: Client | None) -> State:
    if client is not None and client.state is ClientState.DELETED:
        return State.CLOSED
    if grant.withdrawn_at is not None:
        return State.STOPPED
    if grant.moved:
        return State.MOVED
    if not grant.stands(services().clock.now()):
        return State.OVER
    return State.LIVE if grant.paused_at is None else State.PAUSED


def _purposes(register: Register, allowed: tuple[Decision, ...]) -> tuple[Wording, ...]:
    uses = (register.use_of(decision.claim) for decision in allowed)
    read = (use.purpose.read(current()) for use in uses if use is not None)
    return tuple(dict.fromkeys(purpose for purpose in read if purpose is not None))


def _detail(decision: Decision, register: Register, tags: tuple[str, ...]) -> SharedDetail:
    entry = register.detail(decision.claim)
    return SharedDetail(
        label=_label(decision.form),
        smaller=decision.form != decision.claim,
        reason=entry.reason.read(current()) if entry else None,
        retention=entry.retention.read(current()) if entry else None,
        languages=tuple(languages.name(tag, current()) for tag in tags),
    )


def _label(claim: str) -> str:
    definition = services().catalogue.find(claim)
    return definition.label[current()] if definition else claim
