"""Presenting an access token (RFC 6750 §2) and being refused (§3)."""

import re
from enum import StrEnum
from typing import Final

from idp.protocol.http import FORM, NO_STORE, Answer, HttpRequest, MalformedRequestError, json_answer, single

#: RFC 6750 §2.1, b68token.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


class Refusal(StrEnum):
    """Why a token is not accepted (RFC 6750 §3.1)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - an error code
    INSUFFICIENT_SCOPE = "insufficient_scope"
    #: RFC 9470 §3.
    INSUFFICIENT_USER_AUTHENTICATION = "insufficient_user_authentication"


_STATUS: Final = {
    Refusal.INVALID_REQUEST: 400,
    Refusal.INVALID_TOKEN: 401,
    Refusal.INSUFFICIENT_SCOPE: 403,
    Refusal.INSUFFICIENT_USER_AUTHENTICATION: 401,
}
_DESCRIPTION: Final = {
    Refusal.INVALID_REQUEST: "The request presents an access token in no way that is accepted",
    Refusal.INVALID_TOKEN: "The access token is expired, revoked or not valid",
    Refusal.INSUFFICIENT_SCOPE: "The access token is for less than this",
    Refusal.INSUFFICIENT_USER_AUTHENTICATION: "A stronger or more recent sign-in is required",
}


class TokenRefusedError(Exception):
    """The token cannot be used here. None as the refusal: there was no token (RFC 6750 §3.1, last paragraph)."""

    def __init__(
        self, refusal: Refusal | None, *, status: int | None = None, parameters: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Keep what the answer says.

        :param parameters: further members of the challenge; values without quotes and backslashes.
        """
        super().__init__(refusal)
        self.refusal = refusal
        self.status = status
        self.parameters = parameters


def presented(request: HttpRequest) -> str:
    """Give the access token of a request: from the Authorization header, or from the form of a POST.

    :raises TokenRefusedError: none; in both places; or in the query, where it would be logged (RFC 6750 §5.3).
    """
    if any(name == "access_token" for name, _ in request.query):
        raise TokenRefusedError(Refusal.INVALID_REQUEST)
    in_form = None
    if request.content_type == FORM:
        try:
            in_form = single(request.form).get("access_token")
        except MalformedRequestError as error:
            raise TokenRefusedError(Refusal.INVALID_REQUEST, status=error.status) from None
    authorization = request.headers.get("Authorization")
    if authorization is None:
        if in_form is None:
            raise TokenRefusedError(None)
        return in_form
    if in_form is not None:
        raise TokenRefusedError(Refusal.INVALID_REQUEST)
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRefusedError(None)
    token = token.strip()
    if _TOKEN.fullmatch(token) is None:
        raise TokenRefusedError(Refusal.INVALID_REQUEST)
    return token


def refusal_answer(error: TokenRefusedError, *, realm: str) -> Answer:
    """Write a refusal with its challenge (RFC 6750 §3)."""
    challenge = f'Bearer realm="{realm}"'
    if error.refusal is None:
        return Answer(401, (("WWW-Authenticate", challenge), *NO_STORE))
    description = _DESCRIPTION[error.refusal]
    challenge += f', error="{error.refusal}", error_description="{description}"'
    if error.refusal is Refusal.INSUFFICIENT_SCOPE:
        challenge += ', scope="openid"'
    challenge += "".join(f', {name}="{value}"' for name, value in error.parameters)
    return json_answer(
        {"error": error.refusal.value, "error_description": description},
        status=error.status or _STATUS[error.refusal],
        headers=(("WWW-Authenticate", challenge),),
    )
