"""Which authorization requests are acceptable, and who is told when one is not.

Two steps whose order is the security of the endpoint. `addressee` finds the one address that an
answer may go to; until it has, nobody but the citizen learns that something is wrong. `validate`
checks the rest, and what it finds amiss goes to that address.

https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1, https://www.rfc-editor.org/rfc/rfc9700#section-4.11
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from authlib.oidc.core.errors import RegistrationNotSupportedError

from idp.clients.policy import redirect_uri_allowed
from idp.clients.values import ApplicationType, Client
from idp.consent.errors import ClaimsParameterError
from idp.consent.values import OFFLINE, ClaimsRequest
from idp.protocol import pkce
from idp.protocol.parameters import AuthorizationRequest, Display, Parameters
from idp.protocol.prompts import read_prompts
from idp.protocol.refusals import NoReplyError, Obstacle, UnsupportedResponseTypeError
from idp.protocol.resources import InvalidTargetError, Resource, Resources
from idp.protocol.responder import ReplyTo, ResponseMode
from idp.protocol.response_types import (
    ResponseType,
    can_post,
    mode_of_answer,
    opens_userinfo,
    read_response_mode,
    read_response_type,
)

#: Characters. What is longer is refused: nothing is ever cut off.
STATE_MAX: Final = 2048
NONCE_MAX: Final = 2048
LOGIN_HINT_MAX: Final = 320
#: All values of a request together: anybody may have one kept, so it takes no more room than real ones need.
REQUEST_MAX: Final = 24_576
MAX_LOCALES: Final = 20

#: RFC 6749 Appendix A.1 and A.4.
_CLIENT_ID: Final = re.compile(r"[\x20-\x7e]{1,255}")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( +[\x21\x23-\x5b\x5d-\x7e]+)*")
_SECONDS: Final = re.compile(r"[0-9]{1,10}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}")


class ReadClaims(Protocol):
    """What :meth:`idp.consent.service.ConsentService.request` does."""

    def __call__(
        self,
        scopes: Collection[str],
        claims_parameter: str | None,
        /,
        *,
        claims_locales: str | None,
        opens_userinfo: bool,
        resources: Collection[str],
    ) -> ClaimsRequest:
        """Read scopes, the `claims` parameter and `claims_locales`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What this deployment has to offer to any client."""

    scopes: frozenset[str]
    response_types: frozenset[ResponseType]
    claims_request: ReadClaims
    resources: Resources
    #: Accept addresses that only development can afford.
    development: bool = False


def addressee(parameters: Parameters, *, find: Callable[[str], Client | None]) -> tuple[Client, ReplyTo]:
    """Return who asks and the registered address that any answer goes to.

    :raises NoReplyError: there is no such address; the citizen gets a page (RFC 6749 §4.1.2.1).
    """
    client = asking_client(parameters, find=find)
    redirect_uri = parameters.get("redirect_uri")
    # OIDC Core §3.1.2.1 requires the parameter even when the client registered a single address.
    if redirect_uri is None or not redirect_uri_allowed(
        redirect_uri, registered=client.redirect_uris, application_type=client.application_type
    ):
        raise NoReplyError(Obstacle.REDIRECT_URI)
    state = parameters.get("state")
    if state is not None and len(state) > STATE_MAX:
        # Echoing it whole could break the redirect, and part of it would be a lie.
        raise NoReplyError(Obstacle.STATE_TOO_LONG)
    mode = mode_of_answer(
        response_type=parameters.get("response_type"),
        response_mode=parameters.get("response_mode"),
        redirect_uri=redirect_uri,
    )
    return client, ReplyTo(redirect_uri, mode, state, parameters.get("ui_locales") or "")


def asking_client(parameters: Parameters, *, find: Callable[[str], Client | None]) -> Client:
    """Return the approved client that the request names.

    :raises NoReplyError: unknown, waiting for approval, suspended, or named twice.
    """
    if parameters.repeated & {"client_id", "redirect_uri"}:
        raise NoReplyError(Obstacle.REPEATED)
    client_id = parameters.get("client_id")
    # Looked at before it is looked up: a database may choke on what cannot be an identifier anyway.
    if client_id is None or not _CLIENT_ID.fullmatch(client_id):
        raise NoReplyError(Obstacle.CLIENT_UNKNOWN)
    client = find(client_id)
    if client is None:
        raise NoReplyError(Obstacle.CLIENT_UNKNOWN)
    if not client.approved:
        raise NoReplyError(Obstacle.CLIENT_NOT_OPEN)
    return client


def validate(parameters: Parameters, *, client: Client, reply_to: ReplyTo, offer: Offer) -> AuthorizationRequest:
    """Return the request as we understand it.

    :raises OAuth2Error: with the code and description that the client is to get.
    """
    _refuse_what_is_not_offered(parameters)
    if parameters.repeated:
        raise InvalidRequestError("A parameter is repeated")
    if sum(map(len, parameters.values.values())) > REQUEST_MAX:
        raise InvalidRequestError("The request is too long")
    response_type = _response_type(parameters, client=client, offer=offer)
    _check_way_back(parameters, response_type, client=client, reply_to=reply_to, offer=offer)
    resources = resources_of(parameters, response_type, client=client, offer=offer)
    scopes = scopes_of(parameters.get("scope"), response_type, client=client, offer=offer, resources=resources)
    audiences = tuple(resource.audience for resource in resources)
    try:
        claims = offer.claims_request(
            scopes,
            parameters.get("claims"),
            claims_locales=parameters.get("claims_locales"),
            opens_userinfo=opens_userinfo(response_type),
            resources=audiences,
        )
    except ClaimsParameterError as error:
        raise InvalidRequestError(error.description) from error
    return AuthorizationRequest(
        client_id=client.client_id,
        response_type=response_type,
        reply_to=reply_to,
        scopes=scopes,
        claims=claims,
        prompts=read_prompts(parameters.get("prompt")),
        nonce=_nonce(parameters, response_type),
        code_challenge=_challenge(parameters, response_type, client=client),
        max_age=max_age_of(parameters.get("max_age"), default=client.default_max_age),
        acr_values=_words(parameters.get("acr_values")) or client.default_acr_values,
        essential_acr=frozenset(claims.acr_values) if claims.acr_essential else frozenset(),
        unverified_id_token_hint=parameters.get("id_token_hint"),
        login_hint=_at_most(parameters, "login_hint", LOGIN_HINT_MAX),
        ui_locales=_languages(parameters.get("ui_locales")),
        claims_locales=_languages(parameters.get("claims_locales")),
        display=_display(parameters.get("display")),
        resources=audiences,
    )


def _refuse_what_is_not_offered(parameters: Parameters) -> None:
    """Refuse by name what would change the request's meaning if it were ignored (OIDC Core §3.1.2.6)."""
    if "registration" in parameters.values.keys() | parameters.repeated:
        raise RegistrationNotSupportedError("The registration parameter is not supported")


def _response_type(parameters: Parameters, *, client: Client, offer: Offer) -> ResponseType:
    sent = parameters.get("response_type")
    if sent is None:
        raise InvalidRequestError("response_type is missing")
    response_type = read_response_type(sent)
    if response_type is None or response_type not in offer.response_types:
        raise UnsupportedResponseTypeError
    if response_type not in client.response_types or not response_type.grants <= set(client.grant_types):
        raise UnauthorizedClientError("This client is not registered for this response_type")
    return response_type


def _check_way_back(
    parameters: Parameters, response_type: ResponseType, *, client: Client, reply_to: ReplyTo, offer: Offer
) -> None:
    sent = parameters.get("response_mode")
    mode = response_type.default_mode if sent is None else read_response_mode(sent)
    if mode is None:
        raise InvalidRequestError("This response_mode is not supported")
    if not response_type.permits(mode):
        raise InvalidRequestError("This response_type is never answered in the query")
    if mode is ResponseMode.FORM_POST and not can_post(reply_to.redirect_uri):
        raise InvalidRequestError("form_post needs a redirect_uri of http or https")
    exposed = client.application_type is ApplicationType.WEB and reply_to.redirect_uri.startswith("http://")
    if exposed and response_type is not ResponseType.CODE and not offer.development:
        # Registered while the deployment was in development: a code is worth little to who overhears it, a token is.
        raise InvalidRequestError("This response_type needs a redirect_uri of https")


def _challenge(parameters: Parameters, response_type: ResponseType, *, client: Client) -> str | None:
    """Return the challenge that a code is bound to. Without a code there is nothing to bind (RFC 7636 §1)."""
    if not response_type.gives_code:
        return None
    return pkce.read_challenge(
        challenge=parameters.get("code_challenge"),
        method=parameters.get("code_challenge_method"),
        required=client.public or client.require_pkce,
    )


def _nonce(parameters: Parameters, response_type: ResponseType) -> str | None:
    nonce = _at_most(parameters, "nonce", NONCE_MAX)
    if nonce is None and response_type.gives_id_token:
        # Nothing else tells the service that this ID token answers its own request (OIDC Core §3.2.2.1, §3.3.2.11).
        raise InvalidRequestError("This response_type needs a nonce")
    return nonce


def resources_of(
    parameters: Parameters, response_type: ResponseType, *, client: Client, offer: Offer
) -> tuple[Resource, ...]:
    """Return the resource servers that tokens may be asked for (RFC 8707 §2.1). :raises InvalidTargetError: not so."""
    resources = offer.resources.all(parameters.get("resource"), client=client)
    if resources and response_type.gives_access_token:
        # It would have to be for the resource, and UserInfo would need one of its own (RFC 8707 §2).
        raise InvalidTargetError("Tokens for a resource come from the token endpoint only")
    return resources


def scopes_of(
    value: str | None, response_type: ResponseType, *, client: Client, offer: Offer, resources: Collection[Resource]
) -> tuple[str, ...]:
    """Return the scopes that count. Those that we do not know are ignored (OIDC Core §3.1.2.1).

    Those of resource servers count when one of these is named (RFC 8707 §2.1). Without `openid` there is nothing to
    give: who a citizen is to the service is what everything else rests on.
    """
    if value is None or not _SCOPE.fullmatch(value):
        raise InvalidScopeError("The scope is missing or malformed; it has to contain openid")
    asked = dict.fromkeys(_words(value))
    offered = offer.scopes.union(*(resource.server.scopes for resource in resources))
    allowed = offered & frozenset(client.scopes)
    # Only a code leads to a refresh token; without one the wish is ignored (§11).
    if "refresh_token" not in client.grant_types or not response_type.gives_code:
        allowed -= {OFFLINE}
    scopes = tuple(scope for scope in asked if scope in allowed)
    if "openid" not in scopes:
        raise InvalidScopeError("The scope has to contain openid")
    return scopes


def _at_most(parameters: Parameters, name: str, characters: int) -> str | None:
    value = parameters.get(name)
    if value is not None and len(value) > characters:
        raise InvalidRequestError(f"{name} is longer than {characters} characters")
    return value


def max_age_of(value: str | None, *, default: int | None) -> timedelta | None:
    """Return how old a sign-in may be: what was asked for, else what the client registered (Registration §2)."""
    if value is None:
        return None if default is None else timedelta(seconds=default)
    if not _SECONDS.fullmatch(value):
        raise InvalidRequestError("max_age is not a number of seconds")
    return timedelta(seconds=int(value))


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(word for word in (value or "").split(" ") if word)


def _languages(value: str | None) -> tuple[str, ...]:
    """Keep what is shaped like a language tag: a wish that cannot be read is no reason to refuse (§3.1.2.1)."""
    return tuple(word for word in _words(value)[:MAX_LOCALES] if _LANGUAGE.fullmatch(word))


def _display(value: str | None) -> Display:
    return Display(value) if value in set(Display) else Display.PAGE
