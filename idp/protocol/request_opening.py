"""Opening a request object: who signed it, for whom, and when (RFC 9101 §6, OIDC Core §6.3, RFC 8725).

Encryption keeps a request from whoever sees it pass and proves nothing, so only what is signed inside counts.

What it asks for is not looked at here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc9101.errors import InvalidRequestObjectError

from idp.clients.errors import ClientError
from idp.clients.service import ClientService
from idp.clients.values import Client, Profile
from idp.clock import Clock
from idp.crypto import jose, jwe
from idp.crypto.errors import CryptoError, JweError
from idp.keys.service import KeyService
from idp.protocol.token_types import is_of_type

#: What an object may be signed with: never `none`, never a shared secret.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
#: How far a client's clock may be off, in seconds.
SKEW_SECONDS: Final = 30
#: How far ahead the end of an object may be that has to name one, in seconds.
LIFETIME_SECONDS: Final = 3600

_MAX_JTI: Final = 255


@dataclass(frozen=True, slots=True)
class Rules:
    """What a security profile asks of a request object."""

    algorithms: frozenset[str]
    #: Parameters outside count for nothing (RFC 9101 §6.3). Otherwise they fill gaps (OIDC Core §6.1).
    inside_only: bool = False
    #: Members that the object must have.
    required: frozenset[str] = frozenset()
    #: The longest that an object may still be valid, in seconds.
    lifetime_seconds: int | None = None
    #: An object that names itself (`jti`) is taken once; only with a lifetime, or it would be remembered for ever.
    single_use: bool = False


@dataclass(frozen=True, slots=True)
class _ByClient:
    """The rules of one profile for clients that may sign, and for those that registered that they always do."""

    may_sign: Rules
    must_sign: Rules


_RULES: Final = {
    Profile.OIDC: _ByClient(
        may_sign=Rules(frozenset(ALGORITHMS)),
        must_sign=Rules(
            frozenset(ALGORITHMS),
            inside_only=True,
            required=frozenset({"iss", "aud", "exp", "client_id"}),
            lifetime_seconds=LIFETIME_SECONDS,
            single_use=True,
        ),
    ),
}


def rules_for(client: Client) -> Rules:
    """Return what this client's request objects are held to."""
    of_profile = _RULES[client.profile]
    return of_profile.must_sign if client.require_signed_request_object else of_profile.may_sign


class Opener:
    """Opens request objects made for one issuer."""

    def __init__(self, *, clients: ClientService, keys: KeyService, clock: Clock, issuer: str) -> None:
        self._clients = clients
        self._keys = keys
        self._clock = clock
        self._issuer = issuer

    def open(self, unverified_jwt: str, *, client: Client, rules: Rules) -> Mapping[str, Any]:
        """Return the members of an object that this client signed for us and that is valid now.

        :raises InvalidRequestObjectError: with what is wrong.
        """
        claims = self._verified(self._decrypted(unverified_jwt), client=client, rules=rules)
        if missing := rules.required - claims.keys():
            raise InvalidRequestObjectError(f"The request object has no {min(missing)}")
        if claims.get("iss", client.client_id) != client.client_id:
            raise InvalidRequestObjectError("The iss of the request object is not the client")
        if "aud" in claims and not self._is_for_us(claims["aud"]):
            raise InvalidRequestObjectError("The aud of the request object is not this issuer")
        if claims.get("sub") == client.client_id:
            # It would pass for the client's proof of itself (RFC 9101 §10.8).
            raise InvalidRequestObjectError("The sub of a request object must not be the client")
        self._check_times(claims, rules)
        return claims

    def _decrypted(self, unverified_jwt: str) -> str:
        """Take the encryption off, if there is one. What the client registered about it is a declaration only.

        A secret in a request is the client's business: Registration §2 lets it encrypt or not, with what we offer
        (RFC 9101 §6.1, OIDC Core §6.3.1).
        """
        if not jwe.is_encrypted(unverified_jwt):
            return unverified_jwt
        try:
            return jwe.decrypt(unverified_jwt, keys=self._keys.decrypting()).decode("ascii")
        except (JweError, UnicodeDecodeError):
            raise InvalidRequestObjectError("The request object is not encrypted to a key of this issuer") from None

    def _verified(self, unverified_jwt: str, *, client: Client, rules: Rules) -> Mapping[str, Any]:
        registered = client.request_object_alg
        allowed = rules.algorithms if registered is None else rules.algorithms & {registered}
        try:
            header = jose.unverified(unverified_jwt).header
            if header["alg"] not in allowed:
                raise InvalidRequestObjectError("The request object is not signed with an algorithm of this client")
            if not is_of_type(header, "oauth-authz-req+jwt"):
                raise InvalidRequestObjectError("The typ is not that of a request object")
            keys = self._clients.keys_of(client, kid=header.get("kid"))
            return jose.verify(unverified_jwt, keys=keys, algorithms=allowed).claims
        except ClientError:
            raise InvalidRequestObjectError("There are no keys of this client to verify with") from None
        except CryptoError:
            raise InvalidRequestObjectError("The request object is not signed by this client") from None

    def _is_for_us(self, audience: object) -> bool:
        """Tell whether we are named; the issuer is the only name that we have (RFC 9101 §4, OIDC Core §6.1)."""
        return audience == self._issuer or (isinstance(audience, list) and self._issuer in audience)

    def _check_times(self, claims: Mapping[str, Any], rules: Rules) -> None:
        now = self._clock.now().timestamp()
        for name in ("nbf", "iat"):
            if not _time(claims.get(name, now)) <= now + SKEW_SECONDS:
                raise InvalidRequestObjectError(f"The {name} of the request object is ahead")
        if "exp" not in claims:
            return
        ends_at = _time(claims["exp"])
        if not now - SKEW_SECONDS < ends_at:
            raise InvalidRequestObjectError("The request object has expired")
        if rules.lifetime_seconds is not None and ends_at > now + rules.lifetime_seconds + SKEW_SECONDS:
            raise InvalidRequestObjectError("The exp of the request object is too far ahead")


def name_of(claims: Mapping[str, Any]) -> str | None:
    """Return an object's `jti`.

    :raises InvalidRequestObjectError: it is there and cannot be one.
    """
    jti = claims.get("jti")
    if jti is not None and not (isinstance(jti, str) and 0 < len(jti) <= _MAX_JTI):
        raise InvalidRequestObjectError("The jti of the request object is not text of a fitting length")
    return jti


def _time(value: object) -> float:
    """Return a NumericDate (RFC 7519 §2); true and false are numbers in Python only."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestObjectError("A time in the request object is not a number")
    return value
