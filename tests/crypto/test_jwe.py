"""JSON Web Encryption: what is encrypted opens elsewhere, and what must not open does not (RFC 7516, RFC 8725)."""

import json
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from jwcrypto import jwe as other_jwe
from jwcrypto import jwk

from idp.crypto import jwe
from idp.crypto.errors import CryptoError, JweError, JwksError, NoEncryptionKeyError
from idp.crypto.secrets import b64url, unb64url

PAYLOAD = b'{"sub":"amina"}'
OURS = {algorithm: jwe.generate(algorithm) for algorithm in jwe.DECRYPTABLE}
RING = jwe.DecryptionKeys(tuple(OURS.values()))
RSA = jwk.JWK.generate(kty="RSA", size=2048, kid="r", use="enc")
CURVES = {crv: jwk.JWK.generate(kty="EC", crv=crv, kid=crv) for crv in ("P-256", "P-384", "P-521")}
X25519 = jwk.JWK.generate(kty="OKP", crv="X25519", kid="x")
EVERY_WAY = [
    (alg, enc, key)
    for enc in jwe.CONTENT_ENCRYPTION
    for alg, key in [
        ("RSA-OAEP-256", RSA),
        *((alg, key) for alg in ("ECDH-ES", "ECDH-ES+A256KW") for key in (*CURVES.values(), X25519)),
    ]
]


def public(key: jwk.JWK, **members: Any) -> dict[str, Any]:
    return {**key.export_public(as_dict=True), **members}


def keys(*entries: dict[str, Any]) -> jwe.EncryptingKeys:
    return jwe.EncryptingKeys.from_jwks({"keys": list(entries)})


def encrypted_elsewhere(
    header: dict[str, Any], *, to: dict[str, Any], payload: bytes = PAYLOAD, allow: tuple[str, ...] = ()
) -> str:
    token = other_jwe.JWE(payload, json.dumps(header), algs=[header["alg"], header["enc"], *allow])
    token.add_recipient(jwk.JWK(**to))
    return str(token.serialize(compact=True))


def changed(token: str, **members: Any) -> str:
    """The same token with another header, as nobody without the key could seal it."""
    header, rest = token.split(".", 1)
    said = {**json.loads(unb64url(header)), **members}
    return b64url(json.dumps({name: value for name, value in said.items() if value is not ...}).encode()) + "." + rest


def ours(algorithm: str = "ECDH-ES", enc: str = "A256GCM", **header: Any) -> str:
    key = OURS[algorithm]
    return encrypted_elsewhere({"alg": algorithm, "enc": enc, "kid": key.kid, **header}, to=key.public())


@pytest.mark.parametrize(("alg", "enc", "key"), EVERY_WAY)
def test_another_implementation_opens_what_is_encrypted(alg: str, enc: str, key: jwk.JWK) -> None:
    token = jwe.encrypt(PAYLOAD, keys=keys(public(key)), alg=alg, enc=enc, cty="JWT")

    other = other_jwe.JWE(algs=[alg, enc])
    other.deserialize(token, key)
    assert other.payload == PAYLOAD
    header = json.loads(other.objects["protected"])
    epk = header.pop("epk", {})
    assert header == {"alg": alg, "enc": enc, "kid": key["kid"], "cty": "JWT"}
    assert set(epk) <= {"kty", "crv", "x", "y"}


@pytest.mark.parametrize("alg", jwe.DECRYPTABLE)
@pytest.mark.parametrize("enc", jwe.CONTENT_ENCRYPTION)
def test_what_another_implementation_encrypts_to_a_published_key_opens(alg: str, enc: str) -> None:
    assert jwe.decrypt(ours(alg, enc, typ="JWT", **{"x-unknown": 1}), keys=RING) == PAYLOAD


def test_the_key_agreement_gives_what_rfc_7518_appendix_c_computes() -> None:
    bob = ECKey.import_key(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
            "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
        }
    )
    epk = {
        "kty": "EC",
        "crv": "P-256",
        "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
        "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
    }
    said = {"alg": "ECDH-ES", "enc": "A128GCM", "apu": "QWxpY2U", "apv": "Qm9i", "epk": epk}
    header = b64url(json.dumps(said).encode())
    sealed = AESGCM(unb64url("VqqN6vgjbSBcIijNcacQGg")).encrypt(b"i" * 12, b"hello", header.encode())
    token = ".".join([header, "", b64url(b"i" * 12), b64url(sealed[:-16]), b64url(sealed[-16:])])

    key = jwe.DecryptionKey(kid="bob", algorithm="ECDH-ES", key=bob)

    assert jwe.decrypt(token, keys=jwe.DecryptionKeys((key,))) == b"hello"


@pytest.mark.parametrize("alg", jwe.DECRYPTABLE)
def test_a_private_key_comes_back_from_its_export(alg: str) -> None:
    again = jwe.import_private(OURS[alg].export_private(), OURS[alg].kid, alg)

    assert again.public() == OURS[alg].public()
    assert jwe.decrypt(ours(alg), keys=jwe.DecryptionKeys((again,))) == PAYLOAD


@pytest.mark.parametrize("alg", jwe.DECRYPTABLE)
def test_the_published_key_shows_no_private_part_and_is_named_by_its_thumbprint(alg: str) -> None:
    published = OURS[alg].public()

    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(published)
    assert (published["use"], published["alg"]) == ("enc", alg)
    assert published["kid"] == jwk.JWK(**published).thumbprint()


def test_a_key_is_not_imported_for_another_algorithm() -> None:
    for private, algorithm in [
        (OURS["ECDH-ES"].export_private(), "RSA-OAEP-256"),
        (OURS["ECDH-ES"].export_private(), "dir"),
        (b"nonsense", "ECDH-ES"),
    ]:
        with pytest.raises(CryptoError):
            jwe.import_private(private, "k", algorithm)


def test_the_form_tells_an_encrypted_token_from_a_signed_one() -> None:
    assert jwe.is_encrypted("a.b.c.d.e")
    assert not jwe.is_encrypted("a.b.c")


# Choosing the key of a client (OIDC Core §10.2)


def test_the_key_is_chosen_by_use_algorithm_and_type() -> None:
    signing, general = CURVES["P-256"], CURVES["P-384"]
    wrapping = jwk.JWK.generate(kty="EC", crv="P-256", kid="w")
    chosen = keys(
        public(signing, use="sig"), public(general), public(wrapping, use="enc", alg="ECDH-ES+A256KW"), public(RSA)
    )

    assert chosen.choose("ECDH-ES").kid == "P-384"
    assert chosen.choose("ECDH-ES+A256KW").kid == "w"
    assert chosen.choose("RSA-OAEP-256").kid == "r"


@pytest.mark.parametrize(
    ("alg", "entry"),
    [
        ("RSA-OAEP-256", public(CURVES["P-256"])),
        ("RSA-OAEP-256", public(RSA, use="sig")),
        ("RSA-OAEP-256", public(RSA, alg="RSA-OAEP")),
        ("RSA-OAEP-256", public(RSA, key_ops=["verify"])),
        ("ECDH-ES", public(RSA)),
        ("ECDH-ES", public(CURVES["P-256"], alg="ECDH-ES+A256KW")),
        ("ECDH-ES", public(jwk.JWK.generate(kty="OKP", crv="Ed25519"))),
        ("ECDH-ES", public(jwk.JWK.generate(kty="EC", crv="secp256k1"))),
    ],
)
def test_a_key_for_something_else_is_not_used_and_the_error_says_what_is_missing(
    alg: str, entry: dict[str, Any]
) -> None:
    with pytest.raises(NoEncryptionKeyError, match=f"no key for {alg}: .*use enc .*kty"):
        jwe.encrypt(PAYLOAD, keys=keys(entry), alg=alg, enc="A128GCM")


@pytest.mark.parametrize("operations", [["deriveKey"], ["deriveBits"], []])
def test_a_key_with_the_operations_that_browsers_export_is_used(operations: list[str]) -> None:
    chosen = keys(public(CURVES["P-256"], key_ops=operations))

    assert jwe.encrypt(PAYLOAD, keys=chosen, alg="ECDH-ES", enc="A128GCM")


@pytest.mark.parametrize(
    "entry",
    [
        RSA.export(as_dict=True),
        {"kty": "oct", "k": "c2VjcmV0"},
        public(jwk.JWK.from_pyca(rsa.generate_private_key(public_exponent=65537, key_size=1024))),  # noqa: S505 - too weak
        public(CURVES["P-256"], x="AAAA"),
        public(RSA, kid=1),
        public(RSA, n=None),
    ],
)
def test_a_set_with_a_private_weak_or_broken_key_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(JwksError):
        keys(public(RSA), entry)


def test_a_point_that_agrees_with_every_key_is_refused() -> None:
    weak = {"kty": "OKP", "crv": "X25519", "x": b64url(bytes(32))}

    with pytest.raises(NoEncryptionKeyError):
        jwe.encrypt(PAYLOAD, keys=keys(weak), alg="ECDH-ES", enc="A128GCM")


@pytest.mark.parametrize(("alg", "enc"), [("dir", "A128GCM"), ("RSA1_5", "A128GCM"), ("ECDH-ES", "A128CBC-HS256")])
def test_what_is_not_offered_is_not_made(alg: str, enc: str) -> None:
    with pytest.raises(CryptoError):
        jwe.encrypt(PAYLOAD, keys=keys(public(RSA)), alg=alg, enc=enc)


# Opening what others send


def test_a_retired_key_still_opens_by_its_kid_and_another_does_not() -> None:
    old = jwe.generate("ECDH-ES")
    token = encrypted_elsewhere({"alg": "ECDH-ES", "enc": "A128GCM", "kid": old.kid}, to=old.public())

    assert jwe.decrypt(token, keys=jwe.DecryptionKeys((*RING.keys, old))) == PAYLOAD
    with pytest.raises(JweError):
        jwe.decrypt(token, keys=RING)


def test_without_a_kid_a_few_keys_are_tried() -> None:
    many = tuple(jwe.generate("ECDH-ES") for _ in range(6))
    tokens = [
        encrypted_elsewhere({"alg": "ECDH-ES", "enc": "A128GCM"}, to={**key.public(), "kid": None}) for key in many
    ]

    assert jwe.decrypt(tokens[3], keys=jwe.DecryptionKeys(many)) == PAYLOAD
    with pytest.raises(JweError):
        jwe.decrypt(tokens[4], keys=jwe.DecryptionKeys(many))


def test_only_what_the_sender_may_use_is_opened() -> None:
    token = ours("RSA-OAEP-256", "A128GCM")

    assert jwe.decrypt(token, keys=RING, algorithms={"RSA-OAEP-256"}, encryptions={"A128GCM"}) == PAYLOAD
    with pytest.raises(JweError):
        jwe.decrypt(token, keys=RING, algorithms={"ECDH-ES"})
    with pytest.raises(JweError):
        jwe.decrypt(token, keys=RING, encryptions={"A256GCM"})


@pytest.mark.parametrize(
    ("alg", "enc"),
    [
        ("RSA1_5", "A128GCM"),
        ("RSA-OAEP", "A256GCM"),
        ("RSA-OAEP-256", "A128CBC-HS256"),
        ("RSA-OAEP-256", "A192GCM"),
    ],
)
def test_other_algorithms_are_refused_even_when_allowed_by_mistake(alg: str, enc: str) -> None:
    key = OURS["RSA-OAEP-256"]
    token = encrypted_elsewhere({"alg": alg, "enc": enc, "kid": key.kid}, to={**key.public(), "alg": None})

    with pytest.raises(JweError):
        jwe.decrypt(token, keys=RING, algorithms={alg}, encryptions={enc})


@pytest.mark.parametrize("alg", ["dir", "A256KW", "A256GCMKW", "PBES2-HS256+A128KW"])
def test_a_published_key_used_as_a_shared_secret_is_refused(alg: str) -> None:
    shared = {"kty": "oct", "k": b64url(json.dumps(OURS["RSA-OAEP-256"].public()).encode()[:32])}
    token = encrypted_elsewhere({"alg": alg, "enc": "A256GCM", "kid": OURS["RSA-OAEP-256"].kid}, to=shared)

    with pytest.raises(JweError):
        jwe.decrypt(token, keys=RING, algorithms={alg, *jwe.DECRYPTABLE})


def test_a_compressed_token_is_refused_whatever_it_would_grow_to() -> None:
    bomb = zlib.compress(bytes(10_000_000))[2:-4]
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": OURS["ECDH-ES"].kid, "zip": "DEF"}
    token = encrypted_elsewhere(header, to=OURS["ECDH-ES"].public(), payload=bomb, allow=("DEF",))

    with pytest.raises(JweError):
        jwe.decrypt(token, keys=RING)


EPK = json.loads(unb64url(ours().split(".")[0]))["epk"]
HOSTILE: list[dict[str, Any]] = [
    {"crit": ["exp"], "exp": 1},
    {"crit": []},
    {"zip": "DEF"},
    {"zip": None},
    {"alg": ["ECDH-ES"]},
    {"alg": None},
    {"alg": ...},
    {"enc": {}},
    {"enc": ...},
    {"kid": 7},
    {"kid": []},
    {"kid": "another"},
    {"epk": ...},
    {"epk": "text"},
    {"epk": []},
    {"epk": {}},
    {"epk": {**EPK, "d": "AAAA"}},
    {"epk": {**EPK, "x": "AAAA"}},
    {"epk": {**EPK, "x": "A" * 900}},
    {"epk": {**EPK, "x": ["AAAA"]}},
    {"epk": {**EPK, "y": EPK["x"]}},
    {"epk": {**EPK, "use": "sig"}},
    {"epk": {**EPK, "key_ops": 3}},
    {"epk": CURVES["P-384"].export_public(as_dict=True)},
    {"epk": X25519.export_public(as_dict=True)},
    {"epk": {"kty": "oct", "k": "AAAA"}},
    {"apu": 5},
    {"apv": "é"},
    {"apv": "A"},
    {"apu": "A" * 3000},
    {"typ": 1},
    {"x5c": "no list"},
]


@pytest.mark.parametrize("members", HOSTILE)
def test_a_header_that_says_something_else_is_refused_without_another_error(members: dict[str, Any]) -> None:
    with pytest.raises(JweError):
        jwe.decrypt(changed(ours(), **members), keys=RING)


def test_a_header_that_names_something_twice_is_refused() -> None:
    rest = ours().split(".", 1)[1]

    with pytest.raises(JweError):
        jwe.decrypt(b64url(b'{"alg":"ECDH-ES","alg":"ECDH-ES","enc":"A128GCM"}') + "." + rest, keys=RING)


def test_any_changed_character_is_noticed() -> None:
    token = ours()

    for at in range(0, len(token), 3):
        with pytest.raises(JweError):
            jwe.decrypt(token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :], keys=RING)


def test_a_tag_cut_short_is_refused() -> None:
    token = ours()

    for length in (0, 6, 16, 20):
        with pytest.raises(JweError):
            jwe.decrypt(token.rsplit(".", 1)[0] + "." + token.rsplit(".", 1)[1][:length], keys=RING)


@pytest.mark.parametrize("alg", jwe.DECRYPTABLE)
def test_a_wrapped_key_of_the_wrong_length_is_refused(alg: str) -> None:
    header, _, *rest = ours(alg).split(".")

    for wrapped in ("", "AAAA", b64url(bytes(256)), b64url(b"\xff" * 256), "A" * 1024, "A" * 1025):
        if alg != "ECDH-ES" or wrapped:
            with pytest.raises(JweError):
                jwe.decrypt(".".join([header, wrapped, *rest]), keys=RING)


def test_a_content_key_of_the_wrong_length_is_refused() -> None:
    # Wrapped by hand: a key for A128GCM under a header that says A256GCM.
    key = OURS["RSA-OAEP-256"]
    wrapped = ours("RSA-OAEP-256", "A128GCM").split(".")[1]
    header, _, *rest = ours("RSA-OAEP-256", "A256GCM").split(".")

    with pytest.raises(JweError):
        jwe.decrypt(".".join([header, wrapped, *rest]), keys=jwe.DecryptionKeys((key,)))


def test_a_token_of_any_length_is_refused_before_it_is_looked_at() -> None:
    header, wrapped, iv, _, tag = ours().split(".")

    with pytest.raises(JweError):
        jwe.decrypt(".".join([header, wrapped, iv, "A" * jwe.MAX_CHARACTERS, tag]), keys=RING)


def test_neither_the_error_nor_the_key_shows_anything_of_the_token() -> None:
    with pytest.raises(JweError) as refused:
        jwe.decrypt(changed(ours(), kid="amina"), keys=RING)

    assert str(refused.value) == ""
    assert repr(OURS["ECDH-ES"]) == f"<DecryptionKey {OURS['ECDH-ES'].kid} ECDH-ES>"
    assert OURS["ECDH-ES"].kid not in repr(RING)


@given(st.text() | st.lists(st.text(alphabet="AZaz09-_é=")).map(".".join))
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(JweError):
        jwe.decrypt(text, keys=RING)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["alg", "enc", "kid", "epk", "apu", "apv", "typ", "cty", "jwk", "x5c", "iv", "p2c"]), _JSON
    )
)
def test_no_header_raises_anything_else(members: dict[str, Any]) -> None:
    with pytest.raises(JweError):
        jwe.decrypt(changed(ours(), **members, x=1), keys=RING)


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e", "use", "alg", "kid", "key_ops"]),
        _JSON | st.sampled_from(["RSA", "EC", "OKP", "P-256", "X25519", "enc", "ECDH-ES"]),
    )
)
def test_no_key_raises_anything_else(entry: dict[str, Any]) -> None:
    try:
        chosen = keys(entry)
    except JwksError:
        return
    for alg in jwe.KEY_ENCRYPTION:
        with pytest.raises(NoEncryptionKeyError):
            jwe.encrypt(PAYLOAD, keys=chosen, alg=alg, enc="A128GCM")


def test_a_key_of_ours_on_another_curve_is_refused() -> None:
    native = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(CryptoError):
        jwe.DecryptionKey(kid="k", algorithm="RSA-OAEP-256", key=ECKey.import_key(native))
