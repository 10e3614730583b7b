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
from typing import Final

from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc9101.errors import RequestNotSupportedError, RequestUriNotSupportedError
from authlib.oidc.core.errors import RegistrationNotSupportedError

from idp.clients.policy import redirect_uri_allowed
from idp.clients.values import Client
from idp.consent.errors import ClaimsParameterError
from idp.consent.values import OFFLINE, ClaimsRequest
from idp.protocol import pkce
from idp.protocol.parameters import AuthorizationRequest, Display, Parameters
from idp.protocol.prompts import read_prompts
from idp.protocol.refusals import NoReplyError, Obstacle, UnsupportedResponseTypeError
from idp.protocol.responder import ReplyTo, ResponseMode

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


@dataclass(frozen=True, slots=True)
class Offer:
    """What this deployment has to offer to any client."""

    scopes: frozenset[str]
    response_types: frozenset[str]
    #: Reads scopes and the `claims` parameter.
    claims_request: Callable[[Collection[str], str | None], ClaimsRequest]


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
    mode = parameters.get("response_mode")
    can_post = redirect_uri.startswith(("https://", "http://"))
    form_post = mode == ResponseMode.FORM_POST and can_post
    return client, ReplyTo(redirect_uri, ResponseMode.FORM_POST if form_post else ResponseMode.QUERY, state)


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
    _check_response(parameters, client=client, offer=offer)
    scopes = _scopes(parameters.get("scope"), client=client, offer=offer)
    challenge = pkce.read_challenge(
        challenge=parameters.get("code_challenge"),
        method=parameters.get("code_challenge_method"),
        required=client.public or client.require_pkce,
    )
    try:
        claims = offer.claims_request(scopes, parameters.get("claims"))
    except ClaimsParameterError as error:
        raise InvalidRequestError(error.description) from error
    return AuthorizationRequest(
        client_id=client.client_id,
        reply_to=reply_to,
        scopes=scopes,
        claims=claims,
        prompts=read_prompts(parameters.get("prompt")),
        nonce=_at_most(parameters, "nonce", NONCE_MAX),
        code_challenge=challenge,
        max_age=_max_age(parameters.get("max_age"), default=client.default_max_age),
        acr_values=_words(parameters.get("acr_values")) or client.default_acr_values,
        essential_acr=frozenset(claims.acr_values) if claims.acr_essential else frozenset(),
        unverified_id_token_hint=parameters.get("id_token_hint"),
        login_hint=_at_most(parameters, "login_hint", LOGIN_HINT_MAX),
        ui_locales=_languages(parameters.get("ui_locales")),
        claims_locales=_languages(parameters.get("claims_locales")),
        display=_display(parameters.get("display")),
    )


def _refuse_what_is_not_offered(parameters: Parameters) -> None:
    """Refuse by name what would change the request's meaning if it were ignored (OIDC Core §3.1.2.6)."""
    sent = parameters.values.keys() | parameters.repeated
    if "request" in sent:
        raise RequestNotSupportedError
    if "request_uri" in sent:
        raise RequestUriNotSupportedError
    if "registration" in sent:
        raise RegistrationNotSupportedError("The registration parameter is not supported")


def _check_response(parameters: Parameters, *, client: Client, offer: Offer) -> None:
    response_type = parameters.get("response_type")
    if response_type is None:
        raise InvalidRequestError("response_type is missing")
    # The order of its words does not matter (OAuth 2.0 Multiple Response Types §3).
    response_type = " ".join(sorted(response_type.split(" ")))
    if response_type not in offer.response_types:
        raise UnsupportedResponseTypeError
    if response_type not in client.response_types or "authorization_code" not in client.grant_types:
        raise UnauthorizedClientError("This client is not registered for this response_type")
    mode = parameters.get("response_mode")
    if mode is not None and mode not in set(ResponseMode):
        raise InvalidRequestError("This response_mode is not supported")
    redirect_uri = parameters.get("redirect_uri") or ""
    if mode == ResponseMode.FORM_POST and not redirect_uri.startswith(("https://", "http://")):
        raise InvalidRequestError("form_post needs a redirect_uri of http or https")


def _scopes(value: str | None, *, client: Client, offer: Offer) -> tuple[str, ...]:
    """Return the scopes that count. Those that we do not know are ignored (OIDC Core §3.1.2.1).

    Without `openid` there is nothing to give: no token of ours opens anything but UserInfo.
    """
    if value is None or not _SCOPE.fullmatch(value):
        raise InvalidScopeError
    asked = dict.fromkeys(_words(value))
    allowed = offer.scopes & frozenset(client.scopes)
    if "refresh_token" not in client.grant_types:
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


def _max_age(value: str | None, *, default: int | None) -> timedelta | None:
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
