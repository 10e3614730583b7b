"""Pushed authorization requests: the service sends its request directly and gets a reference to it.

https://www.rfc-editor.org/rfc/rfc9126
"""

from typing import Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.clients.service import ClientService
from idp.interactions.service import InteractionService
from idp.protocol.client_auth import ClientAuthenticator
from idp.protocol.errors import error_answer, oauth_error
from idp.protocol.http import Answer, HttpRequest, MalformedRequestError, json_answer
from idp.protocol.parameters import Parameters
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.protocol.request_object import RequestObjects
from idp.protocol.validation import Offer, addressee, validate
from idp.tokens.errors import TokenError

#: Part of the client's proof and not of its request.
_PROOF: Final = frozenset({"client_secret", "client_assertion", "client_assertion_type"})

_OBSTACLES: Final = {
    Obstacle.REDIRECT_URI: "redirect_uri is missing or not registered",
    Obstacle.STATE_TOO_LONG: "state is too long",
}


class PushedAuthorization:
    """The use case behind `/par`.

    :param endpoint: its own address, which an assertion may name as audience (RFC 9126 §2).
    """

    def __init__(
        self,
        *,
        authenticator: ClientAuthenticator,
        clients: ClientService,
        interactions: InteractionService,
        offer: Offer,
        objects: RequestObjects,
        issuer: str,
        endpoint: str,
    ) -> None:
        self._authenticator = authenticator
        self._clients = clients
        self._interactions = interactions
        self._offer = offer
        self._objects = objects
        self._issuer = issuer
        self._endpoint = endpoint

    def answer(self, request: HttpRequest) -> Answer:
        """Keep a request and answer with its reference (§2.2), or say what is wrong with it (§2.3)."""
        if request.method != "POST":
            return json_answer({"error": "invalid_request"}, status=405, headers=(("Allow", "POST"),))
        try:
            return self._push(request)
        except OAuth2Error as error:
            return error_answer(error, realm=self._issuer)
        except (TokenError, MalformedRequestError) as error:
            return error_answer(oauth_error(error), realm=self._issuer)

    def _push(self, request: HttpRequest) -> Answer:
        form = request.form_parameters()
        client = self._authenticator.authenticate(headers=request.headers, form=form, endpoint=self._endpoint)
        if "request_uri" in form:
            raise InvalidRequestError("A pushed request has no request_uri")
        sent = {name: value for name, value in form.items() if name not in _PROOF}
        parameters = self._objects.resolve(
            Parameters(sent | {"client_id": client.client_id}), client=client, pushed=True
        )
        if client.require_signed_request_object and not parameters.signed:
            raise InvalidRequestError("This client has to sign its requests")
        try:
            _, reply_to = addressee(parameters, find=self._clients.get)
        except NoReplyError as error:
            raise InvalidRequestError(_OBSTACLES.get(error.obstacle)) from error
        understood = validate(parameters, client=client, reply_to=reply_to, offer=self._offer)
        pushed = self._interactions.push(client.client_id, understood.stored(parameters))
        return json_answer(
            {"request_uri": pushed.request_uri, "expires_in": pushed.expires_in},
            status=201,
            client_id=client.client_id,
        )
