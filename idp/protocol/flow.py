"""One authorization request on its way, and everything about it that the next step depends on.

Reads what `dispatch` decides by; writes nothing.
"""

from dataclasses import dataclass, field

from idp.authentication.levels import CODE_AMR
from idp.authentication.values import Session
from idp.clients.values import Client
from idp.consent.values import Grant
from idp.interactions.values import Facts, Interaction
from idp.passkeys.policy import amr
from idp.protocol.dispatch import FlowState, Standing
from idp.protocol.parameters import AuthorizationRequest, Parameters
from idp.protocol.present import Present, expected_of, meant, subject
from idp.services import Services


@dataclass(frozen=True, slots=True)
class Flow:
    """One request on its way through the authorization endpoint."""

    client: Client
    request: AuthorizationRequest
    parameters: Parameters
    session: Session | None
    #: The citizen's grant for this client, stopped ones too.
    grant: Grant | None
    #: What the browser's flow cookie holds.
    browser: str | None = field(repr=False)
    #: None on the first visit of a request that was not pushed.
    interaction: Interaction | None
    #: Pages have been shown for it, so that what happened since it began counts.
    resumed: bool
    #: Several citizens are signed in in this browser, and nothing says which of them is meant.
    unclear: bool = False
    #: Whom the browser is with, when a hint picked somebody else who is signed in there.
    present: Session | None = None

    @property
    def changes_over(self) -> bool:
        """Whether it is about somebody else than whom the browser is with."""
        return self.session is not self.present


def flow_of(
    request: AuthorizationRequest,
    parameters: Parameters,
    present: Present,
    *,
    client: Client,
    interaction: Interaction | None,
    resumed: bool,
    services: Services,
) -> Flow:
    """Find out whom a request is about, and what they decided before.

    :raises InvalidRequestError: the request's `id_token_hint` is not ours.
    """
    facts = interaction.facts if interaction is not None and resumed else Facts()
    who = meant(request, present, client=client, facts=facts, services=services)
    session = who.session
    return Flow(
        client,
        request,
        parameters,
        session,
        None
        if session is None
        else services.consent.standing(session.account_id, client.client_id, settled=facts.grant_id),
        present.browser,
        interaction,
        resumed,
        unclear=who.unclear,
        present=present.session,
    )


def attainable(session: Session, *, services: Services) -> frozenset[str]:
    """Give every level that a citizen can reach with what they have set up. Two statements."""
    levels, account_id = services.authentication.levels, session.account_id
    found: set[str] = set()
    if services.authentication.has_code_app(account_id):
        found |= levels.met(CODE_AMR)
    for passkey in services.passkeys.of(account_id):
        found |= levels.met(amr(backup_eligible=passkey.backup_eligible))
    return frozenset(found)


def state_of(flow: Flow, *, services: Services) -> FlowState:
    """Gather what the next step depends on.

    :raises InvalidRequestError: the request's `id_token_hint` is not ours.
    """
    request, session = flow.request, flow.session
    began = flow.interaction if flow.resumed else None
    facts = Facts() if began is None else began.facts
    # Read even when nobody is signed in: a hint that is not ours is a fault of the request.
    expected = expected_of(request, client=flow.client, services=services)
    now = services.clock.now()
    # A choice made on the page of this very request holds, even one "just this time".
    decided = flow.grant is not None and facts.grant_id == flow.grant.id and flow.grant.live(now)
    levels = services.authentication.levels
    wishes = [acr for acr in request.requested_acr if acr in levels.offered]
    wished = None
    standing = None
    if session is not None:
        met = levels.met(session.amr)
        if wishes and wishes[0] not in met:
            # Looked up only for a request that wishes for more than this session has.
            reachable = met | attainable(session, services=services)
            wished = next((acr for acr in wishes if acr in reachable), None)
        known_as = subject(session, client=flow.client, grant=flow.grant, services=services) if expected else None
        standing = Standing(
            auth_time=session.auth_time,
            met_acr=met,
            can_step_up=wished is not None and wished not in met,
            vault_open=session.vault_key is not None,
            in_repair=session.repair_since is not None,
            # Nobody can tell before the vault is open, which comes first.
            is_expected=expected is None
            or (session.vault_key is None and flow.grant is None)
            or expected.met_by(known_as, session=session, client=flow.client),
            undecided=not decided
            and services.consent.difference(request.claims, client=flow.client, grant=flow.grant, session=session)
            is not None,
        )
    return FlowState(
        now=now,
        prompts=request.prompts,
        standing=standing,
        started_at=None if began is None else began.created_at,
        max_age=request.max_age,
        essential_acr=request.essential_acr,
        offered_acr=frozenset(levels.offered),
        wished_acr=wished,
        step_up_declined=facts.step_up_declined,
        account_selected=session is not None and facts.account_chosen == session.sid,
        unclear=flow.unclear,
        consented=decided,
        refused=facts.refused,
    )
