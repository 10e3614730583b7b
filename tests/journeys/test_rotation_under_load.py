"""Keys that change every second while services sign citizens in: nothing is lost (OIDC Core §10.1.1)."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from jwcrypto import jwe, jwk, jws

from tests.journeys.citizen import Citizen
from tests.journeys.provider import StartedProvider
from tests.journeys.services import CALLBACK, claims
from tests.storage.databases import BOTH, database_url

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SECONDS = 30
SECRET = "a-secret-of-a-service-0123456789-abcdefgh"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
KEY = jwk.JWK.generate(kty="EC", crv="P-256", use="enc", kid="ours")


def described() -> dict[str, Any]:
    """A service for each algorithm; the last one's ID tokens are encrypted too."""
    return {
        "organisations": {"northtown": {"legal_name": "Northtown Council", "public_body": True}},
        "clients": [
            {
                "client_id": algorithm.lower(),
                "name": f"Permits {algorithm}",
                "organisation": "northtown",
                "redirect_uris": [CALLBACK],
                "grant_types": ["authorization_code", "refresh_token"],
                "scope": "openid profile offline_access",
                "secret": SECRET,
                "id_token_signed_response_alg": algorithm,
                "userinfo_signed_response_alg": algorithm,
                **(
                    {
                        "jwks": {"keys": [KEY.export_public(as_dict=True)]},
                        "id_token_encrypted_response_alg": "ECDH-ES",
                        "id_token_encrypted_response_enc": "A256GCM",
                    }
                    if algorithm == ALGORITHMS[-1]
                    else {}
                ),
            }
            for algorithm in ALGORITHMS
        ],
    }


class Service:
    """A relying party that keeps the published keys, and fetches them again when it meets one that it does not know."""

    def __init__(self, provider: StartedProvider, algorithm: str) -> None:
        self.provider = provider
        self.algorithm = algorithm
        self.keys: dict[str, jwk.JWK] = {}
        self.met: set[str] = set()
        self.hint = ""
        self.signed_on = 0
        self.citizen = Citizen(provider)
        self.citizen.sign_up()
        self.citizen.add_detail("given_name", "Amina")
        # Once, with the citizen's choice: a refresh token to live on, and from now on no page.
        self._authorize(scope="openid offline_access", prompt="consent", claims=claims("given_name"))
        self.citizen.choose("given_name")
        self.refresh_token = self._redeem()["refresh_token"]

    def sign_on(self) -> None:
        """Sign the citizen on, ask about them, and refresh, with everything that came back verified."""
        nonce = secrets.token_urlsafe()
        self._authorize(
            scope="openid", nonce=nonce, claims=claims("given_name"), prompt="none", id_token_hint=self.hint
        )
        tokens = self._redeem()
        assert self._verified(tokens["id_token"])["nonce"] == nonce
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        told = requests.get(f"{self.provider.issuer}/userinfo", headers=bearer, timeout=30)
        assert told.status_code == 200, told.text
        assert self._verified(told.text)["given_name"] == "Amina"
        refreshed = self._token(grant_type="refresh_token", refresh_token=self.refresh_token)
        self.refresh_token = refreshed["refresh_token"]
        self._verified(refreshed["id_token"])
        self.hint = self._hint(refreshed["id_token"])
        self.signed_on += 1

    def _authorize(self, **parameters: str) -> None:
        request = {"response_type": "code", "client_id": self.algorithm.lower(), "redirect_uri": CALLBACK} | parameters
        self.citizen.browser.open(
            f"{self.provider.issuer}/authorize?{urlencode({k: v for k, v in request.items() if v})}"
        )

    def _redeem(self) -> dict[str, Any]:
        answered = parse_qs(urlsplit(self.citizen.browser.url).query)
        assert "code" in answered, (self.citizen.browser.url, self.citizen.browser.text)
        return self._token(grant_type="authorization_code", code=answered["code"][0], redirect_uri=CALLBACK)

    def _token(self, **form: str) -> dict[str, Any]:
        basic = base64.b64encode(f"{self.algorithm.lower()}:{SECRET}".encode()).decode()
        # On a connection of its own each time, so that both workers take part.
        answer = requests.post(
            f"{self.provider.issuer}/token", data=form, headers={"Authorization": f"Basic {basic}"}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def _verified(self, token: str) -> dict[str, Any]:
        parsed = jws.JWS()
        parsed.allowed_algs = [self.algorithm]
        parsed.deserialize(self._opened(token))
        kid = parsed.jose_header["kid"]
        if kid not in self.keys:
            self._fetch()
        assert kid in self.keys, f"{kid} signs and is not published"
        self.met.add(kid)
        parsed.verify(self.keys[kid])
        content: dict[str, Any] = json.loads(parsed.payload)
        return content

    def _opened(self, token: str) -> str:
        if token.count(".") == 2:
            return token
        encrypted = jwe.JWE(algs=["ECDH-ES", "A256GCM"])
        encrypted.deserialize(token, KEY)
        return str(encrypted.payload.decode())

    def _hint(self, token: str) -> str:
        """Give an ID token back: as it was signed, or where it came encrypted, encrypted to the provider."""
        signed = self._opened(token)
        if signed == token:
            return token
        (key,) = (each for each in self.keys.values() if each.get("alg") == "ECDH-ES")
        header = json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "kid": key["kid"], "cty": "JWT"})
        encrypted = jwe.JWE(signed.encode(), header, algs=["ECDH-ES", "A256GCM"])
        encrypted.add_recipient(key)
        return str(encrypted.serialize(compact=True))

    def _fetch(self) -> None:
        published = requests.get(f"{self.provider.issuer}/jwks.json", timeout=30).json()
        self.keys = {key["kid"]: jwk.JWK(**key) for key in published["keys"]}


@pytest.mark.parametrize("kind", BOTH)
def test_rotating_every_second_loses_no_sign_in_and_no_verification(kind: str, tmp_path: Path) -> None:
    with database_url(kind, tmp_path) as url:
        provider = StartedProvider(tmp_path, database_url=url, workers=2)
        provider.command("migrate")
        provider.import_clients(described())
        provider.start()
        try:
            parties = [Service(provider, algorithm) for algorithm in ALGORITHMS]
            rotating = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.rotate_keys", str(SECONDS)],
                env={**os.environ, **provider.environment},
                stdout=subprocess.PIPE,
                text=True,
            )
            over = threading.Event()

            def keep_signing_on(party: Service) -> None:
                while not over.is_set():
                    party.sign_on()

            with ThreadPoolExecutor(len(parties)) as pool:
                running = [pool.submit(keep_signing_on, party) for party in parties]
                rotations = int(rotating.communicate(timeout=SECONDS + 60)[0])
                over.set()
                for each in running:
                    each.result()
        finally:
            assert provider.stop() == 0

    assert rotations >= SECONDS // 3
    for party in parties:
        # New keys come into use all the while: they are not just published.
        assert len(party.met) >= rotations // 3, (party.algorithm, rotations, len(party.met))
        assert party.signed_on >= SECONDS // 3
