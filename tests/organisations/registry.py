"""A small OpenID provider on the loopback address, which can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from idp.crypto import jose
from idp.crypto.secrets import token

CLIENT_ID, CLIENT_SECRET = "proffer", "a-secret-of-the-registry:office"


class Registry:
    """The registry office: what it says about its one citizen, and how it says it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.key = jose.generate("ES256")
        self.now = now
        self.issuer = ""
        self.subject = "citizen-4711"
        self.acr = "substantial"
        self.told: dict[str, Any] = {
            "given_name": "Amina",
            "family_name": "Haddad-Registered",
            "birthdate": "1988-02-29",
            "email": "amina@registry.example",
            "email_verified": True,
        }
        self.signed_userinfo = False
        #: Change what is answered just before it is.
        self.metadata: dict[str, Any] = {}
        self.id_token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.token_body: bytes | None = None
        self.token_status = 200
        self.alg_none = False
        self.codes: dict[str, dict[str, str]] = {}
        self.requests: list[str] = []

    def authorize(self, url: str) -> dict[str, str]:
        """What the citizen's browser brings back after saying yes: the parameters of the redirect URI."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = token()
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": True,
        } | self.metadata

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        if self.token_body is not None:
            return self.token_status, self.token_body
        expected = base64.b64encode(b"proffer:a-secret-of-the-registry%3Aoffice").decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or authorization != f"Basic {expected}":
            return 400, b'{"error": "invalid_grant"}'
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge.decode(), "S256")
        assert asked["redirect_uri"] == form["redirect_uri"]
        access_token, now = token(), int(self.now())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "acr": self.acr,
            "at_hash": jose.half_hash(access_token, "ES256"),
        } | self.id_token
        signed = self.key.sign(claims)
        if self.alg_none:
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            signed = f"{head}.{signed.split('.')[1]}."
        answer = {"access_token": access_token, "token_type": "Bearer", "id_token": signed}
        return 200, json.dumps(answer).encode()

    def about(self) -> tuple[str, bytes]:
        claims = {"sub": self.subject} | self.told | self.userinfo
        if self.signed_userinfo:
            return "application/jwt", self.key.sign({"iss": self.issuer, "aud": CLIENT_ID} | claims).encode()
        return "application/json", json.dumps(claims).encode()


@contextmanager
def registry_office(now: Callable[[], float] = time.time) -> Iterator[Registry]:
    """Serve one until the block ends."""
    registry = Registry(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            registry.requests.append(self.path)
            if self.path.endswith("openid-configuration"):
                self._answer(200, "application/json", json.dumps(registry.discovery()).encode())
            elif self.path == "/jwks":
                self._answer(200, "application/json", json.dumps({"keys": [registry.key.public()]}).encode())
            else:
                self._answer(200, *registry.about())

        def do_POST(self) -> None:
            registry.requests.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, answer = registry.tokens(form, self.headers.get("Authorization", ""))
            self._answer(status, "application/json", answer)

        def _answer(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
