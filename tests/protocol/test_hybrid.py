"""A code with tokens beside it. OIDC Core §3.3."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from idp.activity.values import Kind
from idp.clients.reading import parse
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.direct import (
    APP_CALLBACK,
    FILE,
    HYBRID,
    PKCE,
    SIGNED,
    VERIFIER,
    agree,
    answered,
    ask,
    claims_of,
    exchange,
    half_hash,
    register,
    userinfo,
)
from tests.protocol.sign_on import CALLBACK_WITH_QUERY, ISSUER, Browser, fragment_of, page_of
from tests.protocol.test_authorize_cost import rows
from tests.tokens.rig import counted

WITH_ID_TOKEN = [each for each in HYBRID if "id_token" in each]
WITH_TOKEN = [each for each in HYBRID if each.endswith(" token")]
ENCRYPTION_KEY = JWK.generate(kty="EC", crv="P-256", kid="enc-1")


@pytest.fixture(name="citizen")
def _citizen(citizen: Browser) -> Browser:
    register(citizen)
    return citizen


def register_encrypted(browser: Browser, **keys: Any) -> None:
    """Register the portal once more, with encrypted ID tokens."""
    portal = FILE["clients"][0] | {
        "client_id": "sealed",
        "id_token_encrypted_response_alg": "ECDH-ES",
        **keys,
    }
    browser.services.clients.register(parse({**FILE, "clients": [portal], "uses": []}))


# The answer, OIDC Core §3.3.2.5


@pytest.mark.parametrize(
    ("response_type", "members"),
    [
        ("code id_token", {"code", "id_token"}),
        ("code token", {"code", "access_token", "token_type", "expires_in", "scope"}),
        ("code id_token token", {"code", "id_token", "access_token", "token_type", "expires_in", "scope"}),
    ],
)
def test_the_answer_holds_what_was_asked_for_with_state_and_issuer(
    citizen: Browser, response_type: str, members: set[str]
) -> None:
    answer = answered(citizen, response_type, "email")

    assert answer.keys() == members | {"state", "iss", "session_state"}
    assert (answer["state"], answer["iss"]) == ("a-state", ISSUER)
    assert len(answer["code"]) == 43


@pytest.mark.parametrize("response_type", HYBRID)
def test_a_refresh_token_comes_for_the_code_and_never_in_the_fragment(citizen: Browser, response_type: str) -> None:
    answer = answered(citizen, response_type, "email", scope="openid email offline_access")

    assert "refresh_token" not in answer
    assert "refresh_token" in exchange(citizen, answer["code"]).get_json()


# The ID tokens, OIDC Core §3.3.2.10, §3.3.2.11, §3.3.3.6


@pytest.mark.parametrize(("client_id", "algorithm"), SIGNED.items())
@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_it_is_tied_to_everything_that_comes_beside_it(
    citizen: Browser, response_type: str, client_id: str, algorithm: str
) -> None:
    answer = answered(citizen, response_type, "email", client_id=client_id)
    claims = claims_of(citizen, answer["id_token"], algorithm)

    assert claims["c_hash"] == half_hash(answer["code"], algorithm)
    assert claims["s_hash"] == half_hash("a-state", algorithm)
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    if "access_token" in answer:
        assert claims["at_hash"] == half_hash(answer["access_token"], algorithm)
    else:
        assert "at_hash" not in claims


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_both_id_tokens_tell_of_the_same_citizen_and_the_same_sign_in(
    citizen: Browser, clock: FrozenClock, response_type: str
) -> None:
    answer = answered(citizen, response_type, "email")
    clock.advance(seconds=5)
    first = claims_of(citizen, answer["id_token"])
    redeemed = exchange(citizen, answer["code"]).get_json()
    second = claims_of(citizen, redeemed["id_token"])

    for name in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid", "nonce"):
        assert first[name] == second[name], name
    assert second["at_hash"] == half_hash(redeemed["access_token"])
    assert "s_hash" not in second


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_details_travel_through_the_browser_only_where_they_were_asked_for_in_the_id_token(
    citizen: Browser, response_type: str
) -> None:
    # OIDC Core §3.3.3.6 leaves out what would be more private elsewhere: scopes speak of UserInfo.
    answer = answered(citizen, response_type, "email", "given_name", claims='{"id_token":{"given_name":null}}')
    claims = claims_of(citizen, answer["id_token"])

    assert claims["given_name"] == "Amina"
    assert "email" not in claims
    redeemed = exchange(citizen, answer["code"]).get_json()
    assert claims_of(citizen, redeemed["id_token"])["given_name"] == "Amina"
    assert userinfo(citizen, redeemed["access_token"]).get_json()["email"] == "amina@citizen.example"


def test_a_code_with_a_token_needs_no_nonce_and_its_id_token_has_none(citizen: Browser) -> None:
    # No ID token comes from the authorization endpoint: OIDC Core §3.1.2.1 applies.
    answer = answered(citizen, "code token", "email", nonce=None)

    redeemed = exchange(citizen, answer["code"]).get_json()
    assert "nonce" not in claims_of(citizen, redeemed["id_token"])


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_a_request_without_nonce_fails_in_the_fragment(citizen: Browser, response_type: str) -> None:
    assert fragment_of(ask(citizen, response_type, nonce=None))["error"] == "invalid_request"


@pytest.mark.parametrize("response_type", ["id_token", "code id_token token"])
def test_it_may_be_encrypted_for_the_service_on_its_way_through_the_browser(
    citizen: Browser, response_type: str
) -> None:
    # OIDC Core §10.2, §16.14: hashes and signature are those of what is inside.
    register_encrypted(citizen, jwks={"keys": [json.loads(ENCRYPTION_KEY.export_public()) | {"use": "enc"}]})
    answer = answered(citizen, response_type, "email", client_id="sealed")

    opened = JWE()
    opened.deserialize(answer["id_token"], key=ENCRYPTION_KEY)
    claims = claims_of(citizen, opened.payload.decode())

    assert (opened.jose_header["alg"], opened.jose_header["cty"]) == ("ECDH-ES", "JWT")
    assert claims["aud"] == "sealed"
    assert claims["s_hash"] == half_hash("a-state")
    assert claims.get("c_hash") == (half_hash(answer["code"]) if "code" in answer else None)


def test_a_service_whose_key_cannot_be_found_learns_so_in_the_fragment_and_nothing_is_stored(
    citizen: Browser, services: Services
) -> None:
    # Nobody listens there, and nothing is fetched from there.
    register_encrypted(citizen, jwks_uri="https://127.0.0.1:1/jwks.json")

    page = page_of(ask(citizen, "code id_token", client_id="sealed"))
    citizen.share(page, "email")

    answer = fragment_of(citizen.come_back(page))

    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert citizen.come_back(page).status_code == 410
    assert rows(services, "authorization_code") == 0


# The access tokens, OIDC Core §3.3.3.8


@pytest.mark.parametrize("response_type", WITH_TOKEN)
def test_the_access_token_beside_the_code_opens_userinfo_at_once(citizen: Browser, response_type: str) -> None:
    answer = answered(citizen, response_type, "email")

    told = userinfo(citizen, answer["access_token"])

    assert told.status_code == 200
    assert told.get_json()["email"] == "amina@citizen.example"


@pytest.mark.parametrize("response_type", WITH_TOKEN)
def test_both_access_tokens_work_and_differ(citizen: Browser, response_type: str) -> None:
    answer = answered(citizen, response_type, "email")
    redeemed = exchange(citizen, answer["code"]).get_json()

    assert redeemed["access_token"] != answer["access_token"]
    assert userinfo(citizen, answer["access_token"]).status_code == 200
    assert userinfo(citizen, redeemed["access_token"]).status_code == 200


@pytest.mark.parametrize("response_type", WITH_TOKEN)
def test_a_code_used_twice_ends_the_access_token_that_came_beside_it(citizen: Browser, response_type: str) -> None:
    # RFC 6749 §4.1.2.
    answer = answered(citizen, response_type, "email")
    redeemed = exchange(citizen, answer["code"]).get_json()

    assert exchange(citizen, answer["code"]).status_code == 400

    assert userinfo(citizen, answer["access_token"]).status_code == 401
    assert userinfo(citizen, redeemed["access_token"]).status_code == 401


# The code


@pytest.mark.parametrize("response_type", HYBRID)
def test_the_code_is_bound_to_the_address_of_the_answer(citizen: Browser, response_type: str) -> None:
    answer = answered(citizen, response_type, "email", redirect_uri=CALLBACK_WITH_QUERY)

    assert exchange(citizen, answer["code"]).get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize("response_type", HYBRID)
def test_a_public_client_needs_pkce_and_its_code_asks_for_the_verifier(citizen: Browser, response_type: str) -> None:
    # RFC 9700 §2.1.1.
    phone = {"client_id": "phone", "redirect_uri": APP_CALLBACK}
    assert fragment_of(ask(citizen, response_type, **phone), at=APP_CALLBACK)["error"] == "invalid_request"
    form = phone | {"grant_type": "authorization_code"}

    def redeemed(**more: str) -> int:
        code = fragment_of(ask(citizen, response_type, **phone, **PKCE), at=APP_CALLBACK)["code"]
        return citizen.app.test_client().post("/token", data=form | {"code": code} | more).status_code

    answered(citizen, response_type, "email", **phone, **PKCE)
    assert redeemed() == 400
    assert redeemed(code_verifier=VERIFIER) == 200


# Coming back, refusing, and errors


@pytest.mark.parametrize("response_type", HYBRID)
def test_a_returning_citizen_sees_no_page_and_it_costs_what_a_code_costs(
    citizen: Browser, services: Services, clock: FrozenClock, response_type: str
) -> None:
    answered(citizen, response_type, "email")
    clock.advance(seconds=30)

    with counted(services.db.engine) as statements:
        answer = fragment_of(ask(citizen, response_type, prompt="none"))

    assert "code" in answer
    writes = [text for text in statements.texts if not text.lstrip().upper().startswith("SELECT")]
    assert [write.split()[2].strip('"') for write in writes] == ["authorization_code", "activity"]
    assert statements.commits == 1


@pytest.mark.parametrize("response_type", HYBRID)
def test_a_sign_on_is_told_to_the_citizen_once(citizen: Browser, services: Services, response_type: str) -> None:
    answer = answered(citizen, response_type, "email")
    exchange(citizen, answer["code"])

    rows = services.activity.page(citizen.signed_in().account_id, before=None, limit=50).rows

    released = [row.claims for row in rows if row.kind is Kind.RELEASED]
    assert released == [("email", "email_verified")]


@pytest.mark.parametrize("response_type", HYBRID)
def test_a_refusal_is_told_in_the_fragment_and_nothing_leaves(citizen: Browser, response_type: str) -> None:
    page = page_of(ask(citizen, response_type))
    citizen.refuse(page)

    answer = fragment_of(citizen.come_back(page))

    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert answer["error"] == "access_denied"


@pytest.mark.parametrize("response_type", HYBRID)
def test_what_a_silent_request_cannot_get_is_told_in_the_fragment(citizen: Browser, response_type: str) -> None:
    assert fragment_of(ask(citizen, response_type, prompt="none"))["error"] == "consent_required"
    stranger = Browser(citizen.app)
    assert fragment_of(ask(stranger, response_type, prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("response_type", HYBRID)
def test_an_interaction_gives_one_answer_only(citizen: Browser, response_type: str) -> None:
    page = page_of(ask(citizen, response_type))
    citizen.share(page, "email")
    assert "code" in fragment_of(citizen.come_back(page))

    assert citizen.come_back(page).status_code == 410


@pytest.mark.parametrize("response_type", HYBRID)
def test_a_request_that_another_site_posts_comes_again_by_get(
    citizen: Browser, new_browser: Callable[[], Browser], response_type: str
) -> None:
    answered(citizen, response_type, "email")
    posted = ask(Browser(citizen.app), response_type, method="POST", prompt="none")

    assert "code" in fragment_of(citizen.http.get(posted.headers["Location"]))


@pytest.mark.parametrize("response_type", HYBRID)
def test_the_answer_is_kept_by_no_cache_and_no_referrer(citizen: Browser, response_type: str) -> None:
    response = agree(citizen, response_type, "email")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_code_may_be_asked_for_in_the_fragment(citizen: Browser) -> None:
    # Multiple Response Types §2.1.
    answer = answered(citizen, "code", "email", response_mode="fragment", nonce=None)

    assert answer.keys() == {"code", "state", "iss", "session_state"}
    assert exchange(citizen, answer["code"]).status_code == 200
