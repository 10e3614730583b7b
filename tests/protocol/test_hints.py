"""OIDC Core §3.1.2.1, id_token_hint."""

from collections.abc import Mapping
from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.crypto import jose, jwe
from idp.crypto.decryption_keys import DecryptionKeys
from idp.crypto.jwks import VerifyingKeys
from idp.protocol.hints import hinted as read

OURS = jose.generate("ES256")
THEIRS = jose.generate("ES256")
KEYS = VerifyingKeys.from_jwks({"keys": [OURS.public()]})
ENCRYPTED_TO = jwe.generate("ECDH-ES")
CLAIMS: Mapping[str, Any] = {"iss": "https://id.example", "aud": "permits", "sub": "abc", "exp": 4102444800}


def hinted(token: str) -> str:
    return read(
        token, keys=KEYS, decrypting=DecryptionKeys((ENCRYPTED_TO,)), issuer="https://id.example", client_id="permits"
    ).sub


def test_an_id_token_of_ours_names_its_subject() -> None:
    assert hinted(OURS.sign(CLAIMS)) == "abc"


def test_an_expired_one_is_as_good() -> None:
    assert hinted(OURS.sign({**CLAIMS, "exp": 1})) == "abc"


def encrypted(content: str, to: jwe.DecryptionKey = ENCRYPTED_TO) -> str:
    keys = jwe.EncryptingKeys.from_jwks({"keys": [to.public()]})
    return jwe.encrypt(content.encode(), keys=keys, alg="ECDH-ES", enc="A256GCM", cty="JWT")


def test_one_that_the_client_encrypted_to_us_is_as_good() -> None:
    """OIDC Core §3.1.2.1: after taking off the encryption to itself."""
    assert hinted(encrypted(OURS.sign(CLAIMS))) == "abc"


@pytest.mark.parametrize(
    "token",
    [
        encrypted(THEIRS.sign(CLAIMS)),
        encrypted("é"),
        encrypted(encrypted(OURS.sign(CLAIMS))),
        encrypted(OURS.sign(CLAIMS), jwe.generate("ECDH-ES")),
    ],
)
def test_encryption_proves_nothing(token: str) -> None:
    with pytest.raises(InvalidRequestError):
        hinted(token)


def test_one_for_several_clients_counts_for_each() -> None:
    assert hinted(OURS.sign({**CLAIMS, "aud": ["shop", "permits"]})) == "abc"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "shop"},
        {"aud": ["shop"]},
        {"aud": None},
        {"aud": "permits-2"},
        {"iss": "https://other.example"},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
    ],
)
def test_one_for_somebody_else_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        hinted(OURS.sign({**CLAIMS, **changes}))


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "token-introspection+jwt", "application/logout+jwt"])
def test_another_kind_of_token_of_ours_is_refused(typ: str) -> None:
    """RFC 8725 §3.11."""
    assert hinted(OURS.sign(CLAIMS, typ="JWT")) == "abc"
    with pytest.raises(InvalidRequestError):
        hinted(OURS.sign(CLAIMS, typ=typ))


def test_one_signed_by_somebody_else_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        hinted(THEIRS.sign(CLAIMS))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUifQ.",
        "é.é.é",
        "e30.e30." + "A" * 20000,
    ],
)
def test_what_is_no_signed_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequestError):
        hinted(token)
