"""Levels of authentication through the endpoint. OIDC Core §2 (acr, amr), §3.1.2.1 (acr_values), §5.5.1.1."""

import json
from typing import Any

import pytest

from idp.crypto import jose
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, page_of

PASSWORD = "urn:proffer:acr:password"
SECOND = "urn:proffer:acr:second-factor"
RESISTANT = "urn:proffer:acr:phishing-resistant"


def essential(*values: str) -> str:
    wanted = {"acr": {"essential": True, "values": list(values)}}
    return json.dumps({"id_token": wanted, "userinfo": {"given_name": None}})


def one_value(value: str) -> str:
    wanted = {"acr": {"essential": True, "value": value}}
    return json.dumps({"id_token": wanted, "userinfo": {"given_name": None}})


def redeem(browser: Browser, code: str) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer: dict[str, Any] = browser.http.post("/token", data=form, auth=("permits", SECRET)).get_json()
    return answer


def id_token(browser: Browser, services: Services, **request: str) -> dict[str, Any]:
    """Sign on silently; what the ID token says."""
    answer = redeem(browser, answer_of(browser.authorize(**request))["code"])
    return dict(jose.verify(answer["id_token"], keys=services.keys.verifying(), algorithms=jose.ALGORITHMS).claims)


@pytest.fixture
def strong(citizen: Browser, clock: FrozenClock) -> Browser:
    """A citizen who signed in with password and code, and shared before."""
    citizen.agree("given_name")
    citizen.set_up_app()
    clock.advance(minutes=1)
    citizen.sign_in()
    return citizen


@pytest.fixture
def weak(strong: Browser, clock: FrozenClock) -> Browser:
    """The same citizen in a session of one factor."""
    strong.recover(strong.recovery_code)
    clock.advance(minutes=1)
    return strong


def test_a_session_says_the_strongest_level_that_it_reaches(strong: Browser, services: Services) -> None:
    claims = id_token(strong, services)

    assert (claims["acr"], claims["amr"]) == (SECOND, ["pwd", "otp", "mfa"])


def test_a_lower_level_that_is_asked_for_is_met_and_said_3_1_2_1(strong: Browser, services: Services) -> None:
    assert id_token(strong, services, acr_values=PASSWORD)["acr"] == PASSWORD
    assert id_token(strong, services, acr_values=f"{RESISTANT} {PASSWORD}")["acr"] == PASSWORD
    assert id_token(strong, services, claims=essential(PASSWORD))["acr"] == PASSWORD


def test_what_is_asked_for_and_unknown_is_no_reason_to_fail(strong: Browser, services: Services) -> None:
    assert id_token(strong, services, acr_values="1 2")["acr"] == SECOND


def test_all_that_discovery_lists_can_be_asked_for_and_one_of_it_is_said(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")
    offered = citizen.http.get("/.well-known/openid-configuration").get_json()["acr_values_supported"]

    assert offered == [PASSWORD, SECOND, RESISTANT]
    assert id_token(citizen, services, acr_values=" ".join(offered))["acr"] == PASSWORD


def test_a_wish_asks_a_citizen_who_has_an_app(weak: Browser) -> None:
    assert page_of(weak.authorize(acr_values=SECOND)).path == "/step-up"
    assert page_of(weak.authorize(acr_values=f"{SECOND} {PASSWORD}")).path == "/step-up"
    assert "code" in answer_of(weak.authorize(acr_values=f"{PASSWORD} {SECOND}"))


def test_a_wish_of_a_citizen_without_an_app_does_not_fail(citizen: Browser, services: Services) -> None:
    citizen.agree("given_name")

    assert id_token(citizen, services, acr_values=SECOND)["acr"] == PASSWORD


def test_a_wish_is_no_reason_to_fail_silently_or_when_the_citizen_will_not(weak: Browser) -> None:
    assert "code" in answer_of(weak.authorize(acr_values=SECOND, prompt="none"))
    page = page_of(weak.authorize(acr_values=SECOND))
    weak.decline(page)

    assert "code" in answer_of(weak.come_back(page))


@pytest.mark.parametrize("demand", [essential(SECOND), one_value(SECOND), essential(RESISTANT, SECOND)])
def test_a_demand_asks_for_what_is_missing_5_5_1_1(weak: Browser, demand: str) -> None:
    assert page_of(weak.authorize(claims=demand)).path == "/step-up"
    assert answer_of(weak.authorize(claims=demand, prompt="none"))["error"] == "login_required"


def test_a_demand_that_the_citizen_will_not_meet_is_unmet(weak: Browser) -> None:
    page = page_of(weak.authorize(claims=essential(SECOND)))
    weak.decline(page)

    assert answer_of(weak.come_back(page))["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize("prompt", [None, "none", "login"])
def test_a_demand_that_nothing_here_reaches_asks_nothing_of_the_citizen(strong: Browser, prompt: str | None) -> None:
    answer = answer_of(strong.authorize(claims=essential("urn:example:acr:notary"), prompt=prompt))

    assert answer["error"] == "unmet_authentication_requirements"


def test_what_a_client_registered_is_its_wish_registration_2(
    weak: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = services.clients.get("permits")
    assert client is not None
    object.__setattr__(client, "default_acr_values", (SECOND,))
    monkeypatch.setattr(services.clients, "get", lambda _client_id: client)

    assert page_of(weak.authorize()).path == "/step-up"
    assert "code" in answer_of(weak.authorize(acr_values=PASSWORD))


def test_a_wish_falls_back_to_the_best_that_the_citizen_can_reach(weak: Browser) -> None:
    assert page_of(weak.authorize(acr_values=f"{RESISTANT} {SECOND}")).path == "/step-up"


def test_a_wish_for_a_passkey_of_a_citizen_without_one_does_not_fail(strong: Browser, services: Services) -> None:
    assert id_token(strong, services, acr_values=f"{RESISTANT} {SECOND}")["acr"] == SECOND


def test_a_demand_for_a_passkey_offers_to_add_one(strong: Browser) -> None:
    page = page_of(strong.authorize(claims=essential(RESISTANT)))

    assert page.path == "/step-up"
    shown = strong.http.get(f"/step-up/{page.interaction}").text
    assert f"/security/passkeys/add?interaction={page.interaction}" in shown
    assert 'id="code"' not in shown
