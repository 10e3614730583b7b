"""Services that call the back channel, and a citizen who agreed already."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from flask import Flask
from sqlalchemy import insert
from werkzeug.test import TestResponse

from idp.accounts.models import AccountRow
from idp.claims.values import ClaimValue
from idp.clients.reading import parse
from idp.consent.sealed import SharedValues, seal_values
from idp.consent.store import GrantStore
from idp.consent.values import Decision, Duration, Grant
from idp.crypto import jose, secrets
from idp.services import Services
from idp.tokens.values import SignOn

ISSUER = "http://localhost:8000"
CALLBACK = "https://permits.example/callback"
#: RFC 7636 Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SECRET = "a%secret+with/reserved=characters"
GRANT_KEY = b"the key of the grant, 32 bytes.."
ACCOUNT = "account-000000000000-a"
SUBJECT = "amina-as-the-council-knows-her"

KEY = jose.generate("ES256")
RSA_KEY = jose.generate("RS256")

#: The audience of the gateway.
API = "https://api.northtown.example/v1"

_TEXT = {"en": "Because we need it"}
_WEB: dict[str, Any] = {
    "organisation": "northtown",
    "name": "A service",
    "redirect_uris": [CALLBACK],
    "resources": [API],
}
_OFFLINE = {"scope": "openid profile email offline_access", "grant_types": ["authorization_code", "refresh_token"]}
FILE: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council", "public_body": True}},
    "clients": [
        _WEB | _OFFLINE | {"client_id": "permits", "secret": SECRET, "id_token_signed_response_alg": "ES256"},
        _WEB
        | _OFFLINE
        | {
            "client_id": "library",
            "secret": SECRET,
            "token_endpoint_auth_method": "client_secret_post",
            "userinfo_signed_response_alg": "RS256",
        },
        _WEB
        | _OFFLINE
        | {
            "client_id": "app",
            "application_type": "native",
            "redirect_uris": ["com.example.app:/callback"],
            "token_endpoint_auth_method": "none",
        },
        _WEB
        | {
            "client_id": "signer",
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [KEY.public(), RSA_KEY.public()]},
            "grant_types": ["authorization_code", "client_credentials"],
            "scope": "openid reports:read",
        },
        {
            "client_id": "gateway",
            "organisation": "northtown",
            "name": "The gateway",
            "secret": SECRET,
            "grant_types": ["client_credentials"],
            "scope": "openid email reports:read reports:write",
            "resource_server": True,
            "audiences": [API],
            "resources": [API],
        },
    ],
    "uses": [
        {
            "client": client_id,
            "key": "permit",
            "state": "approved",
            "lawful_basis": "public_task",
            "purpose": _TEXT,
            "without_it": _TEXT,
            "details": [
                {"claim": claim, "essential": False, "reason": _TEXT, "retention": _TEXT}
                for claim in ("given_name", "family_name", "email")
            ],
        }
        for client_id in ("permits", "library", "app", "signer")
    ],
}


class BackChannel:
    """Everything that is called without a browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.services: Services = app.extensions["proffer"]
        self.services.clients.register(parse(FILE))
        self._grants = GrantStore(db=self.services.db)
        with self.services.db.transaction() as session:
            session.execute(
                insert(AccountRow).values(
                    id=ACCOUNT, login_index=b"l" * 32, state="active", locale=None, created_at=self.now
                )
            )
        for client_id in ("permits", "library", "app", "signer"):
            self.agree(client_id)

    @property
    def now(self) -> Any:
        return self.services.clock.now()

    @property
    def seconds(self) -> int:
        return int(self.now.timestamp())

    # What the citizen did

    def agree(self, client_id: str, **changes: Any) -> Grant:
        """Share a given name and an email address, and not the family name."""
        grant = Grant(
            id=f"grant-of-{client_id}"[:22],
            account_id=ACCOUNT,
            persona="main",
            client_id=client_id,
            sub=SUBJECT,
            scopes=("openid",),
            decisions=tuple(
                Decision(claim=claim, allowed=claim != "family_name", form=claim)
                for claim in ("given_name", "family_name", "email")
            ),
            claims=("given_name", "email", "email_verified"),
            claims_sealed=None,
            grant_key_wrapped=b"wrapped by the vault",
            vault_version=1,
            sealed_at=self.now,
            duration=Duration.STANDING,
            created_at=self.now,
            updated_at=self.now,
            reconfirm_at=self.now + timedelta(days=365),
            withdrawn_at=None,
            token_epoch=0,
            last_used_at=None,
        )
        values: dict[str, ClaimValue] = {
            "given_name": "Amina",
            "email": "amina@citizen.example",
            "email_verified": False,
        }
        sealed = seal_values(SharedValues(values, {}), grant=grant, grant_key=GRANT_KEY)
        grant = replace(grant, claims_sealed=sealed, **changes)
        self._grants.put(grant)
        return grant

    def sign_on(self, client_id: str = "permits", **changes: Any) -> SignOn:
        sign_on = SignOn(
            client_id=client_id,
            account_id=ACCOUNT,
            grant_id=f"grant-of-{client_id}"[:22],
            grant_key=GRANT_KEY,
            epoch=0,
            scope=("openid", "profile", "email", "offline_access"),
            userinfo_claims=("given_name", "family_name", "email", "email_verified"),
            id_token_claims=(),
            auth_time=self.seconds - 60,
            acr="urn:proffer:acr:password",
            amr=("pwd",),
            sid="session-0000000000000s",
            nonce="n-0S6_WzA2Mj",
        )
        return msgspec.structs.replace(sign_on, **changes)

    def code(self, client_id: str = "permits", *, challenge: str | None = CHALLENGE, **changes: Any) -> str:
        return self.services.tokens.issue_code(
            self.sign_on(client_id, **changes), redirect_uri=CALLBACK, code_challenge=challenge
        )

    # What services do

    def post(self, path: str, form: dict[str, str] | None = None, **arguments: Any) -> TestResponse:
        return self.http.post(path, data=form or {}, **arguments)

    def exchange(self, code: str, *, client_id: str = "permits", **changes: str | None) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        } | self._own(client_id)
        changed = {name: value for name, value in (form | changes).items() if value is not None}
        return self.post("/token", changed, headers=basic(client_id) if client_id in WITH_BASIC else {})

    def refresh(self, token: str, *, client_id: str = "permits", **changes: str) -> TestResponse:
        form = {"grant_type": "refresh_token", "refresh_token": token} | self._own(client_id) | changes
        return self.post("/token", form, headers=basic(client_id) if client_id in WITH_BASIC else {})

    def tokens(self, client_id: str = "permits", **changes: Any) -> dict[str, Any]:
        """A whole sign-on's tokens."""
        answer = self.exchange(self.code(client_id, **changes), client_id=client_id)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.get_json()
        return content

    def api_token(self, client_id: str = "permits", **changes: Any) -> str:
        """A citizen's access token for the gateway."""
        code = self.code(client_id, resources=(API,), **changes)
        answer = self.exchange(code, client_id=client_id, resource=API)
        assert answer.status_code == 200, answer.text
        token: str = answer.get_json()["access_token"]
        return token

    def userinfo(self, token: str) -> TestResponse:
        return self.http.get("/userinfo", headers={"Authorization": f"Bearer {token}"})

    def introspect(self, token: str) -> dict[str, Any]:
        answer = self.post("/introspect", {"token": token}, headers=basic("gateway"))
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.get_json()
        return content

    def claims(self, id_token: str, algorithm: str = "ES256") -> dict[str, Any]:
        """What an ID token says, once its signature is checked."""
        keys = jose.VerifyingKeys.from_jwks(self.http.get("/jwks.json").get_json())
        return dict(jose.verify(id_token, keys=keys, algorithms={algorithm}).claims)

    def _own(self, client_id: str) -> dict[str, str]:
        if client_id == "library":
            return {"client_id": client_id, "client_secret": SECRET}
        if client_id == "app":
            return {"client_id": client_id}
        if client_id == "signer":
            return self.assertion()
        return {}

    def assertion(self, key: jose.SigningKey = KEY, typ: str | None = None, /, **changes: Any) -> dict[str, str]:
        """Parameters of a good client assertion, with claims changed, or taken out by None."""
        claims = {
            "iss": "signer",
            "sub": "signer",
            "aud": ISSUER,
            "exp": self.seconds + 60,
            "iat": self.seconds,
            "jti": secrets.identifier(),
        } | changes
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": key.sign({name: value for name, value in claims.items() if value is not None}, typ=typ),
        }


WITH_BASIC = frozenset({"permits", "gateway"})


def basic(client_id: str, secret: str = SECRET) -> dict[str, str]:
    """Basic credentials, form-encoded first (RFC 6749 §2.3.1)."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def error_of(answer: TestResponse) -> tuple[int, str]:
    """Status and error code, after what every error owes its reader."""
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert set(body) <= {"error", "error_description"}
    description = body.get("error_description", "")
    assert all(" " <= character <= "~" and character not in '"\\' for character in description)
    if answer.status_code == 401:
        assert "WWW-Authenticate" in answer.headers
    return answer.status_code, body["error"]
