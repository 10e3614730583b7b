"""The authorization endpoint: from a service's request to its answer.

Owns the order in which things happen: find who asks and where to answer, check the request, ask
`dispatch` what is next, and do it. Checks live in `validation`, the order of pages in `dispatch`,
the shape of answers in `responder`; the web layer reads the request and follows the outcome.

A citizen with a session and a standing grant is answered at once and nothing but the code, if there is to be one, and
the activity row is stored. Everybody else's request is kept as an interaction, bound to their browser;
its parameters never travel again.

https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint, https://www.rfc-editor.org/rfc/rfc9126#section-4
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.authentication.values import Session
from idp.clients.values import Client
from idp.consent.errors import EssentialRefusedError, GrantGoneError, VaultLockedError
from idp.crypto import secrets
from idp.interactions.errors import InteractionGoneError
from idp.interactions.service import REQUEST_URI_PREFIX
from idp.interactions.values import Interaction
from idp.protocol.dispatch import (
    Consent,
    FlowState,
    Issue,
    Refuse,
    Repair,
    SelectAccount,
    SignIn,
    SignUp,
    StepUp,
    Unlock,
    next_step,
)
from idp.protocol.flow import Flow, flow_of, state_of
from idp.protocol.id_token import IdTokens
from idp.protocol.issuing import finish, issue
from idp.protocol.parameters import AuthorizationRequest, Parameters, read_parameters
from idp.protocol.present import Present
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.protocol.request_object import RequestObjects, carries_object
from idp.protocol.responder import Reply, ReplyTo, Responder
from idp.protocol.validation import Offer, addressee, asking_client, validate
from idp.services import Services

Page = SignIn | SignUp | SelectAccount | StepUp | Unlock | Repair | Consent


@dataclass(frozen=True, slots=True)
class Answered:
    """The service gets its answer."""

    reply: Reply
    #: To a request object that was worth nothing: looking at it cost more than sending it.
    in_vain: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """The citizen has to see a page, which returns here with the interaction's secret."""

    page: Page
    interaction: str = field(repr=False)
    #: What binds the interaction to this browser; belongs in its cookie.
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Again:
    """The browser has to come back by GET, with this reference to its request."""

    client_id: str
    request_uri: str = field(repr=False)


Outcome = Answered | Visit


class Authorization:
    """The use cases behind `/authorize`."""

    def __init__(
        self,
        *,
        services: Services,
        offer: Offer,
        objects: RequestObjects,
        responder: Responder,
        id_tokens: IdTokens,
    ) -> None:
        self._services = services
        self._id_tokens = id_tokens
        self._offer = offer
        self._objects = objects
        self._responder = responder
        #: Goes on with what a device's owner takes up (`device_approval`), which ends otherwise.
        self.of_devices: Callable[[Interaction, Present], Outcome] | None = None

    def begin(
        self,
        pairs: Iterable[tuple[str, str]],
        *,
        session: Session | None,
        browser: str | None,
        others: Collection[Session] = (),
    ) -> Outcome:
        """Take a request as it arrives, pushed before or not.

        :param session: whom the browser is with now.
        :param others: who else is signed in in it.
        :param browser: what the browser's flow cookie holds.
        :raises NoReplyError: there is nowhere to answer to; the citizen gets a page.
        """
        parameters = read_parameters(pairs)
        pushed = self._pushed(parameters)
        if pushed is not None:
            # What stands beside the reference is ignored (RFC 9126 §4, RFC 9101 §6.3).
            parameters = Parameters(pushed.parameters)
        elif carries_object(parameters):
            try:
                parameters = self._resolved(parameters)
            except OAuth2Error as error:
                return self._unresolved(parameters, error)
        present = Present(session, others, browser)
        return self._go_on(parameters, present, interaction=pushed, resumed=False)

    def carry(self, pairs: Iterable[tuple[str, str]]) -> Answered | Again:
        """Take a request that another site posted, and have the browser bring it again by GET.

        Browsers send our cookies along with a GET from elsewhere but not with a POST, so a citizen who is signed in
        would look like a stranger: the request is kept as if the service had pushed it.

        :raises NoReplyError: there is nowhere to answer to; the citizen gets a page.
        """
        parameters = read_parameters(pairs)
        pushed = self._pushed(parameters)
        if pushed is not None:
            return Again(pushed.client_id, parameters.values["request_uri"])
        if carries_object(parameters):
            try:
                parameters = self._resolved(parameters)
            except OAuth2Error as error:
                return self._unresolved(parameters, error)
        client, reply_to = addressee(parameters, find=self._services.clients.get)
        try:
            request = self._understand(parameters, client=client, reply_to=reply_to, pushed=False)
        except OAuth2Error as error:
            return self._answer_error(reply_to, error.error, error.description or "")
        kept = self._services.interactions.push(client.client_id, request.stored(parameters))
        return Again(client.client_id, kept.request_uri)

    def resume(
        self, secret: str, *, session: Session | None, browser: str | None, others: Collection[Session] = ()
    ) -> Outcome:
        """Go on with an interaction after one of its pages.

        :raises NoReplyError: used, expired, or begun in another browser.
        """
        if browser is None:
            raise NoReplyError(Obstacle.REQUEST_GONE)
        try:
            interaction = self._services.interactions.get(secret, browser=browser)
        except InteractionGoneError as error:
            raise NoReplyError(Obstacle.REQUEST_GONE) from error
        present = Present(session, others, browser)
        if self.of_devices is not None and "device" in interaction.parameters:
            return self.of_devices(interaction, present)
        return self._go_on(Parameters(interaction.parameters), present, interaction=interaction, resumed=True)

    def _pushed(self, parameters: Parameters) -> Interaction | None:
        request_uri = parameters.get("request_uri")
        if request_uri is None or not request_uri.startswith(REQUEST_URI_PREFIX):
            return None
        if "request" in parameters.values:
            raise NoReplyError(Obstacle.REPEATED)
        client = asking_client(parameters, find=self._services.clients.get)
        try:
            return self._services.interactions.open_pushed(request_uri, client.client_id)
        except InteractionGoneError as error:
            # Where the answer would go is in the request that is gone.
            raise NoReplyError(Obstacle.REQUEST_GONE) from error

    def _resolved(self, parameters: Parameters) -> Parameters:
        return self._objects.resolve(parameters, client=asking_client(parameters, find=self._services.clients.get))

    def _unresolved(self, parameters: Parameters, error: OAuth2Error) -> Answered:
        """Answer about a broken object where the parameters outside may name, else nowhere (RFC 9101 §7)."""
        try:
            _, reply_to = addressee(parameters, find=self._services.clients.get)
        except NoReplyError:
            raise NoReplyError(Obstacle.REQUEST_OBJECT) from error
        return replace(self._answer_error(reply_to, error.error, error.description or ""), in_vain=True)

    def _go_on(
        self, parameters: Parameters, present: Present, *, interaction: Interaction | None, resumed: bool
    ) -> Outcome:
        client, reply_to = addressee(parameters, find=self._services.clients.get)
        try:
            # Checked again on each return: the client may have been changed or suspended meanwhile.
            request = self._understand(parameters, client=client, reply_to=reply_to, pushed=interaction is not None)
            flow = flow_of(
                request,
                parameters,
                present,
                client=client,
                interaction=interaction,
                resumed=resumed,
                services=self._services,
            )
            outcome = self._follow(flow, state_of(flow, services=self._services))
        except OAuth2Error as error:
            return self._answer_error(reply_to, error.error, error.description or "")
        if isinstance(outcome, Visit) and flow.changes_over:
            # Our pages work for whom the browser is with, so the citizen changes over first, and sees it.
            return replace(outcome, page=SelectAccount())
        return outcome

    def _understand(
        self, parameters: Parameters, *, client: Client, reply_to: ReplyTo, pushed: bool
    ) -> AuthorizationRequest:
        if client.require_signed_request_object and not (pushed or parameters.signed):
            raise InvalidRequestError("This client has to sign its requests")
        request = validate(parameters, client=client, reply_to=reply_to, offer=self._offer)
        if client.require_par and not pushed:
            raise InvalidRequestError("This client has to push its requests")
        return request

    def _follow(self, flow: Flow, state: FlowState) -> Outcome:
        step = next_step(state)
        if isinstance(step, Refuse):
            finish(flow, services=self._services)
            return self._answer_error(flow.request.reply_to, step.error, step.description)
        if isinstance(step, Issue):
            return self._issue(flow, state)
        return self._visit(flow, step)

    def _visit(self, flow: Flow, page: Page) -> Visit:
        browser = flow.browser or secrets.token()
        interactions = self._services.interactions
        if flow.interaction is None:
            started = interactions.start(flow.client.client_id, flow.request.stored(flow.parameters), browser=browser)
            return Visit(page, started.secret, browser)
        if flow.resumed:
            return Visit(page, flow.interaction.secret, browser)
        try:
            adopted = interactions.adopt(flow.interaction.secret, browser=browser)
        except InteractionGoneError as error:
            raise NoReplyError(Obstacle.REQUEST_GONE) from error
        return Visit(page, adopted.secret, browser)

    def _issue(self, flow: Flow, state: FlowState) -> Outcome:
        if flow.session is None or flow.grant is None or state.standing is None:
            # Dispatch does not let this through; said here so that no later rule can issue without a decision.
            return self._answer_error(flow.request.reply_to, "interaction_required", "Nothing has been decided yet")
        try:
            answer = issue(
                flow, session=flow.session, grant=flow.grant, services=self._services, id_tokens=self._id_tokens
            )
        except EssentialRefusedError:
            # One error whatever the reason: the service does not learn whether it was refused or is not held.
            finish(flow, services=self._services)
            error = "interaction_required" if state.silent else "access_denied"
            return self._answer_error(flow.request.reply_to, error, "The citizen did not share what was asked for")
        except OAuth2Error:
            # No key to encrypt the answer with. The service is told so once, as it would be given the answer.
            finish(flow, services=self._services)
            raise
        except GrantGoneError:
            # Stopped in another window a moment ago: as if it had never been decided.
            return self._follow(flow, replace(state, standing=replace(state.standing, undecided=True)))
        except VaultLockedError:
            return self._follow(flow, replace(state, standing=replace(state.standing, vault_open=False)))
        return Answered(self._responder.success(flow.request.reply_to, answer))

    def _answer_error(self, reply_to: ReplyTo, error: str, description: str) -> Answered:
        return Answered(self._responder.error(reply_to, error=error, description=description))
