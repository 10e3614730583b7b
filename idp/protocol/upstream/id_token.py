"""Is this ID token the organisation's word, for us, about this very sign-in, now? (OpenID Connect Core §3.1.3.7).

Authlib's own claims class takes an `at_hash` of any type and compares times without bounds; these checks are written
out instead, over a signature that `idp.crypto` has verified.
"""

from collections.abc import Mapping
from typing import Any, Final

from idp.crypto import jose
from idp.crypto.secrets import same
from idp.organisations.errors import Trouble, UpstreamError

#: How far clocks may be apart, and how old a token may be that was made for a sign-in of this minute; seconds.
SKEW: Final = 60
OLDEST: Final = 600
#: OpenID Connect Core §2: `sub` has at most 255 characters.
MAX_SUBJECT: Final = 255


def check(token: jose.VerifiedJwt, *, issuer: str, client_id: str, nonce: str, access_token: str, now: float) -> str:
    """Check everything but the signature; gives the subject.

    :param nonce: the one that was sent with the request.
    :param now: seconds since 1970.
    :raises UpstreamError: anything is wrong; deliberately not repeated what.
    """
    claims = token.claims
    _require(claims.get("iss") == issuer, "iss")
    audience: list[object] = claims["aud"] if isinstance(claims.get("aud"), list) else [claims.get("aud")]
    _require(client_id in audience, "aud")
    _require(claims.get("azp", client_id) == client_id and (len(audience) == 1 or "azp" in claims), "azp")
    expires_at, issued_at = _time(claims, "exp"), _time(claims, "iat")
    _require(now < expires_at + SKEW, "exp")
    _require(now - OLDEST <= issued_at <= now + SKEW, "iat")
    _require("nbf" not in claims or _time(claims, "nbf") <= now + SKEW, "nbf")
    told = claims.get("nonce")
    _require(isinstance(told, str) and same(told, nonce), "nonce")
    if "at_hash" in claims:
        told = claims["at_hash"]
        expected = jose.half_hash(access_token, token.header["alg"])
        _require(isinstance(told, str) and same(told, expected), "at_hash")
    return subject(claims)


def subject(claims: Mapping[str, Any]) -> str:
    """Give `sub`.

    :raises UpstreamError: it is none.
    """
    told = claims.get("sub")
    if not isinstance(told, str) or not 0 < len(told) <= MAX_SUBJECT:
        raise UpstreamError(Trouble.UNSOUND, "sub")
    return told


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 - the check itself
    if not holds:
        raise UpstreamError(Trouble.UNSOUND, f"ID token: {what}")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UpstreamError(Trouble.UNSOUND, f"ID token: {name}")
    return value
