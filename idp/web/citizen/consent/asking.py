"""What one service asks one citizen, worked out anew on each visit of the choosing page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from idp.authentication.values import Session
from idp.clients.texts import Wording
from idp.clients.values import Client
from idp.consent.page import ChoicePage
from idp.consent.values import ONE_TIME, Choices, ClaimsRequest, Difference, Duration, Grant, Reason
from idp.interactions.values import Interaction
from idp.protocol.resources import named
from idp.protocol.response_types import opens_userinfo
from idp.vault.values import MAIN
from idp.web.citizen.resources import owners
from idp.web.context import current_session, pending, services
from idp.web.languages import current


@dataclass(frozen=True, slots=True)
class Asking:
    """A service's open question to the citizen at this browser."""

    interaction: Interaction = field(repr=False)
    client: Client
    session: Session
    request: ClaimsRequest
    difference: Difference
    scopes: tuple[str, ...]
    #: Names of the services that it wants to go to in the citizen's name.
    elsewhere: tuple[Wording, ...]
    #: Where the answer goes; empty when it goes to a device.
    hosts: tuple[str, ...]
    #: How the service is to know the citizen: a persona, or `ONE_TIME`.
    known_as: str
    #: What it has now under another identity; it ends with a choice for this one.
    leaving: Grant | None
    #: The choice that the citizen has paused; nothing is asked until they have resumed it.
    paused: Grant | None = None

    @property
    def secret(self) -> str:
        """Return what names the request in the addresses of our pages."""
        return self.interaction.secret

    def page(
        self, *, choices: Choices | None = None, faults: Mapping[str, str] | None = None, select_all: bool = False
    ) -> ChoicePage:
        """Build the page for the choices made so far."""
        page = services().consent.page(
            self.request,
            session=self.session,
            client=self.client,
            language=current(),
            difference=self.difference,
            choices=choices,
            faults=faults,
            select_all=select_all,
            known_as=self.known_as,
        )
        return replace(page, hosts=self.hosts)

    def decide(self, choices: Choices) -> Grant:
        """Record the choices; see :meth:`idp.consent.service.ConsentService.decide`."""
        grant = services().consent.decide(
            self.request,
            session=self.session,
            client=self.client,
            difference=self.difference,
            choices=replace(choices, known_as=self.known_as),
            scopes=self.scopes,
        )
        if self.leaving is not None:
            services().logout.identity_left(self.leaving)
        return grant

    def asks_like(self, other: Asking) -> bool:
        """Tell whether a page for the other one showed the same details for the same decisions."""
        same = {self.known_as, other.known_as} <= {MAIN, ONE_TIME}
        return self.known_as == other.known_as or (same and self.difference == other.difference)


def asking(secret: str, *, known_as: str | None = None) -> Asking | None:
    """Find what is still to be decided in a request in flight, or None when there is nothing to ask here.

    None sends the browser back to the dispatcher, which knows why: nobody is signed in, the vault is locked, the
    service was suspended, or all is settled already.

    :param known_as: the identity that the citizen picked on the page; the present one when left out.
    :raises InteractionGoneError: the request in flight has ended, or belongs to another browser.
    :raises UnrequestedClaimError: the citizen has no such persona.
    """
    waiting = pending(secret)
    session = current_session()
    facts = waiting.interaction.facts
    if session is None or session.vault_key is None or facts.refused or not waiting.client.approved:
        return None
    parameters = waiting.interaction.parameters
    scopes = tuple(parameters.get("scope", "").split())
    consent = services().consent
    request = consent.request(
        scopes,
        parameters.get("claims"),
        claims_locales=parameters.get("claims_locales"),
        opens_userinfo=opens_userinfo(parameters.get("response_type")),
        resources=named(parameters.get("resource")),
    )
    grant = consent.standing(session.account_id, waiting.client.client_id, settled=facts.grant_id)
    if grant is not None and grant.live(services().clock.now()) and not consent.opens(grant, session=session):
        # Asked as if for the first time, or the dispatcher and this page would send the browser to and fro.
        grant = None
    if grant is not None and facts.grant_id == grant.id and grant.live(services().clock.now()):
        # Decided on this very page, be it "just this time": asked again only when something cannot be given any more.
        held = replace(grant, duration=Duration.STANDING)
        if consent.difference(request, client=waiting.client, grant=held, session=session) is None:
            return None
    leaving = None
    if known_as is not None and known_as != (MAIN if grant is None else grant.persona):
        leaving = grant if grant is not None and grant.withdrawn_at is None and not grant.one_time else None
        grant = consent.decided_as(session.account_id, waiting.client, known_as)
    elif grant is not None and grant.one_time:
        grant = None
    difference = consent.difference(
        request,
        client=waiting.client,
        grant=grant,
        session=session,
        ask_again="consent" in parameters.get("prompt", "").split(),
    )
    if difference is None:
        return None
    elsewhere = owners(named(parameters.get("resource")))
    return Asking(
        waiting.interaction,
        waiting.client,
        session,
        request,
        difference,
        scopes,
        elsewhere,
        waiting.hosts,
        known_as=known_as or (MAIN if grant is None else grant.persona),
        leaving=leaving,
        paused=grant if difference.reason is Reason.PAUSED else None,
    )
