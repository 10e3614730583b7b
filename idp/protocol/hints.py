"""Whom a service expects to meet: `id_token_hint` and `sub` in the `claims` parameter.

A hint never signs anybody in. It can only narrow: the answer is about this subject, or there is none.

https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest (id_token_hint), §5.5.1 (sub)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.crypto import jose, jwe
from idp.crypto.decryption_keys import DecryptionKeys
from idp.crypto.errors import JwtError
from idp.crypto.jwks import VerifyingKeys
from idp.protocol.token_types import is_of_type


def read_hint(
    unverified_hint: str, *, keys: VerifyingKeys, decrypting: DecryptionKeys, issuer: str
) -> Mapping[str, Any]:
    """Return the claims of an ID token that we issued, however old: a day-old session is what hints are for.

    A client that gets its ID tokens encrypted takes that encryption off, and may encrypt what it found to us (OIDC Core
    §3.1.2.1).

    :raises JwtError: not a token, not signed by us, or a token of ours of another kind.
    """
    signed = unverified_hint
    if jwe.is_encrypted(signed):
        signed = jwe.decrypt(signed, keys=decrypting).decode("ascii", "replace")
    hint = jose.verify(signed, keys=keys, algorithms=jose.ALGORITHMS)
    # Other tokens that we sign say what they are, or have no end (RFC 8725 §3.11).
    if not is_of_type(hint.header) or hint.claims.get("iss") != issuer or not isinstance(hint.claims.get("exp"), int):
        message = "not an ID token of ours"
        raise JwtError(message)
    return hint.claims


@dataclass(frozen=True, slots=True)
class Hint:
    """Whom an ID token of ours was about, and in which session."""

    sub: str
    sid: str | None


def hinted(
    unverified_hint: str, *, keys: VerifyingKeys, decrypting: DecryptionKeys, issuer: str, client_id: str
) -> Hint:
    """Return whom an ID token that we issued to this client is about.

    :raises InvalidRequestError: not an ID token of ours, or not for this client.
    """
    try:
        claims = read_hint(unverified_hint, keys=keys, decrypting=decrypting, issuer=issuer)
    except JwtError as error:
        raise InvalidRequestError("id_token_hint is not an ID token of this issuer") from error
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject, sid = claims.get("sub"), claims.get("sid")
    if client_id not in audiences or not isinstance(subject, str):
        raise InvalidRequestError("id_token_hint was not issued to this client")
    return Hint(subject, sid if isinstance(sid, str) else None)
