"""Request objects as another implementation makes them, and services that sign with them."""

import json
from typing import Any

from jwcrypto import jwk, jws

from idp.clients.reading import parse
from idp.services import Services
from tests.doubles import START
from tests.protocol.sign_on import CALLBACK, FILE, ISSUER, SECRET

_KINDS: dict[str, dict[str, Any]] = {
    "RS256": {"kty": "RSA", "size": 2048},
    "PS256": {"kty": "RSA", "size": 2048},
    "ES256": {"kty": "EC", "crv": "P-256"},
    "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
}
KEYS = {alg: jwk.JWK.generate(kid=f"the {alg} key", alg=alg, use="sig", **kind) for alg, kind in _KINDS.items()}
#: Of nobody who is registered.
STRANGE = jwk.JWK.generate(kid="the ES256 key", **_KINDS["ES256"])
JWKS = {"keys": [key.export_public(as_dict=True) for key in KEYS.values()]}
NOW = int(START.timestamp())

_SIGNING = {"organisation": "northtown", "name": "Signs", "scope": "openid email", "secret": SECRET, "jwks": JWKS}


def register(services: Services, *clients: dict[str, Any], **changes: Any) -> None:
    """Register a service that may sign its requests, `signing`, and one that has to, `strict`."""
    made = [
        _SIGNING | {"client_id": "signing", "redirect_uris": [CALLBACK, CALLBACK + "/other"]} | changes,
        _SIGNING | {"client_id": "strict", "redirect_uris": [CALLBACK], "require_signed_request_object": True},
        *clients,
    ]
    services.clients.register(parse({"organisations": FILE["organisations"], "clients": made}))


def asked(client_id: str = "signing", /, **changes: Any) -> dict[str, Any]:
    """The members of a good object; changed, or taken out by None."""
    members = {
        "iss": client_id,
        "aud": ISSUER,
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "inside",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 300,
    }
    return {name: value for name, value in (members | changes).items() if value is not None}


def sign(members: object, alg: str = "ES256", *, key: jwk.JWK | None = None, **header: Any) -> str:
    """Sign an object; a header parameter is left out when it is None."""
    key = KEYS[alg] if key is None else key
    protected = {"alg": alg, "kid": key.get("kid"), "typ": "oauth-authz-req+jwt"} | header
    token = jws.JWS(members if isinstance(members, str | bytes) else json.dumps(members))
    token.allowed_algs = [protected["alg"]]
    kept = {name: value for name, value in protected.items() if value is not None}
    token.add_signature(key, alg=alg, protected=json.dumps(kept))
    return str(token.serialize(compact=True))
