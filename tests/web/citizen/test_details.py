"""Your details: added, changed and removed by their owner, with source, date and who has them."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from idp.authentication.values import Origin
from idp.services import Services
from tests.web.citizen.chooser import PASSWORD, Chooser, register
from tests.web.citizen.forms import posting


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    """A citizen whose vault is ready and empty."""
    register(services)
    return Chooser(app, services)


def added(citizen: Chooser, claim: str, **values: str) -> int:
    """Fill in the form that adds a detail; gives the answer's status."""
    citizen.address = f"/details/add/{claim}"
    form = posting(citizen.http.get(citizen.address).text)
    form.fill({name.replace("__", "."): value for name, value in values.items()})
    return citizen.send(form.sent()).status_code


def listed(citizen: Chooser) -> str:
    return citizen.http.get("/details").text


def links(page: str, word: str) -> list[str]:
    return re.findall(rf'<a href="(/details/[^"]+/{word})"', page)


def test_an_empty_vault_says_what_it_is_for(citizen: Chooser) -> None:
    page = listed(citizen)

    assert "You keep nothing here yet." in page
    assert 'href="/details/add/given_name"' in page


@pytest.mark.parametrize(
    ("claim", "typed", "shown"),
    [
        ("given_name", {"value": "Amina"}, "Amina"),
        ("email", {"value": "amina@home.example", "label": "home"}, "amina@home.example"),
        ("phone_number", {"value": "+44 20 7946 0018"}, "+44 20 7946 0018"),
        ("birthdate", {"value__day": "12", "value__month": "4", "value__year": "1990"}, "1990"),
        ("birthdate", {"value__year": "1990"}, "1990"),
        ("address", {"value__street_address": "12 Harbour St", "value__country": "france"}, "France"),
        ("place_of_birth", {"value__locality": "Lyon", "value__country": "FR"}, "Lyon"),
        ("nationalities", {"value": "France", "value__2": "Morocco"}, "France, Morocco"),
        ("website", {"value": "https://amina.example/"}, "https://amina.example/"),
        ("zoneinfo", {"value": "Europe/Paris"}, "Europe/Paris"),
        ("locale", {"value": "fr-FR"}, "French"),
        ("national_identifier", {"value": "QQ123456C"}, "QQ123456C"),
    ],
)
def test_every_kind_of_detail_can_be_added(citizen: Chooser, claim: str, typed: dict[str, str], shown: str) -> None:
    assert added(citizen, claim, **typed) == 303

    page = listed(citizen)
    assert shown in page
    assert "You told us, <time" in page


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(citizen: Chooser) -> None:
    assert added(citizen, "email", value="amina at home", label="home") == 422

    assert 'href="#value"' in citizen.html
    assert "Enter an email address like name@example.com." in citizen.html
    assert posting(citizen.html).control("value").value == "amina at home"
    assert posting(citizen.html).control("label").value == "home"


def test_the_part_at_fault_of_an_address_is_named(citizen: Chooser) -> None:
    assert added(citizen, "address", value__street_address="12 Harbour St") == 422

    assert 'href="#value.country"' in citizen.html
    assert "12 Harbour St" in citizen.html


def test_several_email_addresses_are_told_apart_by_their_owners_words(citizen: Chooser) -> None:
    added(citizen, "email", value="amina@home.example", label="home")
    added(citizen, "email", value="amina@work.example", label="work")

    page = listed(citizen)

    assert "<bdi>home</bdi>" in page
    assert "<bdi>work</bdi>" in page


def test_a_single_detail_cannot_be_added_twice(citizen: Chooser) -> None:
    added(citizen, "given_name", value="Amina")

    assert added(citizen, "given_name", value="Yasmin") == 422
    assert "You have this detail already" in citizen.html


def test_a_detail_is_changed(citizen: Chooser) -> None:
    added(citizen, "given_name", value="Amina")
    citizen.address = links(listed(citizen), "change")[0]
    form = posting(citizen.http.get(citizen.address).text)
    assert form.control("value").value == "Amina"
    form.fill({"value": "Yasmin"})

    assert citizen.send(form.sent()).status_code == 303

    assert "Yasmin" in listed(citizen)
    assert "Amina" not in listed(citizen)


def test_a_change_in_another_window_is_shown_beside_what_was_typed(citizen: Chooser) -> None:
    added(citizen, "email", value="first@home.example")
    citizen.address = links(listed(citizen), "change")[0]
    early = posting(citizen.http.get(citizen.address).text)
    late = posting(citizen.http.get(citizen.address).text)
    late.fill({"value": "late@home.example", "label": "new"})
    citizen.send(late.sent())
    early.fill({"value": "early@home.example"})

    page = citizen.send(early.sent())

    assert page.status_code == 409
    assert "late@home.example" in page.text
    again = posting(page.text)
    assert again.control("value").value == "early@home.example"
    assert citizen.send(again.sent()).status_code == 303
    assert "early@home.example" in listed(citizen)


def test_a_change_of_something_else_in_another_window_is_no_conflict(citizen: Chooser) -> None:
    added(citizen, "given_name", value="Amina")
    citizen.address = links(listed(citizen), "change")[0]
    form = posting(citizen.http.get(citizen.address).text)
    added(citizen, "family_name", value="Okafor")
    citizen.address = links(listed(citizen), "change")[0]
    form.fill({"value": "Yasmin"})

    assert citizen.send(form.sent()).status_code == 303


def test_what_was_typed_survives_a_removal_in_another_window(citizen: Chooser) -> None:
    added(citizen, "email", value="old@home.example")
    citizen.address = changing = links(listed(citizen), "change")[0]
    form = posting(citizen.http.get(citizen.address).text)
    form.fill({"value": "typed@home.example"})
    citizen.address = changing.replace("/change", "/remove")
    citizen.send(posting(citizen.http.get(citizen.address).text).sent())
    citizen.address = changing

    page = citizen.send(form.sent())

    assert page.status_code == 409
    offered = posting(page.text)
    assert offered.control("value").value == "typed@home.example"
    citizen.address = offered.action or ""
    assert citizen.send(offered.sent()).status_code == 303
    assert "typed@home.example" in listed(citizen)


def test_removing_asks_first_and_says_who_has_it(citizen: Chooser) -> None:
    citizen.holds(("given_name", "Amina"))
    citizen.asked("given_name")
    citizen.press("consent-allow")
    citizen.answer()
    citizen.address = links(listed(citizen), "remove")[0]

    page = citizen.http.get(citizen.address).text

    assert "This cannot be undone." in page
    assert "Parking permits" in page
    assert citizen.send(posting(page).sent()).status_code == 303
    assert "Amina" not in listed(citizen)


def test_a_detail_that_changed_meanwhile_is_not_removed_unseen(citizen: Chooser) -> None:
    added(citizen, "email", value="amina@home.example")
    removing = links(listed(citizen), "remove")[0]
    page = posting(citizen.http.get(removing).text)
    citizen.address = links(listed(citizen), "change")[0]
    change = posting(citizen.http.get(citizen.address).text)
    change.fill({"value": "new@home.example", "label": "new"})
    citizen.send(change.sent())
    citizen.address = removing

    assert citizen.send(page.sent()).status_code == 409
    assert "new@home.example" in listed(citizen)


def test_each_detail_names_the_services_that_have_it_and_in_which_form(citizen: Chooser) -> None:
    citizen.holds(("given_name", "Amina"), ("birthdate", "1990-04-12"), ("family_name", "Okafor"))
    citizen.asked("given_name", "birthdate")
    citizen.press("consent-allow")
    citizen.answer()

    page = listed(citizen)

    assert page.count("<bdi>Parking permits</bdi>") == 2
    assert "only: <bdi>Aged 18 or over</bdi>" in page
    assert "Not shared with anyone." in page


def test_only_the_address_that_was_picked_counts_as_shared(citizen: Chooser) -> None:
    citizen.holds(("given_name", "Amina"), ("email", "a@home.example"), ("email", "b@work.example"))
    citizen.asked("given_name", "email")
    form = citizen.form()
    form.tick("claim-email")
    form.choose("held-email-2")
    citizen.press("consent-allow", form)
    citizen.answer()

    page = listed(citizen)

    assert "Not shared" in page[page.index("a@home.example") : page.index("b@work.example")]
    assert "Parking permits" in page[page.index("b@work.example") :]


def test_before_the_recovery_code_is_confirmed_nothing_can_be_added(app: Flask, services: Services) -> None:
    signed = services.authentication.sign_up(login="new", password=PASSWORD, origin=Origin("192.0.2.1"))
    browser = app.test_client()
    browser.set_cookie("proffer_session", signed.session_secret, domain="localhost")

    page = browser.get("/details")

    assert "Confirm your recovery code first" in page.text
    assert 'href="/recovery-code"' in page.text
    assert "/details/add/" not in page.text
    assert browser.get("/details/add/given_name").headers["Location"] == "/details"


@pytest.mark.parametrize("claim", ["email_verified", "age_over_18", "country", "nothing", "updated_at"])
def test_what_nobody_types_has_no_form(citizen: Chooser, claim: str) -> None:
    assert citizen.http.get(f"/details/add/{claim}").status_code == 404


@pytest.mark.parametrize("path", ["/details/made-up/change", "/details/made-up/remove"])
def test_an_unknown_detail_is_not_found(citizen: Chooser, path: str) -> None:
    assert citizen.http.get(path).status_code == 404


def test_details_are_for_their_owner_only(citizen: Chooser, app: Flask) -> None:
    citizen.holds(("given_name", "Amina"))

    assert app.test_client().get("/details").status_code == 303
