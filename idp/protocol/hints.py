"""Whom a service expects to meet: `id_token_hint` and `sub` in the `claims` parameter.

A hint never signs anybody in. It can only narrow: the answer is about this subject, or there is none.

https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest (id_token_hint), §5.5.1 (sub)
"""

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.crypto import jose
from idp.crypto.errors import JwtError
from idp.crypto.jwks import VerifyingKeys
from idp.protocol.token_types import is_of_type


def hinted_subject(unverified_hint: str, *, keys: VerifyingKeys, issuer: str, client_id: str) -> str:
    """Return the subject of an ID token that we issued to this client.

    One that has expired is as good: the client repeats whom it knows, and a day-old session is what hints are
    for (OIDC Core §3.1.2.1).

    :raises InvalidRequestError: not signed by us, or not for this client.
    """
    try:
        hint = jose.verify(unverified_hint, keys=keys, algorithms=jose.ALGORITHMS)
    except JwtError as error:
        raise InvalidRequestError("id_token_hint is not an ID token of this issuer") from error
    if not is_of_type(hint.header):
        raise InvalidRequestError("id_token_hint is a token of another kind")
    claims = hint.claims
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject = claims.get("sub")
    if claims.get("iss") != issuer or client_id not in audiences or not isinstance(subject, str):
        raise InvalidRequestError("id_token_hint was not issued to this client")
    return subject
