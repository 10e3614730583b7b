"""Software statements: what a trusted issuer says of a service, signed (RFC 7591 §2.3)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from idp.clients.errors import SoftwareIssuerError, SoftwareStatementError
from idp.clock import Clock
from idp.crypto import jose
from idp.crypto.errors import CryptoError
from idp.crypto.jwks import VerifyingKeys
from idp.outbound.errors import FetchFailedError, OutboundError
from idp.outbound.fetch import Fetcher
from idp.settings import RegistrationSettings

_log = logging.getLogger(__name__)

_MAX_BYTES: Final = 128 * 1024
_HTTP_OK: Final = 200
_SKEW_SECONDS: Final = 30
#: About the statement, not about the service.
_OF_THE_STATEMENT: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "software_statement"})


class SoftwareStatements:
    """Checks statements of the one issuer that the settings name.

    :param audience: our issuer, which a statement with `aud` has to name.
    """

    def __init__(self, *, settings: RegistrationSettings, fetcher: Fetcher, clock: Clock, audience: str) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._clock = clock
        self._audience = audience

    def members(self, statement: object) -> Mapping[str, Any]:
        """Return the members that a statement vouches for; they win over those said plainly. Not in a transaction.

        :raises SoftwareIssuerError: its issuer is not trusted, or nobody is.
        :raises SoftwareStatementError: malformed, not signed by its issuer, for somebody else, or not valid now.
        """
        try:
            unverified_jwt = jose.unverified(statement) if isinstance(statement, str) else None
        except CryptoError:
            unverified_jwt = None
        if unverified_jwt is None:
            raise SoftwareStatementError
        if self._settings.software_issuer is None or unverified_jwt.claims.get("iss") != self._settings.software_issuer:
            raise SoftwareIssuerError
        try:
            claims = jose.verify(
                str(statement), keys=self._keys(), algorithms=self._settings.software_algorithms
            ).claims
        except CryptoError:
            raise SoftwareStatementError from None
        audience = claims.get("aud", self._audience)
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise SoftwareStatementError
        self._check_times(claims)
        return {name: value for name, value in claims.items() if name not in _OF_THE_STATEMENT}

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        for name in ("exp", "nbf", "iat"):
            moment = claims.get(name, now)
            if not isinstance(moment, int | float) or isinstance(moment, bool):
                raise SoftwareStatementError
            if (name == "exp" and moment < now) or (name != "exp" and moment > now + _SKEW_SECONDS):
                raise SoftwareStatementError

    def _keys(self) -> VerifyingKeys:
        """Read the issuer's keys anew: statements are rare, and a key that was withdrawn must not be believed."""
        try:
            return VerifyingKeys.from_jwks(json.loads(self._document()))
        except (OutboundError, CryptoError, OSError, ValueError, RecursionError):
            _log.warning("the keys of software statements cannot be had (settings registration.software_keys)")
            raise SoftwareStatementError from None

    def _document(self) -> bytes:
        if self._settings.software_keys is not None:
            return self._settings.software_keys.read_bytes()
        fetched = self._fetcher.get(
            str(self._settings.software_keys_uri),
            accept="application/jwk-set+json, application/json",
            max_bytes=_MAX_BYTES,
        )
        if fetched.status != _HTTP_OK:
            raise FetchFailedError
        return fetched.body
