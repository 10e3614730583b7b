"""The end of a session at the wish of a service: RP-Initiated Logout.

Owns what such a request means: whose session, whether the citizen has to be asked, and where the browser may go
afterwards. A request ends nothing by itself unless it proves, by an ID token of ours, that it comes from a service at
which this very session is signed in; in every other case the citizen decides on a page. The browser is sent on only
for such a service, and only to an address that it registered, character by character.

https://openid.net/specs/openid-connect-rpinitiated-1_0.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from idp.authentication.policy import session_identifier
from idp.authentication.values import Session
from idp.clients.values import Client
from idp.crypto.errors import JwtError
from idp.logout.values import Frame
from idp.protocol.hints import read_hint
from idp.protocol.parameters import Parameters, read_parameters
from idp.services import Services

END_SESSION_PATH: Final = "/end-session"

#: Characters, as at the authorization endpoint; what is longer is refused, never cut off.
STATE_MAX: Final = 2048

_ONE_VALUE: Final = frozenset(
    {"id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"}
)


class Obstacle(StrEnum):
    """Why a request is turned down with a page; the session stays."""

    REPEATED = "repeated"
    CLIENT_UNKNOWN = "client_unknown"
    #: The ID token was issued to another service than the one named (§2).
    OTHER_CLIENT = "other_client"
    ADDRESS = "address"
    STATE_TOO_LONG = "state_too_long"


class NoLogoutError(Exception):
    """The request is one that we do not act on."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A request as understood; everything in it has been checked, and can be checked again."""

    #: Who asks: proved by an ID token, or only said. None when nobody is named.
    client_id: str | None = None
    #: Whom the service's ID token is about; None without a valid one.
    sub: str | None = field(default=None, repr=False)
    sid: str | None = field(default=None, repr=False)
    post_logout_redirect_uri: str | None = None
    state: str | None = field(default=None, repr=False)
    ui_locales: str = ""

    @property
    def hinted(self) -> bool:
        """Whether a valid ID token came along."""
        return self.sub is not None


@dataclass(frozen=True, slots=True)
class Ask:
    """The citizen has to say whether they want to sign out (§2)."""

    request: LogoutRequest
    #: Who asks, where that is known.
    client: Client | None
    #: Where the browser goes afterwards; None for a page of ours.
    onward: str | None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The session is over, if there was one."""

    #: What the browser loads to sign itself out of services, before it goes on.
    frames: tuple[Frame, ...]
    onward: str | None = field(repr=False)


class EndSession:
    """The use cases behind `/end-session`."""

    def __init__(self, *, services: Services) -> None:
        self._services = services
        self._issuer = services.settings.issuer

    def understand(self, pairs: Iterable[tuple[str, str]]) -> LogoutRequest:
        """Read a request as a service sends it.

        An ID token that is not ours, or does not verify, counts as none: the citizen is asked and stays here.

        :raises NoLogoutError: what is asked for is not done; the citizen gets a page.
        """
        parameters = read_parameters(pairs)
        if parameters.repeated & _ONE_VALUE:
            raise NoLogoutError(Obstacle.REPEATED)
        claims, client_id = self._hinted(parameters), parameters.get("client_id")
        if claims is not None:
            audience = claims["aud"]
            if client_id is not None and client_id != audience:
                raise NoLogoutError(Obstacle.OTHER_CLIENT)
            client_id = audience
        sid = None if claims is None else claims.get("sid")
        return self.check(
            LogoutRequest(
                client_id=client_id,
                sub=None if claims is None else claims["sub"],
                sid=sid if isinstance(sid, str) else None,
                post_logout_redirect_uri=parameters.get("post_logout_redirect_uri"),
                state=parameters.get("state"),
                ui_locales=parameters.get("ui_locales") or "",
            )
        )

    def check(self, request: LogoutRequest) -> LogoutRequest:
        """Check what a request names against what the service has registered by now.

        :raises NoLogoutError: the service does not exist, or the address is not one of its own (§3).
        """
        if request.state is not None and len(request.state) > STATE_MAX:
            raise NoLogoutError(Obstacle.STATE_TOO_LONG)
        if request.client_id is None:
            return request
        client = self._client(request)
        if client is None:
            raise NoLogoutError(Obstacle.CLIENT_UNKNOWN)
        address = request.post_logout_redirect_uri
        if address is not None and address not in client.post_logout_redirect_uris:
            raise NoLogoutError(Obstacle.ADDRESS)
        return request

    def begin(self, request: LogoutRequest, *, sessions: Sequence[Session]) -> Ask | SignedOut:
        """Act on a request that arrived.

        :param sessions: of this browser.
        """
        if not sessions:
            # Nothing to sign out of, and nothing to ask: the service's citizen may have been faster elsewhere.
            return SignedOut((), self._onward(request))
        meant = tuple(session for session in sessions if self._means(request, session))
        if not meant:
            return Ask(request, self._client(request), self._onward(request))
        return self.confirm(request, sessions=meant)

    def confirm(self, request: LogoutRequest, *, sessions: Sequence[Session]) -> SignedOut:
        """Sign out of these sessions, because the citizen said so or the request proved that it may."""
        return SignedOut(self._services.logout.sign_out(*sessions), self._onward(request))

    def _hinted(self, parameters: Parameters) -> Mapping[str, Any] | None:
        """Read an ID token of ours, however old: it tells who asks, and signs nobody in (§2, §4)."""
        hint = parameters.get("id_token_hint")
        if hint is None:
            return None
        keys = self._services.keys
        try:
            claims = read_hint(hint, keys=keys.verifying(), decrypting=keys.decrypting(), issuer=self._issuer)
        except JwtError:
            return None
        return claims if all(isinstance(claims.get(name), str) for name in ("aud", "sub")) else None

    def _means(self, request: LogoutRequest, session: Session) -> bool:
        client = self._client(request)
        if client is None or request.sub is None:
            return False
        # Both are from the hint, so a session is known by any identifier that it ever signed in under, also a one-time
        # one of which nothing is left.
        if request.sid == session_identifier(sid=session.sid, client_id=client.client_id, sub=request.sub):
            return True
        return self._services.logout.subject(client, session=session) == request.sub

    def _onward(self, request: LogoutRequest) -> str | None:
        """Give the address to go on to, with nothing added but `state` (§3); only ever for a proved service."""
        client, address = self._client(request), request.post_logout_redirect_uri
        if not request.hinted or client is None or not client.approved or address is None:
            return None
        if request.state is None:
            return address
        separator = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
        return f"{address}{separator}{urlencode({'state': request.state})}"

    def _client(self, request: LogoutRequest) -> Client | None:
        client_id = request.client_id
        # Looked at before it is looked up: a database may choke on what cannot be an identifier anyway.
        if client_id is None or not client_id.isprintable() or len(client_id) > 255:  # noqa: PLR2004 - as registered
            return None
        return self._services.clients.get(client_id)
