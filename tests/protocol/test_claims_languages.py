"""Details in other languages, over HTTP, wherever a service can learn them (OIDC Core §5.2, §5.5.2, §3.1.2.1)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from idp.clients.reading import parse
from idp.crypto.jose import unverified
from idp.services import Services
from idp.vault.values import NewDetail
from tests.protocol.back_channel import basic
from tests.protocol.sign_on import CALLBACK, FILE, SECRET, Browser, answer_of, page_of

NAMES = {"given_name": "Amina", "given_name#ar": "أمينة"}


@pytest.fixture
def amina(citizen: Browser) -> Browser:
    """A citizen who writes her name in two scripts."""
    write(citizen, "أمينة", "ar")
    return citizen


def write(citizen: Browser, value: str, language: str) -> None:
    session = citizen.signed_in()
    assert session.vault_key is not None
    new = NewDetail("given_name", value, language=language)
    citizen.services.vault.add(session.account_id, session.vault_key, new)


def tokens(citizen: Browser, **changes: str | None) -> dict[str, Any]:
    """Share the name on the page if there is one; the token answer."""
    response = citizen.authorize("GET", **changes)
    if not response.headers["Location"].startswith(CALLBACK):
        page = page_of(response)
        citizen.share(page, "given_name")
        response = citizen.come_back(page)
    form = {"grant_type": "authorization_code", "code": answer_of(response)["code"], "redirect_uri": CALLBACK}
    return post(citizen, form)


def post(citizen: Browser, form: dict[str, str]) -> dict[str, Any]:
    answer = citizen.http.post("/token", data=form, headers=basic("permits", SECRET))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def at_userinfo(citizen: Browser, answer: dict[str, Any]) -> Any:
    return citizen.http.get("/userinfo", headers={"Authorization": f"Bearer {answer['access_token']}"})


def registered(services: Services, **members: Any) -> None:
    [permits] = (client for client in FILE["clients"] if client["client_id"] == "permits")
    services.clients.register(parse({**FILE, "clients": [permits | members]}))


def test_userinfo_brings_the_name_in_the_language_of_claims_locales(amina: Browser) -> None:
    answer = tokens(amina, claims_locales="de AR fr")

    assert at_userinfo(amina, answer).get_json().items() >= NAMES.items()
    assert "given_name#ar" not in unverified(answer["id_token"]).claims


def test_the_id_token_brings_it_where_it_was_asked_for_there(amina: Browser) -> None:
    claims = json.dumps({"id_token": {"given_name#AR": {"essential": True}}, "userinfo": {"given_name": None}})
    answer = tokens(amina, claims=claims)

    assert unverified(answer["id_token"]).claims.items() >= NAMES.items()
    assert "given_name#ar" not in at_userinfo(amina, answer).get_json()


def test_a_refresh_brings_it_too(amina: Browser) -> None:
    claims = json.dumps({"id_token": {"given_name#ar": None}})
    answer = tokens(amina, claims=claims, scope="openid offline_access", claims_locales="ar")
    again = post(amina, {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]})

    assert unverified(again["id_token"]).claims.items() >= NAMES.items()


def test_scopes_are_answered_in_the_language_too_and_less_scope_brings_less(amina: Browser) -> None:
    answer = tokens(amina, claims=None, scope="openid profile offline_access", claims_locales="ar")
    assert at_userinfo(amina, answer).get_json().items() >= NAMES.items()

    form = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    narrower = post(amina, form | {"scope": "openid"})
    assert set(at_userinfo(amina, narrower).get_json()) == {"sub"}


def test_a_refresh_for_fewer_scopes_keeps_the_languages_of_those_that_stay(amina: Browser) -> None:
    answer = tokens(amina, claims=None, scope="openid profile email offline_access", claims_locales="ar")

    narrower = post(
        amina, {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"], "scope": "openid profile"}
    )
    assert at_userinfo(amina, narrower).get_json().items() >= NAMES.items()


def test_signed_userinfo_brings_it_as_well(amina: Browser, services: Services) -> None:
    """§5.3.2."""
    registered(services, userinfo_signed_response_alg="ES256")
    answer = at_userinfo(amina, tokens(amina, claims_locales="ar"))

    assert answer.mimetype == "application/jwt"
    assert unverified(answer.text).claims.items() >= NAMES.items()


def test_a_pushed_request_wishes_for_languages_like_any_other(amina: Browser, services: Services) -> None:
    pushed = amina.http.post(
        "/par",
        data={
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "claims": '{"userinfo":{"given_name":null}}',
            "claims_locales": "ar",
        },
        headers=basic("permits", SECRET),
    )
    page = page_of(amina.http.get(f"/authorize?{urlencode({'client_id': 'permits', **pushed.get_json()})}"))
    amina.share(page, "given_name")
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    answer = post(amina, form | {"code": answer_of(amina.come_back(page))["code"]})

    assert at_userinfo(amina, answer).get_json().items() >= NAMES.items()


def test_a_silent_request_for_a_language_that_was_not_seen_needs_the_page(amina: Browser) -> None:
    """§3.1.2.6. What the citizen does not hold is passed over (§3.1.2.1)."""
    tokens(amina)

    assert "code" in answer_of(amina.authorize(prompt="none", claims_locales="de"))
    assert answer_of(amina.authorize(prompt="none", claims_locales="ar"))["error"] == "consent_required"
    tokens(amina, claims_locales="ar")
    assert "code" in answer_of(amina.authorize(prompt="none", claims_locales="ar"))


def test_which_languages_somebody_holds_stands_in_no_row_but_the_services_own_words(
    amina: Browser, services: Services
) -> None:
    tokens(amina, claims_locales="ar", scope="openid offline_access")

    with services.db.reading() as connection:
        for table in ("grant", "activity", "refresh_chain"):
            rows = repr(connection.execute(text(f'SELECT * FROM "{table}"')).all())
            assert "#ar" not in rows
            assert "'ar'" not in rows


@pytest.mark.parametrize(
    "locales", ["", " ", "x" * 60, "\u202e", "<script>", "ar;q=0.1", "ar," * 50, "-", "ar " * 2000]
)
def test_no_claims_locales_makes_a_request_fail(amina: Browser, locales: str) -> None:
    """§3.1.2.1: an error should not result."""
    response = amina.authorize(claims_locales=locales)

    assert response.status_code == 303
    assert "error" not in response.headers["Location"]
