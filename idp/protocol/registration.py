"""Dynamic client registration and its management: the two endpoints behind `/register`.

https://www.rfc-editor.org/rfc/rfc7591, https://www.rfc-editor.org/rfc/rfc7592,
https://openid.net/specs/openid-connect-registration-1_0.html
"""

from collections.abc import Callable
from typing import Final

from idp.clients.errors import (
    ClientError,
    Fault,
    RegistrationFaultsError,
    RegistrationsFullError,
    RegistrationTokenError,
    SoftwareIssuerError,
    SoftwareStatementError,
)
from idp.clients.self_registered import Registered, SelfRegistered
from idp.clients.self_registration import RegistrationOffer
from idp.protocol.client_metadata import members_of
from idp.protocol.http import JSON, NO_STORE, Answer, HttpRequest, MalformedRequestError, json_answer
from idp.protocol.responder import printable

REGISTER_PATH: Final = "/register"
_MAX_DESCRIPTION: Final = 500
_WAIT_SECONDS: Final = 3600


class ClientRegistration:
    """The use cases behind `/register` and below it.

    :param offer: what a service may register itself for.
    :param ended: ends everything that citizens share with a service which takes its registration back.
    """

    def __init__(
        self, *, services: SelfRegistered, offer: RegistrationOffer, issuer: str, ended: Callable[[str], None]
    ) -> None:
        self._services = services
        self._offer = offer
        self._issuer = issuer
        self._ended = ended

    def register(self, request: HttpRequest) -> Answer:
        """Register a service (RFC 7591 §3.1)."""
        try:
            registered = self._services.register(_body(request), shown=_bearer(request), offer=self._offer)
        except (ClientError, MalformedRequestError) as error:
            return self._refused(error, request)
        return self._told(registered, status=201)

    def manage(self, request: HttpRequest) -> Answer:
        """Read, replace or take back one registration (RFC 7592 §2)."""
        client_id, shown = request.url.removeprefix(f"{REGISTER_PATH}/"), _bearer(request)
        try:
            if request.method == "PUT":
                body = _body(request)
                return self._told(self._services.update(client_id, body, shown=shown, offer=self._offer))
            if request.method == "DELETE":
                self._services.delete(client_id, shown=shown, ended=self._ended)
                return Answer(204, NO_STORE)
            return self._told(self._services.read(client_id, shown=shown))
        except (ClientError, MalformedRequestError) as error:
            return self._refused(error, request)

    def _told(self, registered: Registered, *, status: int = 200) -> Answer:
        """Write the client information response (RFC 7591 §3.2.1, RFC 7592 §3)."""
        body = members_of(registered.client)
        if registered.secret is not None:
            body |= {
                "client_secret": registered.secret,
                "client_secret_expires_at": registered.client.secret_expires_at,
            }
        body |= {
            "client_id_issued_at": int(registered.issued_at.timestamp()),
            "registration_client_uri": f"{self._issuer}{REGISTER_PATH}/{registered.client.client_id}",
            "registration_access_token": registered.access_token,
        }
        return json_answer(body, status=status)

    def _refused(self, error: ClientError | MalformedRequestError, request: HttpRequest) -> Answer:
        """Write an error (RFC 7591 §3.2.2; RFC 6750 §3 for tokens)."""
        if isinstance(error, MalformedRequestError):
            return _error("invalid_request", error.reason, status=error.status)
        if isinstance(error, RegistrationFaultsError):
            return _of_metadata(error.faults)
        if isinstance(error, SoftwareIssuerError):
            return _error("unapproved_software_statement", "software_statement: its issuer is not trusted here")
        if isinstance(error, SoftwareStatementError):
            return _error("invalid_software_statement", "software_statement: is not valid")
        if isinstance(error, RegistrationsFullError):
            wait = ("Retry-After", str(_WAIT_SECONDS))
            return _error("temporarily_unavailable", "no further registration for now", status=503, headers=(wait,))
        if isinstance(error, RegistrationTokenError):
            return self._unauthorized(request)
        raise error

    def _unauthorized(self, request: HttpRequest) -> Answer:
        challenge = f'Bearer realm="{self._issuer}"'
        if "Authorization" not in request.headers:
            # Who shows nothing is told no more than how to show it (RFC 6750 §3.1).
            return json_answer({"error": "invalid_token"}, status=401, headers=(("WWW-Authenticate", challenge),))
        header = ("WWW-Authenticate", f'{challenge}, error="invalid_token"')
        return json_answer({"error": "invalid_token"}, status=401, headers=(header,))


def _body(request: HttpRequest) -> bytes:
    """Give the body of a request that sends metadata.

    Asked for by its media type, so that no page of another site can register anything with a plain form.

    :raises MalformedRequestError: another media type, or parameters in the query.
    """
    if request.content_type != JSON:
        message = f"the request body must be {JSON}"
        raise MalformedRequestError(message)
    if request.query:
        message = "a registration has no parameters in the query"
        raise MalformedRequestError(message)
    return request.body


def _bearer(request: HttpRequest) -> str | None:
    """Give the token of the Authorization header (RFC 6750 §2.1), or None; nowhere else counts."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    return shown.strip() or None if scheme.lower() == "bearer" else None


def _of_metadata(faults: tuple[Fault, ...]) -> Answer:
    code = "invalid_redirect_uri" if faults[0].place.startswith("redirect_uris") else "invalid_client_metadata"
    description = "; ".join(f"{fault.place} {fault.problem}" for fault in faults)
    return _error(code, description[:_MAX_DESCRIPTION])


def _error(code: str, description: str, *, status: int = 400, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return json_answer({"error": code, "error_description": printable(description)}, status=status, headers=headers)
