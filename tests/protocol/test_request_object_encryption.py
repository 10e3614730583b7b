"""Encrypted request objects. OIDC Core §6.3.1, RFC 9101 §4 and §6.1, RFC 7516, RFC 8725."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jwcrypto import jwe, jwk
from werkzeug.test import TestResponse

from idp.services import Services
from tests.protocol.request_objects import STRANGE, asked, register, sign
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, page_of

ALGORITHMS = ["RSA-OAEP-256", "ECDH-ES"]


@pytest.fixture(name="browser")
def _browser(new_browser: Callable[[], Browser], services: Services) -> Browser:
    browser = new_browser()
    register(services)
    return browser


def key_of(browser: Browser, alg: str) -> jwk.JWK:
    """The provider's published key, found as a service finds it (OIDC Core §10.2.1)."""
    published = browser.http.get("/jwks.json").get_json()["keys"]
    (found,) = [key for key in published if key["use"] == "enc" and key["alg"] == alg]
    return jwk.JWK(**found)


def encrypt(content: str | bytes, alg: str, key: jwk.JWK, /, *, enc: str = "A256GCM", **header: Any) -> str:
    protected = {"alg": alg, "enc": enc, "kid": key.get("kid"), "cty": "oauth-authz-req+jwt"} | header
    kept = {name: value for name, value in protected.items() if value is not None}
    token = jwe.JWE(content, json.dumps(kept), algs=[kept["alg"], enc])
    token.add_recipient(key)
    return str(token.serialize(compact=True))


def bring(browser: Browser, request: str, **outside: str) -> TestResponse:
    sent = {"client_id": "signing", "redirect_uri": CALLBACK, "response_type": "code", "request": request}
    return browser.http.get("/authorize", query_string=sent | outside)


def state_of(browser: Browser, response: TestResponse) -> str:
    return dict(browser.interaction(page_of(response)).parameters)["state"]


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_what_a_service_signs_and_encrypts_to_a_published_key_is_read(browser: Browser, alg: str, enc: str) -> None:
    nested = encrypt(sign(asked()), alg, key_of(browser, alg), enc=enc)

    assert state_of(browser, bring(browser, nested)) == "inside"


def test_a_key_need_not_be_named(browser: Browser) -> None:
    """RFC 7516 §4.1.6: `kid` is a hint."""
    for alg in ALGORITHMS:
        nested = encrypt(sign(asked()), alg, key_of(browser, alg), kid=None)

        assert state_of(browser, bring(browser, nested)) == "inside"


def test_an_encrypted_object_may_be_pushed(browser: Browser) -> None:
    """RFC 9126 §3."""
    nested = encrypt(sign(asked()), "ECDH-ES", key_of(browser, "ECDH-ES"))
    response = browser.app.test_client().post("/par", data={"request": nested}, auth=("signing", SECRET))

    assert response.status_code == 201


def test_encryption_proves_nothing(browser: Browser) -> None:
    """RFC 9101 §6.2: the object inside has to be signed by the client; everybody has the key to encrypt with."""
    key = key_of(browser, "ECDH-ES")
    contents: list[str | bytes] = [
        json.dumps(asked()),
        "e30.e30.",
        sign(asked(), key=STRANGE),
        encrypt(sign(asked()), "ECDH-ES", key),
        b"\xff\xfe",
        "",
    ]

    for content in contents:
        answer = answer_of(bring(browser, encrypt(content, "ECDH-ES", key), state="outside"))
        assert (answer["error"], answer["state"]) == ("invalid_request_object", "outside")


def test_what_is_encrypted_to_somebody_else_is_refused(browser: Browser) -> None:
    for alg, kind in (("RSA-OAEP-256", {"kty": "RSA", "size": 2048}), ("ECDH-ES", {"kty": "EC", "crv": "P-256"})):
        ours = key_of(browser, alg)
        theirs = jwk.JWK.generate(kid=ours.get("kid"), **kind)

        assert answer_of(bring(browser, encrypt(sign(asked()), alg, theirs)))["error"] == "invalid_request_object"


@pytest.mark.parametrize(
    ("alg", "enc"),
    [
        ("RSA1_5", "A128CBC-HS256"),
        ("RSA-OAEP", "A256GCM"),
        ("RSA-OAEP-256", "A128CBC-HS256"),
        ("RSA-OAEP-256", "A256CBC-HS512"),
        ("RSA-OAEP-256", "A192GCM"),
    ],
)
def test_other_algorithms_are_refused(browser: Browser, alg: str, enc: str) -> None:
    """RFC 8725 §3.2: only those that discovery announces."""
    nested = encrypt(sign(asked()), alg, key_of(browser, "RSA-OAEP-256"), enc=enc)

    assert answer_of(bring(browser, nested))["error"] == "invalid_request_object"


@pytest.mark.parametrize("alg", ["dir", "A256KW", "PBES2-HS256+A128KW"])
def test_a_shared_secret_opens_nothing(browser: Browser, alg: str) -> None:
    key = jwk.JWK.generate(kty="oct", size=256)

    assert answer_of(bring(browser, encrypt(sign(asked()), alg, key)))["error"] == "invalid_request_object"


def test_compressed_content_is_refused(browser: Browser) -> None:
    """RFC 8725 §3.6."""
    nested = encrypt(sign(asked()), "ECDH-ES", key_of(browser, "ECDH-ES"), zip="DEF")

    assert answer_of(bring(browser, nested))["error"] == "invalid_request_object"


def test_a_changed_part_is_refused(browser: Browser) -> None:
    parts = encrypt(sign(asked()), "RSA-OAEP-256", key_of(browser, "RSA-OAEP-256")).split(".")
    for place, part in enumerate(parts):
        changed = [*parts[:place], ("B" if part[0] == "A" else "A") + part[1:], *parts[place + 1 :]]

        assert answer_of(bring(browser, ".".join(changed)))["error"] == "invalid_request_object"


def test_a_registered_encryption_is_a_declaration(browser: Browser, services: Services) -> None:
    """OIDC Registration §2: the client MAY use other supported algorithms, or not encrypt."""
    register(services, request_object_encryption_alg="RSA-OAEP-256", request_object_encryption_enc="A128GCM")

    assert state_of(browser, bring(browser, sign(asked()))) == "inside"
    other = encrypt(sign(asked()), "ECDH-ES", key_of(browser, "ECDH-ES"))
    assert state_of(browser, bring(browser, other)) == "inside"


def test_discovery_offers_what_works(browser: Browser) -> None:
    document = browser.http.get("/.well-known/openid-configuration").get_json()

    assert document["request_object_encryption_alg_values_supported"] == ALGORITHMS
    assert document["request_object_encryption_enc_values_supported"] == ["A128GCM", "A256GCM"]
