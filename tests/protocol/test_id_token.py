"""ID tokens (OIDC Core §2)."""

from __future__ import annotations

import base64
import hashlib

import pytest

from idp.authentication.policy import session_identifier
from idp.crypto import jose
from tests.protocol.back_channel import ISSUER, SUBJECT, BackChannel


@pytest.mark.parametrize(("client_id", "algorithm"), [("permits", "ES256"), ("library", "RS256")])
def test_an_id_token_tells_of_the_sign_in_and_no_details(shared: BackChannel, client_id: str, algorithm: str) -> None:
    """Details asked for by scope are for UserInfo (§5.4)."""
    tokens = shared.tokens(client_id)

    claims = shared.claims(tokens["id_token"], algorithm)

    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims == {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": client_id,
        "iat": shared.seconds,
        "exp": shared.seconds + 600,
        "auth_time": shared.seconds - 60,
        "acr": "urn:proffer:acr:password",
        "amr": ["pwd"],
        "sid": "session-0000000000000s",
        "nonce": "n-0S6_WzA2Mj",
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }
    assert jose.unverified(tokens["id_token"]).header["alg"] == algorithm


def test_details_asked_for_in_the_id_token_are_in_it_if_they_were_shared(shared: BackChannel) -> None:
    """§5.5. The family name was not."""
    tokens = shared.tokens(id_token_claims=("given_name", "family_name"), userinfo_claims=("email",))

    claims = shared.claims(tokens["id_token"])

    assert claims["given_name"] == "Amina"
    assert "family_name" not in claims
    assert "email" not in claims
    assert "given_name" not in shared.userinfo(tokens["access_token"]).get_json()


def test_without_a_nonce_there_is_none(shared: BackChannel) -> None:
    assert "nonce" not in shared.claims(shared.tokens(nonce=None)["id_token"])


@pytest.mark.parametrize("nonce", ["n" * 64, "n" * 384, 'n"\\é'])
def test_a_nonce_comes_back_as_it_was(shared: BackChannel, nonce: str) -> None:
    assert shared.claims(shared.tokens(nonce=nonce)["id_token"])["nonce"] == nonce


def test_each_service_knows_the_session_by_another_name() -> None:
    ours = session_identifier(sid="session", client_id="permits", sub="amina")

    assert len(ours) == 22
    assert ours == session_identifier(sid="session", client_id="permits", sub="amina")
    assert ours != session_identifier(sid="session", client_id="library", sub="amina")
    assert ours != session_identifier(sid="another", client_id="permits", sub="amina")
    assert ours != session_identifier(sid="session", client_id="permits", sub="amina at work")
