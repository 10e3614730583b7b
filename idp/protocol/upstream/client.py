"""The relying party itself: the request, the code, the ID token, and UserInfo.

Authlib's client writes the authorization request (with PKCE) and the token request. It sends through a session of ours,
which knows one thing: posting a form through the guarded door. Client authentication is ours as well: Authlib's Basic
does not encode the two halves (RFC 6749 §2.3.1), and an assertion is signed with the keys that we publish.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_qs
from authlib.oauth2.client import OAuth2Client

from idp.clock import Clock
from idp.crypto.secrets import identifier
from idp.keys.service import KeyService
from idp.organisations.errors import CancelledError, Trouble, UpstreamError
from idp.organisations.values import Organisation, Return, Said, Trip
from idp.outbound.errors import OutboundError
from idp.outbound.fetch import Fetched, Fetcher
from idp.protocol.upstream import id_token
from idp.protocol.upstream.published import MAX_BYTES, Metadata, Published, json_object
from idp.services import Services

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 60
#: Longer ones are nobody's access token, and would not fit into a header.
_LONGEST_TOKEN: Final = 4096


class UpstreamClient:
    """Implements :class:`idp.organisations.values.Upstream`."""

    def __init__(self, *, fetcher: Fetcher, keys: KeyService, clock: Clock, issuer: str) -> None:
        self._fetcher = fetcher
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._published = Published(fetcher=fetcher, clock=clock)

    def departure(self, organisation: Organisation, trip: Trip, *, state: str) -> str:
        """Give the authorization endpoint's address with the request (OpenID Connect Core §3.1.2.1)."""
        metadata, levels = self._published.metadata(organisation), organisation.settings.checked_acr
        asked = {"acr_values": " ".join(levels)} if levels else {}
        url, _ = self._client(organisation, metadata).create_authorization_url(
            metadata.authorization_endpoint, state=state, code_verifier=trip.verifier, nonce=trip.nonce, **asked
        )
        return str(url)

    def said(self, organisation: Organisation, trip: Trip, came: Return) -> Said:
        """Redeem what came back and check everything about it."""
        metadata = self._published.metadata(organisation)
        # First of all: an answer of another provider says nothing here, not even that it is an error (RFC 9207 §2.4).
        if (came.issuer or metadata.names_itself) and came.issuer != organisation.issuer:
            raise UpstreamError(Trouble.UNSOUND, "the answer is another provider's")
        if came.error == "access_denied":
            raise CancelledError
        if came.error or not came.code:
            raise UpstreamError(Trouble.REFUSED, "the request was refused")
        tokens = self._redeemed(organisation, metadata, came.code, trip.verifier)
        access_token = tokens["access_token"]
        verified = self._published.verified(organisation, tokens["id_token"])
        subject = id_token.check(
            verified,
            issuer=organisation.issuer,
            client_id=organisation.settings.client_id,
            nonce=trip.nonce,
            access_token=access_token,
            now=self._clock.now().timestamp(),
        )
        claims = dict(verified.claims)
        if metadata.userinfo_endpoint is not None:
            claims |= self._userinfo(organisation, metadata.userinfo_endpoint, access_token, subject)
        wanted = {*organisation.settings.details.values(), "email_verified", "phone_number_verified", "verified_claims"}
        acr = verified.claims.get("acr")
        return Said(
            subject=subject,
            claims={name: claims[name] for name in wanted if name in claims},
            acr=acr if isinstance(acr, str) else "",
        )

    def _redeemed(self, organisation: Organisation, metadata: Metadata, code: str, verifier: str) -> dict[str, str]:
        client = self._client(organisation, metadata)
        try:
            tokens = client.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except UpstreamError:
            raise
        except AuthlibBaseError:
            raise UpstreamError(Trouble.REFUSED, "the code was refused") from None
        except Exception:  # noqa: BLE001 - Authlib converts what it was sent without looking at it first
            raise UpstreamError(Trouble.UNSOUND, "the token answer is malformed") from None
        token_type = tokens.get("token_type")
        found = {name: tokens.get(name) for name in ("access_token", "id_token")}
        if not all(isinstance(value, str) and value for value in found.values()) or not (
            isinstance(token_type, str) and token_type.lower() == "bearer"
        ):
            raise UpstreamError(Trouble.UNSOUND, "the token answer lacks something")
        if not (found["access_token"].isascii() and found["access_token"].isprintable()):
            raise UpstreamError(Trouble.UNSOUND, "the access token cannot be sent")
        if len(found["access_token"]) > _LONGEST_TOKEN:
            raise UpstreamError(Trouble.UNSOUND, "the access token is too long")
        return found

    def _userinfo(self, organisation: Organisation, url: str, access_token: str, subject: str) -> Mapping[str, Any]:
        """Read UserInfo, signed or not; it must be about the same person (OpenID Connect Core §5.3.2)."""
        fetched = self._published.fetched(
            url, accept="application/json, application/jwt", authorization=f"Bearer {access_token}"
        )
        if fetched.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/jwt":
            claims = self._signed(organisation, fetched)
        else:
            claims = json_object(fetched)
        if id_token.subject(claims) != subject:
            raise UpstreamError(Trouble.UNSOUND, "UserInfo is about somebody else")
        return claims

    def _signed(self, organisation: Organisation, fetched: Fetched) -> Mapping[str, Any]:
        try:
            token = fetched.body.decode("ascii")
        except UnicodeDecodeError:
            raise UpstreamError(Trouble.UNSOUND, "UserInfo is no token") from None
        claims = self._published.verified(organisation, token).claims
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != organisation.issuer or organisation.settings.client_id not in named:
            raise UpstreamError(Trouble.UNSOUND, "UserInfo is not for us")
        return claims

    def _client(self, organisation: Organisation, metadata: Metadata) -> Any:  # noqa: ANN401 - Authlib has no types
        settings = organisation.settings
        secret = settings.client_secret.get_secret_value() if settings.client_secret else None
        client = OAuth2Client(
            _Session(self._fetcher),
            client_id=settings.client_id,
            client_secret=secret,
            token_endpoint_auth_method=settings.authentication,
            scope=" ".join(settings.scopes),
            redirect_uri=f"{self._issuer}/organisations/{organisation.id}/back",
            code_challenge_method="S256",
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        client.register_client_auth_method(("private_key_jwt", self._assertion(organisation)))
        del metadata
        return client

    def _assertion(self, organisation: Organisation) -> Any:  # noqa: ANN401 - a callable as Authlib wants it
        """Sign who we are (RFC 7523 §3); the issuer as audience, so that no other provider can use it."""

        def attach(client: Any, method: str, uri: str, headers: Any, body: str) -> tuple[str, Any, str]:  # noqa: ANN401
            del method
            now = int(self._clock.now().timestamp())
            claims = {
                "iss": client.client_id,
                "sub": client.client_id,
                "aud": organisation.issuer,
                "jti": identifier(),
                "iat": now,
                "exp": now + ASSERTION_SECONDS,
            }
            assertion = self._keys.signing(organisation.settings.authentication_algorithm).sign(claims)
            added = [
                ("client_id", client.client_id),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", assertion),
            ]
            return uri, headers, add_params_to_qs(body, added)

        return attach


class _Answer:
    """What Authlib's client wants to see of an answer."""

    def __init__(self, fetched: Fetched) -> None:
        self.status_code = fetched.status
        self._fetched = fetched

    def json(self) -> dict[str, Any]:
        return json_object(self._fetched)

    def raise_for_status(self) -> None:
        raise UpstreamError(Trouble.SILENT, "the token endpoint answered with an error")


class _Session:
    """Posts a form through the guarded door, with Authlib's client authentication put on it."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _Answer:  # noqa: ANN401
        url, sent, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        try:
            return _Answer(self._fetcher.ask(url, body.encode("ascii"), headers=sent, max_bytes=MAX_BYTES))
        except OutboundError:
            raise UpstreamError(Trouble.SILENT, "the token endpoint cannot be reached") from None


def _basic(client: Any, method: str, uri: str, headers: Any, body: str) -> tuple[str, Any, str]:  # noqa: ANN401
    del method
    text = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(text.encode('ascii')).decode('ascii')}"
    return uri, headers, body


def assemble(services: Services) -> UpstreamClient:
    """Build the relying party of a deployment."""
    return UpstreamClient(
        fetcher=services.fetcher, keys=services.keys, clock=services.clock, issuer=services.settings.issuer
    )
