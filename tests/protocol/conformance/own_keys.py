"""Services that prove themselves with keys which they publish."""

from __future__ import annotations

import json
import secrets
from typing import Any

from jwcrypto.jwk import JWK

from tests.protocol.conformance.conftest import Register
from tests.protocol.conformance.outside import Outside
from tests.protocol.conformance.relying_party import RelyingParty


def new_key(algorithm: str = "RS256") -> dict[str, str]:
    """A key pair of the judge's own, with a kid that no other one has."""
    made = JWK.generate(kty="RSA", size=2048, use="sig", alg=algorithm, kid=secrets.token_urlsafe(8))
    return dict(json.loads(made.export()))


def published(judge: Outside, *keys: dict[str, str], path: str) -> str:
    """Put the public halves of keys at a path; their address."""
    halves = [json.loads(JWK(**key).export_public()) for key in keys]
    return judge.publish(path, json.dumps({"keys": halves}))


def signing(register: Register, judge: Outside, path: str, **members: Any) -> RelyingParty:
    """A service that proves itself with a key which it publishes."""
    key = new_key()
    party = register(token_endpoint_auth_method="private_key_jwt", jwks_uri=published(judge, key, path=path), **members)
    party.key = key
    return party
