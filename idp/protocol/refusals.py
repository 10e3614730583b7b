"""Why an authorization request is turned down: the errors that Authlib does not have, or has amiss.

All others are Authlib's own classes (`authlib.oauth2.rfc6749`, `authlib.oidc.core.errors`,
`authlib.oauth2.rfc9101.errors`); they are raised with literal descriptions only, because Authlib
raises ValueError for a quote or a non-ASCII character in one.
"""

from enum import StrEnum

from authlib.oauth2 import OAuth2Error


class UnsupportedResponseTypeError(OAuth2Error):
    """The response type is not offered (RFC 6749 §4.1.2.1).

    Authlib's class of that name repeats the request's value in its description.
    """

    error = "unsupported_response_type"
    description = "This response type is not supported"


class Obstacle(StrEnum):
    """Why nobody can be answered, so that the citizen is told instead of the service."""

    CLIENT_UNKNOWN = "client_unknown"
    CLIENT_NOT_OPEN = "client_not_open"
    REDIRECT_URI = "redirect_uri"
    REQUEST_GONE = "request_gone"
    STATE_TOO_LONG = "state_too_long"
    REPEATED = "repeated"
    REQUEST_OBJECT = "request_object"


class NoReplyError(Exception):
    """There is no address that an answer may be sent to (RFC 6749 §4.1.2.1, RFC 9700 §4.11.2)."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle
