"""How what goes wrong is said to a client: one table from our errors to OAuth's, and one way to write the answer.

Nothing of a request is repeated: a description is ours, in the characters that RFC 6749 §5.2 allows. No `str(error)`
of a feature leaves this process.
"""

from typing import Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749 import InvalidClientError as _InvalidClientError
from authlib.oauth2.rfc6749 import UnauthorizedClientError as _UnauthorizedClientError
from authlib.oauth2.rfc8628 import AuthorizationPendingError, ExpiredTokenError, SlowDownError

from idp.protocol.http import Answer, MalformedRequestError, json_answer
from idp.protocol.resources import InvalidTargetError
from idp.protocol.responder import printable
from idp.tokens.errors import (
    AssertionReusedError,
    CodeRefusedError,
    DeviceCodeRefusedError,
    DeviceDeniedError,
    DeviceExpiredError,
    DevicePendingError,
    DeviceTooFastError,
    RefreshRefusedError,
    ResourceNotGrantedError,
    ScopeTooWideError,
    TokenError,
)


class ClientRefusedError(_InvalidClientError):
    """Client authentication failed (RFC 6749 §5.2).

    One description for every cause: whoever has not proved who they are learns neither which clients exist nor how
    they authenticate.
    """

    description = "Client authentication failed"
    status_code = 401


class GrantTypeRefusedError(OAuth2Error):
    """The grant type is not offered. Authlib's class of that name repeats the request's value."""

    error = "unsupported_grant_type"
    description = "This grant type is not supported"


class EndpointRefusedError(_UnauthorizedClientError):
    """The client is known, and this endpoint is not for it (RFC 7662 §4)."""

    description = "This client may not use this endpoint"
    status_code = 403


#: What our own errors are called in OAuth, the most specific first.
_CODES: Final[tuple[tuple[type[TokenError], type[OAuth2Error], str], ...]] = (
    (CodeRefusedError, InvalidGrantError, "The authorization code is not valid for this request"),
    (RefreshRefusedError, InvalidGrantError, "The refresh token is not valid"),
    (ScopeTooWideError, InvalidScopeError, "The scope is wider than what was granted"),
    (DeviceCodeRefusedError, InvalidGrantError, "The device code is not valid"),
    (DeviceTooFastError, SlowDownError, "Wait longer before you ask again"),
    (DevicePendingError, AuthorizationPendingError, "The citizen has not decided yet"),
    (DeviceDeniedError, AccessDeniedError, "The citizen did not share what was asked for"),
    (DeviceExpiredError, ExpiredTokenError, "The device code has expired"),
    (ResourceNotGrantedError, InvalidTargetError, "The resource was not granted"),
    (AssertionReusedError, ClientRefusedError, ClientRefusedError.description),
)


def oauth_error(error: TokenError | MalformedRequestError) -> OAuth2Error:
    """Give the OAuth error that says what one of our own means."""
    if isinstance(error, MalformedRequestError):
        return InvalidRequestError(printable(error.reason), status_code=error.status)
    for ours, theirs, description in _CODES:
        if isinstance(error, ours):
            return theirs(description)
    return InvalidRequestError()


def error_answer(error: OAuth2Error, *, realm: str) -> Answer:
    """Write an error as RFC 6749 §5.2 asks: JSON that no cache keeps, and a challenge with every 401.

    :param realm: the issuer; HTTP asks for a challenge whatever way of authentication was tried (RFC 9110 §15.5.2).
    """
    body = {"error": error.error}
    if error.description:
        body["error_description"] = printable(error.description)
    if error.status_code == ClientRefusedError.status_code:
        challenge = ("WWW-Authenticate", f'Basic realm="{realm}", charset="UTF-8"')
        return json_answer(body, status=error.status_code, headers=(challenge,))
    return json_answer(body, status=error.status_code)
