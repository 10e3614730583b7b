"""A device's owner at the browser: the pages of a sign-on, which end in a yes or a no for the device (RFC 8628 §3.3).

The same interaction, dispatcher and choosing page as for any request. Only the end is another one: nothing is sent
anywhere, what was agreed is sealed for the device, and the browser is told to go back to it.
"""

from dataclasses import replace
from typing import Final

from authlib.oauth2 import OAuth2Error

from idp.authentication.values import Session
from idp.consent.errors import EssentialRefusedError, GrantGoneError, VaultLockedError
from idp.consent.values import Grant
from idp.interactions.values import Interaction
from idp.protocol.authorization import Answered, Outcome, Visit
from idp.protocol.device import APPROVED_PATH, DENIED_PATH, device_request
from idp.protocol.dispatch import FlowState, Issue, Refuse, SelectAccount, next_step
from idp.protocol.flow import Flow, flow_of, state_of
from idp.protocol.issuing import finish, release_of, sign_on_of
from idp.protocol.parameters import Parameters
from idp.protocol.present import Present
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.protocol.responder import Redirect
from idp.protocol.validation import Offer
from idp.services import Services
from idp.tokens.devices import Waiting

#: The parameter of an interaction that says for which device it is.
DEVICE: Final = "device"


def take_up(waiting: Waiting, *, browser: str, services: Services) -> str:
    """Make a device's request this browser's own; the secret of the interaction.

    :param browser: what the browser's flow cookie holds, or will hold.
    """
    parameters = {
        **waiting.parameters,
        DEVICE: waiting.digest.hex(),
        "client_id": waiting.client_id,
        "response_type": "code",
    }
    return services.interactions.start(waiting.client_id, parameters, browser=browser).secret


class DeviceApproval:
    """The use cases behind the page on which a code is typed, once it is confirmed."""

    def __init__(self, *, services: Services, offer: Offer) -> None:
        self._services = services
        self._offer = offer
        self._issuer = services.settings.issuer

    def resume(self, interaction: Interaction, present: Present) -> Outcome:
        """Go on after one of our pages.

        :raises NoReplyError: the service is not open any more, or the device does not wait any longer.
        """
        client = self._services.clients.get(interaction.client_id)
        if client is None or not client.approved:
            raise NoReplyError(Obstacle.CLIENT_NOT_OPEN)
        parameters = Parameters(interaction.parameters)
        try:
            request = device_request(parameters, client=client, offer=self._offer, issuer=self._issuer)
            flow = flow_of(
                request,
                parameters,
                present,
                client=client,
                interaction=interaction,
                resumed=True,
                services=self._services,
            )
            outcome = self._follow(flow, interaction, state_of(flow, services=self._services))
        except OAuth2Error:
            # What was right when the device asked is not any more: an audience taken away, say.
            return self._deny(interaction)
        if isinstance(outcome, Visit) and flow.changes_over:
            return replace(outcome, page=SelectAccount())
        return outcome

    def _follow(self, flow: Flow, interaction: Interaction, state: FlowState) -> Outcome:
        step = next_step(state)
        if isinstance(step, Refuse):
            return self._deny(interaction)
        if not isinstance(step, Issue):
            return Visit(step, interaction.secret, flow.browser or "")
        if flow.session is None or flow.grant is None or state.standing is None:
            return self._deny(interaction)
        try:
            self._approve(flow, interaction, session=flow.session, grant=flow.grant)
        except EssentialRefusedError:
            return self._deny(interaction)
        except GrantGoneError:
            return self._follow(flow, interaction, replace(state, standing=replace(state.standing, undecided=True)))
        except VaultLockedError:
            return self._follow(flow, interaction, replace(state, standing=replace(state.standing, vault_open=False)))
        return Answered(Redirect(self._issuer + APPROVED_PATH))

    def _approve(self, flow: Flow, interaction: Interaction, *, session: Session, grant: Grant) -> None:
        services = self._services
        ticket = services.consent.ticket(flow.request.claims, session=session, client=flow.client, grant=grant)
        release = release_of(flow, session, ticket, services=services)
        sign_on = sign_on_of(flow, session, ticket, services=services)
        with services.db.transaction():
            finish(flow, services=services)
            if not services.devices.approve(_digest(interaction), sign_on):
                raise NoReplyError(Obstacle.REQUEST_GONE)
            services.activity.record(release)

    def _deny(self, interaction: Interaction) -> Answered:
        with self._services.db.transaction():
            self._services.interactions.finish(interaction.secret)
            self._services.devices.deny(_digest(interaction))
        return Answered(Redirect(self._issuer + DENIED_PATH))


def _digest(interaction: Interaction) -> bytes:
    return bytes.fromhex(interaction.parameters[DEVICE])
