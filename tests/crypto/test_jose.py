"""JSON Web Tokens: what is signed verifies elsewhere, and what must not verify does not (RFC 8725)."""

import base64
import json
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk, jws

from idp.crypto import jose
from idp.crypto.errors import CryptoError, JwksError, JwtError, JwtKeyUnknownError
from idp.crypto.secrets import b64url

KEYS = {algorithm: jose.generate(algorithm) for algorithm in jose.ALGORITHMS}
CLAIMS = {"iss": "https://id.example", "sub": "amina", "note": "é", "n": [1, True, None]}


def published(*keys: jose.SigningKey) -> jose.VerifyingKeys:
    return jose.VerifyingKeys.from_jwks({"keys": [key.public() for key in keys]})


def compact(header: object, claims: object, signature: str = "AA") -> str:
    parts = [part if isinstance(part, str) else b64url(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join([*parts, signature])


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_a_signed_token_verifies(algorithm: str) -> None:
    key = KEYS[algorithm]

    verified = jose.verify(key.sign(CLAIMS, typ="at+jwt"), keys=published(key), algorithms={algorithm})

    assert verified.claims == CLAIMS
    assert verified.header == {"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_another_implementation_verifies_what_is_signed(algorithm: str) -> None:
    key = KEYS[algorithm]
    other = jws.JWS()
    other.allowed_algs = [algorithm]

    other.deserialize(key.sign(CLAIMS), jwk.JWK(**key.public()))

    assert json.loads(other.payload) == CLAIMS


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_what_another_implementation_signs_verifies(algorithm: str) -> None:
    kinds = {"ES256": {"kty": "EC", "crv": "P-256"}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"}}
    private = jwk.JWK.generate(**kinds.get(algorithm, {"kty": "RSA", "size": 2048}))
    other = jws.JWS(json.dumps(CLAIMS))
    other.add_signature(private, alg=algorithm, protected=json.dumps({"alg": algorithm, "x-unknown": 1}))

    keys = jose.VerifyingKeys.from_jwks({"keys": [private.export_public(as_dict=True)]})

    assert jose.verify(other.serialize(compact=True), keys=keys, algorithms={algorithm}).claims == CLAIMS


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_a_private_key_comes_back_from_its_export(algorithm: str) -> None:
    key = KEYS[algorithm]

    again = jose.import_private(key.export_private(), key.kid, algorithm)

    assert again.public() == key.public()
    assert jose.verify(again.sign(CLAIMS), keys=published(key), algorithms={algorithm}).claims == CLAIMS


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_the_public_key_shows_no_private_part_and_is_named_by_its_thumbprint(algorithm: str) -> None:
    public = KEYS[algorithm].public()

    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(public)
    assert public["use"] == "sig"
    assert public["alg"] == algorithm
    assert public["kid"] == jwk.JWK(**public).thumbprint()


def test_a_key_is_not_imported_for_another_algorithm() -> None:
    with pytest.raises(CryptoError):
        jose.import_private(KEYS["ES256"].export_private(), "k", "RS256")
    with pytest.raises(CryptoError):
        jose.import_private(KEYS["RS256"].export_private(), "k", "EdDSA")
    with pytest.raises(CryptoError):
        jose.import_private(b"not a key", "k", "RS256")
    with pytest.raises(CryptoError):
        jose.generate("HS256")


def test_an_algorithm_outside_the_allow_list_is_refused() -> None:
    key = KEYS["RS256"]

    with pytest.raises(JwtError, match="not allowed"):
        jose.verify(key.sign(CLAIMS), keys=published(key), algorithms={"ES256"})


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS1", "", "ES256K"])
def test_unsigned_and_symmetric_tokens_are_refused_even_when_allowed_by_mistake(algorithm: str) -> None:
    token = compact({"alg": algorithm}, CLAIMS, "")

    with pytest.raises(JwtError):
        jose.verify(token, keys=published(KEYS["RS256"]), algorithms={algorithm, "RS256"})


def test_a_public_key_used_as_a_symmetric_secret_is_refused() -> None:
    key = KEYS["RS256"]
    secret = jwk.JWK(kty="oct", k=b64url(jwk.JWK(**key.public()).export_to_pem()))
    forged = jws.JWS(json.dumps(CLAIMS))
    forged.add_signature(secret, alg="HS256", protected=json.dumps({"alg": "HS256", "kid": key.kid}))

    with pytest.raises(JwtError):
        jose.verify(forged.serialize(compact=True), keys=published(key), algorithms={"RS256", "HS256"})


def test_a_key_inside_the_header_is_not_believed() -> None:
    stranger = jose.generate("ES256")
    forged = jws.JWS(json.dumps(CLAIMS))
    private = jwk.JWK.from_pem(_pem(stranger))
    header = {"alg": "ES256", "kid": KEYS["ES256"].kid, "jwk": stranger.public(), "jku": "https://evil.example/jwks"}
    forged.add_signature(private, alg="ES256", protected=json.dumps(header))

    with pytest.raises(JwtError, match="signature"):
        jose.verify(forged.serialize(compact=True), keys=published(KEYS["ES256"]), algorithms={"ES256"})


def test_any_changed_character_breaks_the_signature() -> None:
    key = KEYS["ES256"]
    token = key.sign({"sub": "amina"})

    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(JwtError):
            jose.verify(changed, keys=published(key), algorithms={"ES256"})


def test_an_unknown_kid_is_told_apart_so_that_keys_can_be_fetched_again() -> None:
    with pytest.raises(JwtKeyUnknownError):
        jose.verify(KEYS["ES256"].sign(CLAIMS), keys=published(jose.generate("ES256")), algorithms={"ES256"})


def test_without_a_kid_two_fitting_keys_are_one_too_many() -> None:
    private = jwk.JWK.from_pem(_pem(KEYS["ES256"]))
    token = jws.JWS(json.dumps(CLAIMS))
    token.add_signature(private, alg="ES256", protected=json.dumps({"alg": "ES256"}))
    serialised = token.serialize(compact=True)

    with pytest.raises(JwtKeyUnknownError):
        jose.verify(serialised, keys=published(KEYS["ES256"], jose.generate("ES256")), algorithms={"ES256"})
    # A key for another algorithm does not fit and is no rival.
    jose.verify(serialised, keys=published(KEYS["ES256"], KEYS["RS256"]), algorithms={"ES256"})


def test_a_curve_that_an_algorithm_is_not_tied_to_does_not_fit() -> None:
    for algorithm, kty, crv in (("ES256", "EC", "P-384"), ("EdDSA", "OKP", "Ed448"), ("EdDSA", "OKP", "X25519")):
        public = jwk.JWK.generate(kty=kty, crv=crv).export_public(as_dict=True)
        keys = jose.VerifyingKeys.from_jwks({"keys": [public]})
        with pytest.raises(JwtKeyUnknownError):
            jose.verify(compact({"alg": algorithm}, CLAIMS), keys=keys, algorithms={algorithm})


def test_a_key_published_for_another_algorithm_or_use_is_not_used() -> None:
    key = KEYS["RS256"]
    for change in ({"alg": "PS256"}, {"use": "enc"}, {"key_ops": ["sign"], "use": "sig"}):
        entry = {name: value for name, value in (key.public() | change).items() if value is not None}
        keys = jose.VerifyingKeys.from_jwks({"keys": [entry]})
        with pytest.raises(JwtKeyUnknownError):
            jose.verify(key.sign(CLAIMS), keys=keys, algorithms={"RS256"})


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"},
        json.loads(jwk.JWK.generate(kty="EC", crv="P-256").export_private()),
        json.loads(jwk.JWK.generate(kty="OKP", crv="Ed25519").export_private()),
        {"kty": "RSA", "n": b64url(b"\xff" * 128), "e": "AQAB"},
        {"kty": "RSA", "n": b64url(b"\xff" * 2048), "e": "AQAB"},
        {"kty": "RSA", "e": "AQAB"},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": [], "y": {}},
        {"kty": 5},
        "a string",
        None,
    ],
)
def test_a_private_symmetric_weak_or_broken_key_spoils_the_set(entry: Any) -> None:
    with pytest.raises(JwksError):
        jose.VerifyingKeys.from_jwks({"keys": [KEYS["RS256"].public(), entry]})


@pytest.mark.parametrize("jwks", [{}, {"keys": {}}, {"keys": [{"kty": "EC"}] * 51}, [], None, "keys"])
def test_what_is_no_jwk_set_is_refused(jwks: Any) -> None:
    with pytest.raises(JwksError):
        jose.VerifyingKeys.from_jwks(jwks)


def test_a_key_of_a_kind_not_understood_is_passed_over() -> None:
    keys = jose.VerifyingKeys.from_jwks({"keys": [{"kty": "AKP", "alg": "ML-DSA-44"}, KEYS["ES256"].public()]})

    assert len(keys) == 1


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        compact("e30", CLAIMS),
        compact({"alg": 5}, CLAIMS),
        compact({"alg": "ES256", "kid": 5}, CLAIMS),
        compact({"alg": "ES256", "kid": None}, CLAIMS),
        compact({"alg": "ES256", "crit": ["exp"], "exp": 1}, CLAIMS),
        compact({"alg": "ES256", "b64": False}, CLAIMS),
        compact([], CLAIMS),
        compact({"alg": "ES256"}, []),
        compact({"alg": "ES256"}, b64url(b'{"sub":"a","sub":"b"}')),
        compact({"alg": "ES256"}, b64url(b'{"exp":NaN}')),
        compact({"alg": "ES256"}, b64url(b"[" * 9000)),
        compact({"alg": "ES256"}, b64url(b"\xff\xfe")),
        compact({"alg": "ES256"}, b64url(b"9" * 6000)),
        compact({"alg": "ES256"}, CLAIMS, "A=="),
        compact({"alg": "ES256"}, {"padding": "x" * 20_000}),
        "é.é.é",
        "\x00.\x00.\x00",
        " " + compact({"alg": "ES256"}, CLAIMS),
    ],
)
def test_a_malformed_token_is_refused_with_one_kind_of_error(token: str) -> None:
    with pytest.raises(JwtError):
        jose.verify(token, keys=published(KEYS["ES256"]), algorithms={"ES256"})


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_raises_anything_else(token: str) -> None:
    with pytest.raises(JwtError):
        jose.verify(token, keys=published(KEYS["ES256"]), algorithms={"ES256"})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_header_value_raises_anything_else(value: Any) -> None:
    for name in ("typ", "cty", "jku", "x5c", "alg", "kid"):
        with pytest.raises(JwtError):
            jose.verify(
                compact({"alg": "ES256", name: value}, CLAIMS), keys=published(KEYS["ES256"]), algorithms={"ES256"}
            )


def test_an_unverified_token_is_of_a_type_of_its_own() -> None:
    read = jose.unverified(compact({"alg": "ES256"}, {"iss": "council"}))

    assert isinstance(read, jose.UnverifiedJwt)
    assert read.claims["iss"] == "council"
    assert "council" not in repr(read)


def test_half_hash_gives_the_value_of_openid_connect_core_a_3() -> None:
    # OpenID Connect Core, appendix A.3 and A.4.
    assert jose.half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"
    assert jose.half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "RS256") == (
        "LDktKdoQak3Pk0cnXxCltA"
    )


def test_signing_and_verifying_warn_about_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for key in KEYS.values():
            jose.verify(key.sign(CLAIMS), keys=published(key), algorithms=jose.ALGORITHMS)


def test_keys_do_not_show_themselves() -> None:
    key = KEYS["ES256"]

    assert repr(key) == f"<SigningKey {key.kid} ES256>"


def _pem(key: jose.SigningKey) -> bytes:
    standard = base64.b64encode(key.export_private()).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{standard}\n-----END PRIVATE KEY-----\n".encode()
