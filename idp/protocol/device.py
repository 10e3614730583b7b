"""The device authorization endpoint: a device without a browser asks, and is told what its owner is to type.

https://www.rfc-editor.org/rfc/rfc8628#section-3.1
"""

from typing import Final
from urllib.parse import quote

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError

from idp.clients.values import DEVICE_CODE, Client
from idp.consent.errors import ClaimsParameterError
from idp.protocol.client_auth import ClientAuthenticator
from idp.protocol.errors import error_answer, oauth_error
from idp.protocol.http import Answer, HttpRequest, MalformedRequestError, json_answer
from idp.protocol.parameters import AuthorizationRequest, Parameters
from idp.protocol.responder import ReplyTo
from idp.protocol.response_types import ResponseType
from idp.protocol.validation import REQUEST_MAX, Offer, max_age_of, resources_of, scopes_of
from idp.tokens.devices import DeviceCodes
from idp.tokens.errors import TokenError

#: Where citizens type the code.
VERIFICATION_PATH: Final = "/device"
#: Where their browser ends up.
APPROVED_PATH: Final = "/device/approved"
DENIED_PATH: Final = "/device/denied"
#: What of an authorization request means something without a redirect.
UNDERSTOOD: Final = frozenset({"acr_values", "claims", "claims_locales", "resource", "scope", "ui_locales"})


class DeviceAuthorization:
    """The use case behind `/device_authorization`."""

    def __init__(self, *, authenticator: ClientAuthenticator, devices: DeviceCodes, offer: Offer, issuer: str) -> None:
        self._authenticator = authenticator
        self._devices = devices
        self._offer = offer
        self._issuer = issuer

    def answer(self, request: HttpRequest) -> Answer:
        """Keep a device's request and answer with its codes (§3.2), or say what is wrong with it."""
        try:
            return self._begin(request)
        except OAuth2Error as error:
            return error_answer(error, realm=self._issuer)
        except (TokenError, MalformedRequestError) as error:
            return error_answer(oauth_error(error), realm=self._issuer)

    def _begin(self, request: HttpRequest) -> Answer:
        form = request.form_parameters()
        client = self._authenticator.authenticate(headers=request.headers, form=form)
        if DEVICE_CODE not in client.grant_types:
            raise UnauthorizedClientError("This client is not registered for this grant type")
        parameters = Parameters({name: value for name, value in form.items() if name in UNDERSTOOD})
        understood = device_request(parameters, client=client, offer=self._offer, issuer=self._issuer)
        begun = self._devices.begin(client.client_id, understood.stored(parameters))
        address = self._issuer + VERIFICATION_PATH
        return json_answer(
            {
                "device_code": begun.device_code,
                "user_code": begun.user_code,
                "verification_uri": address,
                "verification_uri_complete": f"{address}?user_code={quote(begun.user_code)}",
                "expires_in": begun.expires_in,
                "interval": begun.interval,
            },
            client_id=client.client_id,
        )


def device_request(parameters: Parameters, *, client: Client, offer: Offer, issuer: str) -> AuthorizationRequest:
    """Return a device's request as we understand it: one that is answered on a page of ours.

    :raises OAuth2Error: with the code and description that the client is to get.
    """
    if sum(map(len, parameters.values.values())) > REQUEST_MAX:
        raise InvalidRequestError("The request is too long")
    # What follows is what follows a code: tokens from the token endpoint, and nothing from the browser.
    kind = ResponseType.CODE
    resources = resources_of(parameters, kind, client=client, offer=offer)
    scopes = scopes_of(parameters.get("scope"), kind, client=client, offer=offer, resources=resources)
    audiences = tuple(resource.audience for resource in resources)
    try:
        claims = offer.claims_request(
            scopes,
            parameters.get("claims"),
            claims_locales=parameters.get("claims_locales"),
            opens_userinfo=True,
            resources=audiences,
        )
    except ClaimsParameterError as error:
        raise InvalidRequestError(error.description) from error
    return AuthorizationRequest(
        client_id=client.client_id,
        response_type=kind,
        reply_to=ReplyTo(issuer + APPROVED_PATH),
        scopes=scopes,
        claims=claims,
        max_age=max_age_of(None, default=client.default_max_age),
        acr_values=tuple((parameters.get("acr_values") or "").split()) or client.default_acr_values,
        essential_acr=frozenset(claims.acr_values) if claims.acr_essential else frozenset(),
        resources=audiences,
    )
