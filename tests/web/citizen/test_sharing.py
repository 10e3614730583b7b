"""Your sharing: who learns what and why, and stopping with one button."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.authentication.values import Origin, Session
from idp.clients.reading import parse
from idp.services import Services
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import FILE, PASSWORD, Chooser, register
from tests.web.citizen.forms import Form, form_with


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("birthdate", "1990-04-12"), ("email", "amina@home.example"))
    return citizen


def share(citizen: Chooser, *claims: str, duration: str = "standing") -> None:
    citizen.asked(*claims)
    form = citizen.form()
    form.choose(f"duration-{duration}")
    citizen.press("consent-allow", form)
    citizen.answer()


def service_page(citizen: Chooser) -> str:
    citizen.address = f"/sharing/{citizen.grant().id}"
    return citizen.http.get(citizen.address).text


def stop(citizen: Chooser) -> None:
    press(citizen, service_page(citizen), "sharing-stop")


def press(citizen: Chooser, html: str, button: str) -> Form:
    form = form_with(html, button)
    assert form.action is not None
    citizen.address = form.action
    citizen.send(form.sent(button))
    return form


def test_nothing_shared_is_said_so(citizen: Chooser) -> None:
    assert "You share nothing at the moment." in citizen.http.get("/sharing").text


def test_the_list_says_what_why_since_when_and_until(citizen: Chooser) -> None:
    share(citizen, "given_name", "birthdate", "email")

    page = citizen.http.get("/sharing").text

    for words in ("Parking permits", "Northtown Council", "Given name", "Aged 18 or over", "To issue your permit."):
        assert words in page
    assert "4 May 2026" in page
    assert "unless you choose again" in page
    assert "Email address" not in page


def test_a_service_has_a_page_with_reasons_and_what_was_withheld(citizen: Chooser) -> None:
    share(citizen, "given_name", "birthdate", "email")

    page = service_page(citizen)

    assert "Only this: Aged 18 or over" in page
    assert "Reason for birthdate" in page
    assert "You chose not to share: <bdi>Email address</bdi>." in page
    assert "Amina" not in page


def test_the_page_names_the_services_that_another_goes_to(citizen: Chooser, services: Services) -> None:
    archive = {"client_id": "archive", "organisation": "northtown", "name": "The archive", "resource_server": True,
               "grant_types": ["client_credentials"], "response_types": [], "secret": "archive-secret-0123456789abcdef",
               "audiences": ["https://archive.example"]}  # fmt: skip
    permits = {**FILE["clients"][0], "resources": ["https://archive.example"]}
    services.clients.register(parse({"organisations": FILE["organisations"], "clients": [archive, permits]}))

    citizen.asked("given_name", "birthdate", resource="https://archive.example")
    assert "The archive" in citizen.page.text
    citizen.press("consent-allow", citizen.form())
    citizen.answer()

    page = service_page(citizen)
    assert "Where else it goes for you" in page
    assert "The archive" in page


def test_stopping_takes_one_button_and_says_what_happened(citizen: Chooser) -> None:
    share(citizen, "given_name")

    stop(citizen)

    page = service_page(citizen)
    assert "Sharing has stopped." in page
    assert "You stopped sharing on" in page
    assert "If you sign in there again, you choose anew." in page
    assert "sharing-stop" not in page
    assert citizen.grant().claims_sealed is None


def test_stopping_twice_is_as_good_as_once(citizen: Chooser) -> None:
    share(citizen, "given_name")
    form = press(citizen, service_page(citizen), "sharing-stop")

    again = citizen.send(form.sent("sharing-stop"))

    assert again.status_code == 303


def test_stopped_services_stay_as_history(citizen: Chooser) -> None:
    share(citizen, "given_name")
    stop(citizen)

    page = citizen.http.get("/sharing").text

    assert "No longer shared" in page
    assert "Stopped on" in page


def test_one_visit_ends_by_itself(citizen: Chooser, clock: FrozenClock) -> None:
    share(citizen, "given_name", duration="once")
    ends = citizen.grant().reconfirm_at

    clock.advance(seconds=(ends - clock.now()).total_seconds() + 1)
    citizen.session = _again(citizen)

    assert "One visit, over since" in citizen.http.get("/sharing").text


def test_after_stopping_the_service_has_to_ask_again(citizen: Chooser) -> None:
    share(citizen, "given_name")
    stop(citizen)

    page = citizen.asked("given_name").text

    assert "You stopped sharing with" in page


def test_a_choice_that_cannot_be_named_does_not_exist(citizen: Chooser) -> None:
    assert citizen.http.get("/sharing/%00").status_code == 404


def test_another_citizens_sharing_does_not_exist(citizen: Chooser, app: Flask, services: Services) -> None:
    share(citizen, "given_name")
    signed = services.authentication.sign_up(login="other", password=PASSWORD, origin=Origin("192.0.2.1"))
    other = app.test_client()
    other.set_cookie("proffer_session", signed.session_secret, domain="localhost")

    assert other.get(f"/sharing/{citizen.grant().id}").status_code == 404


def _again(citizen: Chooser) -> Session:
    signed = citizen.services.authentication.sign_in(login="amina", password=PASSWORD, origin=Origin("192.0.2.1"))
    citizen.http.set_cookie("proffer_session", signed.session_secret, domain="localhost")
    session = citizen.services.authentication.session(signed.session_secret)
    assert session is not None
    return session
