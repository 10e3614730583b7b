"""The first rule of the product, over HTTP: released = requested ∩ registered ∩ decided, wherever it is released.

For any request, register and decision, what leaves in the ID token, at UserInfo, after a refresh and at introspection,
with or without a code, is inside that intersection. A name with a language (OpenID Connect Core §5.2) is requested by
itself or through `claims_locales`, and decided with its claim.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.clients.reading import parse
from idp.crypto.jose import unverified
from idp.services import Services
from idp.storage.db import Base
from idp.vault.values import NewDetail
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, fragment_of, page_of

#: What the citizen holds; every derived form can be derived from it.
HELD = {
    "given_name": "Amina",
    "family_name": "Haddad",
    "nickname": "Mina",
    "email": "amina@citizen.example",
    "phone_number": "+442079460018",
    "birthdate": "1988-02-29",
    "address": {"street_address": "14 Quay Lane", "locality": "Northtown", "postal_code": "SW1A 1AA", "country": "GB"},
}
#: What the citizen holds in other languages too, and what meets a wish for one.
LANGUAGES = {"family_name": {"ar": "حداد", "fr-CA": "Hadad"}, "given_name": {"ar": "أمينة"}}
MEETS = {"ar": "ar", "AR": "ar", "fr": "fr-CA"}
TAGGED = ("family_name#ar", "family_name#AR", "family_name#fr", "given_name#ar", "given_name#de", "email#ar")
SMALLER = {"birthdate": ("age_over_18", "age_over_21"), "address": ("postcode_area", "country")}
#: Asked for by some examples and held by nobody.
ASKABLE = (*HELD, "age_over_18", "country", "gender", "website")
SCOPES = {
    "profile": {"given_name", "family_name", "nickname", "birthdate", "gender", "website", "updated_at"},
    "email": {"email", "email_verified"},
    "phone": {"phone_number", "phone_number_verified"},
    "address": {"address"},
}
#: Members of a token that are about the sign-on and not about the citizen.
TECHNICAL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid", "at_hash", "azp", "jti"}
TECHNICAL |= {"c_hash", "s_hash"}

_numbers = itertools.count()


@dataclass(frozen=True)
class Case:
    """One request, register and decision."""

    registered: tuple[tuple[str, bool, tuple[str, ...]], ...]
    has_entry: bool
    userinfo: frozenset[str]
    id_token: frozenset[str]
    scopes: frozenset[str]
    ticked: frozenset[str]
    whole: bool
    tagged_userinfo: frozenset[str]
    tagged_id_token: frozenset[str]
    locales: str | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = draw(st.lists(st.sampled_from(ASKABLE), unique=True, max_size=6))
    registered = tuple(
        (name, draw(st.booleans()), tuple(draw(st.lists(st.sampled_from(SMALLER[name]), unique=True))))
        if name in SMALLER
        else (name, draw(st.booleans()), ())
        for name in names
    )
    some = st.frozensets(st.sampled_from(ASKABLE), max_size=5)
    tagged = st.frozensets(st.sampled_from(TAGGED), max_size=3)
    return Case(
        registered=registered,
        has_entry=bool(registered) and draw(st.booleans()),
        userinfo=draw(some),
        id_token=draw(some),
        scopes=draw(st.frozensets(st.sampled_from(sorted(SCOPES)))),
        ticked=draw(some),
        whole=draw(st.booleans()),
        tagged_userinfo=draw(tagged),
        tagged_id_token=draw(tagged),
        locales=draw(st.sampled_from((None, None, "ar", "de fr ar"))),
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    app = create_app(make_settings(tmp_path_factory.mktemp("law"), limits={"authorize": "off"}), clock=FrozenClock())
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        browser = Browser(app)
        session = browser.sign_up()
        key = session.vault_key
        assert key is not None
        have = {"given_name", "email"}
        details = [NewDetail(name, value) for name, value in HELD.items() if name not in have]
        details += [
            NewDetail(name, value, language=tag) for name in LANGUAGES for tag, value in LANGUAGES[name].items()
        ]
        services.vault.add(session.account_id, key, *details)
        yield browser
    services.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_what_leaves_is_requested_registered_and_decided(browser: Browser, case: Case) -> None:
    client_id = f"law-{next(_numbers)}"
    register(browser, client_id, case)
    # A smaller form that is asked for by itself is as essential as the detail whose entry lists it.
    essential = {name for entry, needed, forms in case.registered if needed for name in (entry, *forms)}
    essential = essential if case.has_entry else set()
    by_scopes = set().union(*(SCOPES[scope] for scope in case.scopes))
    userinfo, id_token = case.userinfo | bare(case.tagged_userinfo), case.id_token | bare(case.tagged_id_token)
    asked = userinfo | id_token | by_scopes
    agreed = (case.ticked | essential) & offered(case, asked)

    code = sign_on(browser, client_id, case, agreed)
    if code is None:
        return
    tokens = post(browser, client_id, "token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    refreshed = post(browser, client_id, "token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    at_userinfo = asked - (id_token - userinfo - by_scopes)
    for answer in (tokens, refreshed):
        check_answer(browser, case, answer, at_userinfo=at_userinfo, agreed=agreed)
    for response_type in ("id_token token", "code id_token token"):
        direct = fragment_of(come(browser, client_id, case, response_type=response_type))
        check_answer(browser, case, direct, at_userinfo=at_userinfo, agreed=agreed)
    # Nothing opens UserInfo: scopes speak of the ID token, and what is for UserInfo by name is not asked for.
    alone = fragment_of(come(browser, client_id, case, response_type="id_token"))
    may = allowed(case, id_token | by_scopes, agreed)
    may |= in_languages(case, case.id_token | by_scopes, case.tagged_id_token, agreed)
    assert set(unverified(alone["id_token"]).claims) - TECHNICAL <= may
    if case.has_entry and len(case.registered) > 1:
        # An entry narrowed today narrows what an old token opens and what a refresh brings.
        narrower = replace(case, registered=case.registered[1:])
        register(browser, client_id, narrower)
        again = post(browser, client_id, "token", grant_type="refresh_token", refresh_token=refreshed["refresh_token"])
        for answer in (refreshed | {"id_token": again["id_token"]}, again):
            check_answer(browser, narrower, answer, at_userinfo=at_userinfo, agreed=agreed)


def check_answer(
    browser: Browser, case: Case, answer: dict[str, Any], *, at_userinfo: AbstractSet[str], agreed: AbstractSet[str]
) -> None:
    """Look everywhere that a token answer leads to."""
    released = set(unverified(answer["id_token"]).claims) - TECHNICAL
    may = allowed(case, case.id_token | bare(case.tagged_id_token), agreed)
    assert released <= may | in_languages(case, case.id_token, case.tagged_id_token, agreed)
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    shared = browser.http.get("/userinfo", headers=bearer).get_json()
    plain = case.userinfo.union(*(SCOPES[scope] for scope in case.scopes))
    may = allowed(case, at_userinfo, agreed) | in_languages(case, plain, case.tagged_userinfo, agreed)
    assert set(shared) - {"sub"} <= may
    introspected = post(browser, "gateway", "introspect", token=answer["access_token"])
    assert introspected == {"active": False}


def offered(case: Case, asked: AbstractSet[str]) -> AbstractSet[str]:
    """What the page offers: asked for, inside the register where there is one, and held."""
    inside = {name for name, _, _ in case.registered} if case.has_entry else set(ASKABLE)
    listed = {form for _, _, smaller in case.registered for form in smaller}
    return {name for name in asked if name in inside | listed}


def allowed(case: Case, requested: AbstractSet[str], agreed: AbstractSet[str]) -> AbstractSet[str]:
    """The largest set of names that may leave, worked out from the rules and not from the code."""
    names = set()
    for name in requested & agreed:
        forms = [smaller for entry, _, smaller in case.registered if entry == name and case.has_entry]
        names |= {name, *(forms[0] if forms else ())}
    follow = {"email": "email_verified", "phone_number": "phone_number_verified"}
    names |= {follow[name] for name in names & follow.keys() if follow[name] in requested}
    if "updated_at" in requested:
        names.add("updated_at")
    return names


def bare(tagged: AbstractSet[str]) -> AbstractSet[str]:
    """The details that tagged names ask for; other kinds have no languages, and nobody knows such a name."""
    return {name.partition("#")[0] for name in tagged} & LANGUAGES.keys()


def in_languages(
    case: Case, plain: AbstractSet[str], tagged: AbstractSet[str], agreed: AbstractSet[str]
) -> AbstractSet[str]:
    """The largest set of names with a language that may leave where these are asked for."""
    inside = {name for name, _, _ in case.registered} if case.has_entry else set(ASKABLE)
    wanted = {tuple(name.split("#")) for name in tagged}
    wanted |= {(name, tag) for name in plain for tag in (case.locales or "").split()}
    return {
        f"{name}#{MEETS[tag]}"
        for name, tag in wanted
        if name in agreed & inside and MEETS.get(tag) in LANGUAGES.get(name, ())
    }


def register(browser: Browser, client_id: str, case: Case) -> None:
    """Register the service with its entry, if it has one, and the resource server that asks."""
    text = {"en": "Because we need it"}
    common = {"organisation": "northtown", "name": "A service", "secret": SECRET}
    uses = [
        {
            "client": client_id,
            "key": "use",
            "state": "approved",
            "purpose": text,
            "lawful_basis": "contract",
            "details": [
                {"claim": name, "essential": needed, "smaller": list(smaller), "reason": text, "retention": text}
                for name, needed, smaller in case.registered
            ],
        }
    ]
    services: Services = browser.services
    services.clients.register(
        parse(
            {
                "organisations": {"northtown": {"legal_name": "Northtown Council"}},
                "clients": [
                    {
                        **common,
                        "client_id": client_id,
                        "redirect_uris": [CALLBACK],
                        "response_types": ["code", "id_token", "id_token token", "code id_token token"],
                        "grant_types": ["authorization_code", "implicit", "refresh_token"],
                        "scope": "openid profile email phone address offline_access",
                    },
                    {
                        **common,
                        "client_id": "gateway",
                        "grant_types": ["client_credentials"],
                        "response_types": [],
                        "resource_server": True,
                    },
                ],
                "uses": uses if case.has_entry else [],
            }
        )
    )


def sign_on(browser: Browser, client_id: str, case: Case, agreed: AbstractSet[str]) -> str | None:
    """Choose on the page; the code, or None where an essential detail was not to be had."""
    page = page_of(come(browser, client_id, case, response_type="code"))
    essential = {name for name, needed, _ in case.registered if needed} if case.has_entry else set()
    if essential & {"gender", "website"} & offered(case, agreed):
        return None
    forms = {name: name for name in agreed & SMALLER.keys()} if case.whole else {}
    held = {name for name in agreed if name not in {"gender", "website", *follow_ups()}}
    browser.share(page, *held, forms=forms)
    return answer_of(browser.come_back(page)).get("code")


def come(browser: Browser, client_id: str, case: Case, *, response_type: str) -> TestResponse:
    """Come with the request of the case."""
    claims = {
        "userinfo": dict.fromkeys(case.userinfo | case.tagged_userinfo),
        "id_token": dict.fromkeys(case.id_token | case.tagged_id_token),
    }
    return browser.authorize(
        client_id=client_id,
        response_type=response_type,
        nonce="n",
        scope=" ".join(["openid", "offline_access", *sorted(case.scopes)]),
        claims=json.dumps(claims),
        claims_locales=case.locales,
    )


def follow_ups() -> AbstractSet[str]:
    """What accompanies a detail and is not chosen by itself."""
    return {"email_verified", "phone_number_verified", "updated_at"}


def post(browser: Browser, client_id: str, endpoint: str, **form: str) -> dict[str, Any]:
    """Call the back channel; the decoded answer."""
    basic = base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()
    response = browser.http.post(f"/{endpoint}", data=form, headers={"Authorization": f"Basic {basic}"})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer
