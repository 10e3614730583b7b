"""One authorization request on its way, and everything about it that the next step depends on.

Reads what `dispatch` decides by; writes nothing.
"""

from dataclasses import dataclass, field

from idp.authentication.values import Session
from idp.clients.values import Client, SubjectType
from idp.consent.values import Grant
from idp.interactions.values import Facts, Interaction
from idp.protocol.dispatch import FlowState, Standing
from idp.protocol.hints import hinted_subject
from idp.protocol.parameters import AuthorizationRequest, Parameters
from idp.services import Services
from idp.vault import policy as vault_policy


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


def state_of(flow: Flow, *, services: Services) -> FlowState:
    """Gather what the next step depends on.

    :raises InvalidRequestError: the request's `id_token_hint` is not ours.
    """
    request, session = flow.request, flow.session
    began = flow.interaction if flow.resumed else None
    facts = Facts() if began is None else began.facts
    # Read even when nobody is signed in: a hint that is not ours is a fault of the request.
    expected = _expected(flow, services)
    now = services.clock.now()
    # A choice made on the page of this very request holds, even one "just this time".
    decided = flow.grant is not None and facts.grant_id == flow.grant.id and flow.grant.live(now)
    levels = services.authentication.levels
    wished = next((acr for acr in request.requested_acr if acr in levels.offered), None)
    standing = None
    if session is not None:
        met = levels.met(session.amr)
        # Looked up only for a request that wishes for more than this session has.
        unmet_wish = wished is not None and wished not in met
        standing = Standing(
            auth_time=session.auth_time,
            met_acr=met,
            can_step_up=unmet_wish and services.authentication.has_code_app(session.account_id),
            vault_open=session.vault_key is not None,
            is_expected=not expected or expected == {_subject(flow, session, services)},
            undecided=not decided
            and services.consent.difference(request.claims, client=flow.client, grant=flow.grant) is not None,
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
        consented=decided,
        refused=facts.refused,
    )


def _expected(flow: Flow, services: Services) -> set[str]:
    """Return the subjects that the service insists on; two different ones fit nobody."""
    expected = set()
    if flow.request.claims.subject is not None:
        expected.add(flow.request.claims.subject)
    if flow.request.unverified_id_token_hint is not None:
        expected.add(
            hinted_subject(
                flow.request.unverified_id_token_hint,
                keys=services.keys.verifying(),
                issuer=services.settings.issuer,
                client_id=flow.client.client_id,
            )
        )
    return expected


def _subject(flow: Flow, session: Session, services: Services) -> str | None:
    """Return how this client knows this citizen, or would; costs a statement only before the first grant."""
    if flow.grant is not None:
        return flow.grant.sub
    if session.vault_key is None:
        return None
    document = services.vault.read(session.account_id, session.vault_key)
    sector = flow.client.sector if flow.client.subject_type is SubjectType.PAIRWISE else ""
    return vault_policy.subject(document.seed, sector)
