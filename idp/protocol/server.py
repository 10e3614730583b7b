"""Authlib's server with our request, our client authentication and our answers.

Authlib brings the order of a token request and the grants; everything that it takes for granted and that we do not, is
overridden here: it accepts repeated and query-string parameters, answers a missing grant_type with the wrong error,
refuses plain HTTP behind a proxy, and authenticates clients leniently.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.requests import OAuth2Payload

from idp.clients.service import ClientService
from idp.clients.values import Client
from idp.clock import Clock
from idp.protocol.answers import Answers, TypedJwt
from idp.protocol.client_auth import ClientAuthenticator
from idp.protocol.errors import GrantTypeRefusedError, error_answer, oauth_error
from idp.protocol.facades import ClientFacade
from idp.protocol.grants.issuing import Issuing
from idp.protocol.http import NO_STORE, Answer, HttpRequest, MalformedRequestError, json_answer
from idp.protocol.jwt_access_token import JwtAccessTokens
from idp.protocol.resources import Resource, Resources
from idp.tokens.devices import DeviceCodes
from idp.tokens.errors import TokenError
from idp.tokens.service import TokenService


class _Payload(OAuth2Payload):
    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    @property
    def data(self) -> Mapping[str, str]:
        return self._values

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._values.items()}


class BackChannelRequest(OAuth2Request):
    """A POST to a back-channel endpoint, read strictly, in the shape that Authlib's grants expect.

    Authlib's constructor is left out: it refuses addresses that are not https, which behind a proxy is every address.
    Whether the outside is https is a matter of settings, not of a request.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.method = request.method
        self.uri = request.url
        self.headers = request.headers
        self._form = request.form_parameters()
        self.payload = _Payload(self._form)
        self.client: ClientFacade | None = None
        self.auth_method: str | None = None
        self.user = None
        self.authorization_code = None
        self.refresh_token = None
        self.credential = None
        self._scope = None
        self.resource: Resource | None = None

    @property
    def args(self) -> Mapping[str, str]:
        """Give no query parameters: the query takes none."""
        return {}

    @property
    def form(self) -> Mapping[str, str]:
        """Give the body's parameters, each once."""
        return self._form


class BackChannel(AuthorizationServer):
    """Token endpoint, revocation and introspection (RFC 6749, RFC 7009, RFC 7662).

    Grants and endpoints are made by Authlib for each request and know nothing but this object, so what they work with
    is here.
    """

    def __init__(
        self,
        *,
        issuer: str,
        authenticator: ClientAuthenticator,
        tokens: TokenService,
        clients: ClientService,
        clock: Clock,
        answers: Answers,
        issuing: Issuing,
        personal_scopes: frozenset[str],
        resources: Resources,
        devices: DeviceCodes,
        jwt_access_tokens: JwtAccessTokens,
    ) -> None:
        super().__init__()
        self._authenticator = authenticator
        self.issuer = issuer
        self.tokens = tokens
        self.clients = clients
        self.clock = clock
        self.answers = answers
        self.issuing = issuing
        self.resources = resources
        self.devices = devices
        self.jwt_access_tokens = jwt_access_tokens
        #: Scope values that are about a citizen, and therefore mean nothing without one.
        self.personal_scopes = personal_scopes

    def token(self, request: HttpRequest) -> Answer:
        """Answer a token request (RFC 6749 §3.2)."""
        return self.create_token_response(request)

    def endpoint(self, name: str, request: HttpRequest) -> Answer:
        """Answer one of the registered endpoints."""
        (endpoint,) = self._endpoints[name]
        try:
            asked = self.create_oauth2_request(request)
            return self._answer(*endpoint(asked), asked=asked)
        except (OAuth2Error, TokenError, MalformedRequestError) as error:
            return self.handle_error_response(request, error)

    def create_token_response(self, request: HttpRequest) -> Answer:
        """Validate, then answer; every error that a client can cause ends here."""
        try:
            asked = self.create_oauth2_request(request)
            grant = self.get_token_grant(asked)
            grant.validate_token_request()
            return self._answer(*grant.create_token_response(), asked=asked)
        except (OAuth2Error, TokenError, MalformedRequestError) as error:
            return self.handle_error_response(request, error)

    def create_oauth2_request(self, request: HttpRequest) -> BackChannelRequest:
        """Read a request. :raises MalformedRequestError: it can be read in two ways, or not at all."""
        return BackChannelRequest(request)

    def get_token_grant(self, request: BackChannelRequest) -> Any:  # noqa: ANN401 - Authlib has no types
        """Find the grant. :raises InvalidRequestError: none is named; an unknown one has an error of its own."""
        if "grant_type" not in request.form:
            raise InvalidRequestError("The grant_type is missing")
        grant_type = request.form["grant_type"]
        for grant_class, _ in self._token_grants:
            if grant_type == grant_class.GRANT_TYPE:
                return grant_class(request, self)
        raise GrantTypeRefusedError

    def authenticate_client(
        self,
        request: BackChannelRequest,
        methods: Iterable[str],  # noqa: ARG002 - Authlib's signature
        endpoint: str = "token",  # noqa: ARG002 - Authlib's signature
    ) -> ClientFacade:
        """Authenticate by the client's one registered way, at every endpoint alike (RFC 7009 §2.1, RFC 7662 §2.1)."""
        client: Client = self._authenticator.authenticate(headers=request.headers, form=request.form)
        return ClientFacade(client)

    def _answer(
        self,
        status: int,
        body: Mapping[str, Any] | TypedJwt,
        headers: Iterable[tuple[str, str]],  # noqa: ARG002 - ours say the same and no-store besides
        *,
        asked: BackChannelRequest,
    ) -> Answer:
        client_id = "" if asked.client is None else asked.client.client.client_id
        if isinstance(body, TypedJwt):
            return Answer(status, (("Content-Type", body.media_type), *NO_STORE), body.token.encode("ascii"), client_id)
        return json_answer(body, status=status, client_id=client_id)

    def handle_error_response(
        self,
        request: HttpRequest,  # noqa: ARG002 - Authlib's signature
        error: OAuth2Error | TokenError | MalformedRequestError,
    ) -> Answer:
        """Write an error (RFC 6749 §5.2)."""
        known = error if isinstance(error, OAuth2Error) else oauth_error(error)
        return error_answer(known, realm=self.issuer)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: order that matters is explicit here."""
