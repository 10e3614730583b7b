"""A service that believes nothing: it checks each answer as OpenID Connect Core has it checked.

Its cryptography is jwcrypto's, which shares no code with the provider's.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jws import JWS

from tests.protocol.conformance import example

LEEWAY = 5


@dataclass
class RelyingParty:
    """One registered service at one provider."""

    http: httpx.Client
    metadata: dict[str, Any]
    client_id: str
    secret: str | None = None
    method: str = "client_secret_basic"
    redirect_uri: str = example.CALLBACK
    key: dict[str, str] | None = None
    algorithm: str = "RS256"
    #: Response type and mode of requests that name none.
    response_type: str = "code"
    response_mode: str | None = None
    #: What a registration answered.
    registration: dict[str, Any] = field(default_factory=dict)
    #: The parameters of the last request.
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return str(self.metadata["issuer"])

    @property
    def place(self) -> str:
        """Where answers must stand (Multiple Response Types §2.1, Form Post Response Mode §2)."""
        if self.response_mode == "form_post":
            return "form"
        return "query" if self.response_type == "code" else "fragment"

    def request(self, **changes: str | None) -> str:
        """The address of an authorization request; parameters changed, added, or taken out by None."""
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": self.response_type,
            "response_mode": self.response_mode,
            "scope": "openid",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
        }
        self.sent = {name: value for name, value in (usual | changes).items() if value is not None}
        return f"{self.metadata['authorization_endpoint']}?{urlencode(self.sent)}"

    # The back channel

    def ask_token(self, **parameters: str) -> httpx.Response:
        """Call the token endpoint."""
        return self._authenticated(self.metadata["token_endpoint"], parameters)

    def redeem(self, code: str, **more: str) -> dict[str, Any]:
        """Redeem a code (OIDC Core §3.1.3)."""
        answer = self.ask_token(grant_type="authorization_code", code=code, redirect_uri=self.redirect_uri, **more)
        return self.tokens_of(answer)

    def refresh(self, token: str) -> dict[str, Any]:
        """Use a refresh token (OIDC Core §12)."""
        return self.tokens_of(self.ask_token(grant_type="refresh_token", refresh_token=token))

    def tokens_of(self, answer: httpx.Response) -> dict[str, Any]:
        """Check the form of a good answer (OIDC Core §3.1.3.3)."""
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("application/json")
        assert "no-store" in answer.headers["Cache-Control"]
        tokens = answer.json()
        assert tokens["token_type"].lower() == "bearer"
        assert isinstance(tokens["expires_in"], int)
        return dict(tokens)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """UserInfo by GET with the token in the header (OIDC Core §5.3.1)."""
        answer = self.http.get(self.metadata["userinfo_endpoint"], headers=bearer(access_token))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _authenticated(self, url: str, parameters: dict[str, str]) -> httpx.Response:
        if self.method == "client_secret_basic":
            assert self.secret is not None
            # RFC 6749 §2.3.1: each half form-encoded first.
            return self.http.post(url, data=parameters, auth=(quote_plus(self.client_id), quote_plus(self.secret)))
        if self.method == "client_secret_post":
            assert self.secret is not None
            return self.http.post(url, data=parameters | {"client_id": self.client_id, "client_secret": self.secret})
        if self.method == "private_key_jwt":
            return self.http.post(url, data=parameters | self.assertion(audience=self.metadata["token_endpoint"]))
        return self.http.post(url, data=parameters | {"client_id": self.client_id})

    def assertion(self, *, audience: str, issuer: str | None = None) -> dict[str, str]:
        """What private_key_jwt sends (RFC 7523 §2.2)."""
        now = int(time.time())
        claims = {"iss": issuer or self.client_id, "sub": self.client_id, "aud": audience, "iat": now, "exp": now + 60}
        assert self.key is not None
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": sign(claims | {"jti": secrets.token_urlsafe(16)}, self.key),
        }

    # What was issued

    def keys(self) -> JWKSet:
        """The provider's keys, as they are published now."""
        answer = self.http.get(self.metadata["jwks_uri"])
        assert answer.status_code == 200
        return JWKSet.from_json(answer.text)

    def opened(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's published keys signed, found by its kid."""
        jws = JWS()
        jws.deserialize(token)
        header = header_of(token)
        key = self.keys().get_key(header["kid"])
        assert isinstance(key, JWK), f"no key {header['kid']} is published"
        jws.allowed_algs = [header["alg"]]
        jws.verify(key)
        claims: dict[str, Any] = json.loads(jws.payload)
        return claims

    def checked(
        self,
        id_token: str,
        *,
        nonce: str | None = "",
        code: str | None = None,
        access_token: str | None = None,
    ) -> dict[str, Any]:
        """Validate an ID token (OIDC Core §3.1.3.7, §3.2.2.11, §3.3.2.11); its claims.

        :param nonce: as sent; by default, that of the last request.
        :param code: issued beside it by the authorization endpoint, so that its hash must be inside.
        :param access_token: issued beside it; if the token endpoint did, its hash need not be inside.
        """
        assert header_of(id_token)["alg"] == self.algorithm
        claims = self.opened(id_token)
        now = time.time()
        assert claims["iss"] == self.issuer
        assert claims["aud"] == self.client_id
        assert claims.get("azp", self.client_id) == self.client_id
        assert claims["exp"] > now - LEEWAY
        assert now - 600 < claims["iat"] < now + LEEWAY
        assert isinstance(claims["sub"], str)
        assert 0 < len(claims["sub"]) <= 255
        assert claims["sub"].isascii()
        assert claims.get("nonce") == (self.sent.get("nonce") if nonce == "" else nonce)
        assert "" not in claims.values()
        assert None not in claims.values()
        if code is not None:
            assert claims["c_hash"] == half_hash(code, self.algorithm)
        if access_token is not None:
            assert claims["at_hash"] == half_hash(access_token, self.algorithm)
        if "s_hash" in claims:
            assert claims["s_hash"] == half_hash(self.sent["state"], self.algorithm)
        return claims


@dataclass(frozen=True)
class SignOn:
    """What a sign-on brought."""

    answer: dict[str, str]
    #: From the token endpoint; empty where it was not called.
    tokens: dict[str, Any]
    #: Of the ID token that came last.
    claims: dict[str, Any]

    @property
    def access_token(self) -> str:
        """The newest one; none comes with the response type `id_token`."""
        return str(self.tokens["access_token"] if self.tokens else self.answer["access_token"])

    @property
    def id_token(self) -> str:
        return str(self.tokens["id_token"] if self.tokens else self.answer["id_token"])


def registered(http: httpx.Client, metadata: dict[str, Any], answer: httpx.Response) -> RelyingParty:
    """Check the form of a registration's answer, and take that service's place (RFC 7591 §3.2.1)."""
    assert answer.status_code == 201, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert "no-store" in answer.headers["Cache-Control"]
    told = answer.json()
    assert ("client_secret" in told) == ("client_secret_expires_at" in told)
    assert told["registration_client_uri"].startswith("https://")
    assert told["registration_access_token"]
    return RelyingParty(
        http=http,
        metadata=metadata,
        client_id=told["client_id"],
        secret=told.get("client_secret"),
        method=told["token_endpoint_auth_method"],
        algorithm=told["id_token_signed_response_alg"],
        response_type=told["response_types"][0],
        redirect_uri=told["redirect_uris"][0],
        registration=told,
    )


def bearer(token: str) -> dict[str, str]:
    """The header of RFC 6750 §2.1."""
    return {"Authorization": f"Bearer {token}"}


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWS or JWE, unchecked."""
    part = token.partition(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def half_hash(value: str, algorithm: str) -> str:
    """The left half of a hash, as at_hash, c_hash and s_hash are made (OIDC Core §3.3.2.11)."""
    whole = (sha512 if algorithm == "EdDSA" else sha256)(value.encode()).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def sign(claims: dict[str, Any], key: dict[str, str], **header: str) -> str:
    """A JWS, compact."""
    jws = JWS(json.dumps(claims))
    jws.add_signature(JWK(**key), protected=json.dumps({"alg": key["alg"], "kid": key["kid"], **header}))
    return str(jws.serialize(compact=True))
