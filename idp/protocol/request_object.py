"""Request objects: a request that its client signed, by value or by reference (OIDC Core §6, RFC 9101, RFC 9126 §3).

Resolved once, before anything else of a request is believed. What comes out is a request like any other, and what an
interaction keeps: the object itself is not needed again.

`request_documents` fetches, `request_opening` verifies, `request_merging` says what inside and outside mean together.
"""

from collections.abc import Mapping
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc9101.errors import (
    InvalidRequestObjectError,
    RequestNotSupportedError,
    RequestUriNotSupportedError,
)

from idp.clients.values import Client
from idp.protocol.parameters import Parameters
from idp.protocol.request_documents import RequestDocuments
from idp.protocol.request_merging import CARRIERS, merge
from idp.protocol.request_opening import SKEW_SECONDS, Opener, name_of, rules_for
from idp.tokens.errors import AssertionReusedError
from idp.tokens.service import TokenService

#: Keeps names of objects apart from those of assertions, which a client may number alike.
_NAMED: Final = "request object: "


def carries_object(parameters: Parameters) -> bool:
    """Tell whether a request claims to be signed."""
    return not (CARRIERS.isdisjoint(parameters.values) and CARRIERS.isdisjoint(parameters.repeated))


class RequestObjects:
    """Turns requests that carry an object into what they ask for.

    :param documents: None when this deployment fetches none.
    :param offered: whether this deployment takes them by value.
    """

    def __init__(
        self, *, opener: Opener, documents: RequestDocuments | None, tokens: TokenService, offered: bool
    ) -> None:
        self._opener = opener
        self._documents = documents
        self._tokens = tokens
        self._offered = offered

    def resolve(self, parameters: Parameters, *, client: Client, pushed: bool = False) -> Parameters:
        """Return what a request asks for, signed or not.

        :param client: who asks, as the parameters outside have it.
        :param pushed: the client has authenticated and pushed this, so that all of it is inside (RFC 9126 §3).
        :raises RequestNotSupportedError: request objects are not offered (OIDC Core §3.1.2.6).
        :raises RequestUriNotSupportedError: those by reference are not.
        :raises InvalidRequestUriError: there is none to be had.
        :raises InvalidRequestObjectError: it is not the client's, not for us or not for now.
        :raises InvalidRequestError: the request says one thing in two ways.
        """
        if not carries_object(parameters):
            return parameters
        if CARRIERS & parameters.repeated:
            raise InvalidRequestError("A parameter is repeated")
        if CARRIERS.issubset(parameters.values):
            raise InvalidRequestError("request and request_uri exclude each other")
        rules = rules_for(client)
        claims = self._opener.open(self._found(parameters, client), client=client, rules=rules)
        if pushed and "client_id" not in claims:
            raise InvalidRequestObjectError("The request object has no client_id")
        resolved = merge(parameters, claims, client_id=client.client_id, inside_only=pushed or rules.inside_only)
        # Last, so that only an object that is right otherwise leaves a row.
        if rules.single_use:
            self._use(claims, client)
        return resolved

    def _found(self, parameters: Parameters, client: Client) -> str:
        request_uri = parameters.get("request_uri")
        if request_uri is None:
            if not self._offered:
                raise RequestNotSupportedError
            return parameters.values["request"]
        if self._documents is None:
            raise RequestUriNotSupportedError
        return self._documents.get(request_uri, client=client)

    def _use(self, claims: Mapping[str, Any], client: Client) -> None:
        jti = name_of(claims)
        if jti is None:
            return
        ends_at = int(claims["exp"]) + SKEW_SECONDS + 1
        try:
            self._tokens.use_assertion(client_id=client.client_id, jti=_NAMED + jti, expires_at=ends_at)
        except AssertionReusedError:
            raise InvalidRequestObjectError("The request object was used before") from None
