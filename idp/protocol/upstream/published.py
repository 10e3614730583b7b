"""What an organisation publishes: its discovery document and its keys, fetched through the guarded door.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from idp.clock import Clock
from idp.crypto import jose
from idp.crypto.errors import CryptoError, JwksError, JwtKeyUnknownError
from idp.organisations.errors import Trouble, UpstreamError
from idp.organisations.values import Organisation
from idp.outbound.errors import FetchRefusedError, OutboundError
from idp.outbound.fetch import Fetched, Fetcher

#: What was published is looked at again after this long.
MAX_AGE: Final = timedelta(minutes=15)
MAX_BYTES: Final = 128 * 1024
_OK: Final = 200
_WELL_KNOWN: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of a discovery document that is used here."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    #: It says who it is in each answer (RFC 9207 §3).
    names_itself: bool


@dataclass(frozen=True, slots=True)
class _Held:
    metadata: Metadata
    keys: jose.VerifyingKeys = field(repr=False)
    at: datetime


class Published:
    """Documents of all organisations, one set of each."""

    def __init__(self, *, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._held: dict[str, _Held] = {}

    def metadata(self, organisation: Organisation) -> Metadata:
        """Give where things are.

        :raises UpstreamError: it cannot be had, or is not sound.
        """
        return self._of(organisation).metadata

    def verified(self, organisation: Organisation, token: str) -> jose.VerifiedJwt:
        """Check a token's signature by the organisation's keys, looking once more when it may have new ones.

        :raises UpstreamError: it is not signed as it has to be.
        """
        algorithms = organisation.settings.algorithms
        try:
            try:
                return jose.verify(token, keys=self._of(organisation).keys, algorithms=algorithms)
            except JwtKeyUnknownError:
                return jose.verify(token, keys=self._of(organisation, again=True).keys, algorithms=algorithms)
        except CryptoError:
            raise UpstreamError(Trouble.UNSOUND, "a token is not signed as it has to be") from None

    def document(self, url: str) -> dict[str, Any]:
        """Fetch a JSON object.

        :raises UpstreamError: it cannot be had, or is none.
        """
        return json_object(self.fetched(url, accept="application/json"))

    def fetched(self, url: str, *, accept: str, authorization: str | None = None) -> Fetched:
        """Fetch a document of status 200.

        :raises UpstreamError: there is none.
        """
        try:
            fetched = self._fetcher.get(url, accept=accept, max_bytes=MAX_BYTES, authorization=authorization)
        except FetchRefusedError:
            raise UpstreamError(Trouble.UNSOUND, "a document may not be fetched") from None
        except OutboundError:
            raise UpstreamError(Trouble.SILENT, "a document cannot be fetched") from None
        if fetched.status != _OK:
            raise UpstreamError(Trouble.SILENT, "a document was not answered with 200")
        return fetched

    def _of(self, organisation: Organisation, *, again: bool = False) -> _Held:
        held, now = self._held.get(organisation.id), self._clock.now()
        if held is not None and not again and now - held.at < MAX_AGE:
            return held
        metadata = _metadata(self.document(organisation.issuer.rstrip("/") + _WELL_KNOWN), organisation)
        try:
            keys = jose.VerifyingKeys.from_jwks(self.document(metadata.jwks_uri))
        except JwksError:
            raise UpstreamError(Trouble.UNSOUND, "the keys cannot be used") from None
        held = self._held[organisation.id] = _Held(metadata, keys, now)
        return held


def json_object(fetched: Fetched) -> dict[str, Any]:
    """Read an answer that has to be one JSON object, in which no name occurs twice.

    :raises UpstreamError: it is not.
    """
    try:
        content = json.loads(fetched.body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise UpstreamError(Trouble.UNSOUND, "an answer is not JSON") from None
    if not isinstance(content, dict):
        raise UpstreamError(Trouble.UNSOUND, "an answer is not an object")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name occurs twice")
    return content


def _metadata(told: Mapping[str, Any], organisation: Organisation) -> Metadata:
    # Discovery §4.3: whoever answers under an address must call itself by it, letter by letter.
    if told.get("issuer") != organisation.issuer:
        raise UpstreamError(Trouble.UNSOUND, "discovery names another issuer")
    secure = organisation.issuer.startswith("https://")
    return Metadata(
        authorization_endpoint=_address(told.get("authorization_endpoint"), secure=secure),
        token_endpoint=_address(told.get("token_endpoint"), secure=secure),
        jwks_uri=_address(told.get("jwks_uri"), secure=secure),
        userinfo_endpoint=(
            _address(told["userinfo_endpoint"], secure=secure) if told.get("userinfo_endpoint") else None
        ),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(told: object, *, secure: bool) -> str:
    """Take an endpoint: https, and http only where the issuer itself is a loopback address of development."""
    try:
        parts = urlsplit(told) if isinstance(told, str) else None
    except ValueError:
        parts = None
    schemes = {"https"} if secure else {"https", "http"}
    if parts is None or parts.scheme not in schemes or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise UpstreamError(Trouble.UNSOUND, "discovery lacks a usable endpoint")
    return parts.geturl()
