"""Activity: everything that happened, by name and never by value, and a chain that can be followed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from idp.activity.values import Entry, Kind
from idp.services import Services
from idp.web.citizen.activity.events import kind_names
from idp.web.citizen.activity.pages import ROWS
from tests.web.citizen.chooser import MARKUP, Chooser, register


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("email", "amina@home.example"))
    return citizen


def shown(citizen: Chooser, query: str = "") -> str:
    return citizen.http.get(f"/activity{query}").text


def rows(page: str) -> int:
    return page.count('<li class="event"')


def test_what_was_shared_is_named_and_never_shown(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-allow")
    citizen.answer()

    page = shown(citizen)

    assert "You shared with <bdi>Parking permits</bdi>." in page
    assert "Given name" in page
    assert "Amina" not in page


def test_refusing_is_an_entry(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-deny")
    citizen.answer()

    assert "You did not share with <bdi>Parking permits</bdi>." in shown(citizen)


def test_every_kind_of_entry_has_a_name_and_a_sentence(citizen: Chooser) -> None:
    assert {value for value, _ in kind_names()} == set(Kind)
    for kind in Kind:
        citizen.services.activity.record(Entry(citizen.session.account_id, kind, client_id="permits"))

    assert rows(shown(citizen)) >= len(Kind)


def test_entries_are_filtered_by_kind_and_by_service(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-deny")
    citizen.answer()

    assert rows(shown(citizen, "?kind=refused")) == 1
    assert rows(shown(citizen, "?service=permits")) == 1
    assert rows(shown(citizen, "?service=shop")) == 0
    assert "Nothing like this has happened." in shown(citizen, "?service=shop")


def test_long_histories_come_in_pages(citizen: Chooser) -> None:
    for _ in range(ROWS):
        citizen.services.activity.record(Entry(citizen.session.account_id, Kind.PASSWORD_CHANGED))

    page = shown(citizen, "?kind=password_changed")
    assert rows(page) == ROWS
    assert 'rel="next"' not in page
    citizen.services.activity.record(Entry(citizen.session.account_id, Kind.PASSWORD_CHANGED))
    page = shown(citizen, "?kind=password_changed")
    older = re.search(r'href="([^"]*before=[^"]*)"', page)
    assert older is not None
    assert rows(citizen.http.get(older[1].replace("&amp;", "&")).text) == 1


@pytest.mark.parametrize(
    "query", ["?kind=nothing", "?before=x", "?before=-1", "?before=" + "9" * 40, "?service=" + "x" * 900, "?kind=%00"]
)
def test_filters_that_mean_nothing_are_ignored(citizen: Chooser, query: str) -> None:
    assert citizen.http.get(f"/activity{query}").status_code == 200


def test_a_whole_record_is_said_to_be_whole(citizen: Chooser) -> None:
    assert "Your record is whole" in citizen.http.get("/activity/check").text


def test_a_changed_record_names_the_entry(citizen: Chooser, services: Services) -> None:
    with services.db.transaction() as session:
        session.execute(text("UPDATE activity SET kind = 'signed_out' WHERE sequence = 1"))

    page = citizen.http.get("/activity/check").text

    assert "Your record has been changed" in page
    assert "Entry 1 does not fit" in page


def test_a_services_name_is_never_markup_here_either(citizen: Chooser) -> None:
    citizen.services.activity.record(Entry(citizen.session.account_id, Kind.STOPPED, client_id="marked"))

    assert MARKUP not in shown(citizen)
