"""Activity: everything that happened, by name and never by value, and a chain that can be followed."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy import text

from idp.activity.values import Entry, Kind
from idp.services import Services
from idp.web.citizen.activity import checking
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


def test_each_entry_offers_to_say_that_it_was_somebody_else(citizen: Chooser) -> None:
    latest = citizen.services.activity.page(citizen.session.account_id).rows[0].sequence

    assert f'href="/not-me?row={latest}"' in shown(citizen)


def test_refusing_is_an_entry(citizen: Chooser) -> None:
    citizen.asked("given_name")
    citizen.press("consent-deny")
    citizen.answer()

    assert "You did not share with <bdi>Parking permits</bdi>." in shown(citizen)


def test_every_kind_of_entry_has_a_name_and_a_sentence(citizen: Chooser) -> None:
    assert {value for value, _ in kind_names()} == set(Kind)
    for kind in Kind:
        citizen.services.activity.record(Entry(citizen.session.account_id, kind, client_id="permits"))

    assert all(rows(shown(citizen, f"?kind={kind}")) >= 1 for kind in Kind)


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
    "query",
    [
        "?kind=nothing",
        "?before=x",
        "?before=-1",
        "?after=%C2%B2",
        "?before=" + "9" * 40,
        "?service=" + "x" * 900,
        "?kind=%00",
        "?q=" + "x" * 5000,
        "?q=%00",
        "?browser=%0A",
    ],
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


def test_a_group_of_kinds_is_one_choice(citizen: Chooser) -> None:
    for kind in (Kind.SIGNED_IN, Kind.SIGN_IN_REFUSED, Kind.PASSWORD_CHANGED):
        citizen.services.activity.record(Entry(citizen.session.account_id, kind))

    found = shown(citizen, "?kind=signing_in")

    assert "You signed in." in found
    assert "did not get in" in found
    assert "You changed your password." not in found


def test_entries_are_found_by_detail_browser_and_day(citizen: Chooser) -> None:
    account_id = citizen.session.account_id
    record = citizen.services.activity.record
    record(Entry(account_id, Kind.RELEASED, client_id="permits", claims=("birthdate",)))
    record(Entry(account_id, Kind.SIGNED_IN, facts={"browser": "Edge on Windows"}))

    assert rows(shown(citizen, "?detail=birthdate")) == 1
    assert rows(shown(citizen, "?browser=Edge+on+Windows")) == 1
    assert rows(shown(citizen, "?from=2026-05-05")) == 0
    assert rows(shown(citizen, "?from=2026-05-04&to=2026-05-04&browser=Edge+on+Windows")) == 1
    assert rows(shown(citizen, "?to=9999-12-31&detail=birthdate")) == 1


@pytest.mark.parametrize("field", ["from", "to"])
def test_a_day_that_is_none_is_told(citizen: Chooser, field: str) -> None:
    answer = citizen.http.get(f"/activity?{field}=27.3.2026")

    assert answer.status_code == 422
    assert "Write the date as year, month and day" in answer.text


@pytest.mark.parametrize(
    ("words", "found"),
    [("stopped sharing", 1), ("parking", 2), ("STOPPED parking", 1), ("birth", 1), ("birth stopped", 0), ("zzz", 0)],
)
def test_words_of_kinds_services_and_details_find_entries(citizen: Chooser, words: str, found: int) -> None:
    account_id = citizen.session.account_id
    record = citizen.services.activity.record
    record(Entry(account_id, Kind.RELEASED, client_id="permits", claims=("birthdate",)))
    record(Entry(account_id, Kind.STOPPED, client_id="permits", claims=("email",)))

    assert rows(shown(citizen, "?q=" + words.replace(" ", "+"))) == found


def test_newer_pages_are_as_near_as_older_ones(citizen: Chooser) -> None:
    for _ in range(2 * ROWS + 1):
        citizen.services.activity.record(Entry(citizen.session.account_id, Kind.PASSWORD_CHANGED))

    def follow(page: str, which: str) -> str:
        link = re.search(rf'href="([^"]*)" rel="{which}"', page)
        assert link is not None
        return citizen.http.get(link[1].replace("&amp;", "&")).text

    first = shown(citizen, "?kind=password_changed")
    last = follow(follow(first, "next"), "next")

    assert (rows(last), 'rel="next"' in last) == (1, False)
    again = follow(follow(last, "prev"), "prev")
    assert re.findall(r'id="row-(\d+)"', again) == re.findall(r'id="row-(\d+)"', first)
    assert 'rel="prev"' not in again


def test_the_last_months_are_drawn_and_said_in_words(citizen: Chooser) -> None:
    for _ in range(3):
        citizen.services.activity.record(Entry(citizen.session.account_id, Kind.REFUSED, client_id="permits"))

    page = shown(citizen)

    assert 'aria-label="Sharing by month. December 2025: 0, January 2026: 0, ' in page
    assert "May 2026: 3" in page
    assert '<rect class="months__bar"' in page
    assert "months__bar" not in shown(citizen, "?kind=sharing")


def test_a_long_record_is_checked_in_parts_that_lead_on(citizen: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PART", 2)
    citizen.services.activity.record(Entry(citizen.session.account_id, Kind.PASSWORD_CHANGED))

    first = citizen.http.get("/activity/check")
    assert "2 of " in first.text
    onward = first.headers["Refresh"].removeprefix("0; url=")
    answer = citizen.http.get(onward)
    while "Refresh" in answer.headers:
        answer = citizen.http.get(answer.headers["Refresh"].removeprefix("0; url="))

    assert "Your record is whole" in answer.text
    forged = onward[:-4] + ("AAAA" if not onward.endswith("AAAA") else "BBBB")
    assert "2 of " in citizen.http.get(forged).text


def test_all_of_it_comes_as_json_with_the_chain(citizen: Chooser) -> None:
    answer = citizen.http.get("/activity/export.json")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="activity.json"'
    read = json.loads(answer.text)
    assert (read["format"], read["version"], read["account"]) == ("proffer-activity", 1, citizen.session.account_id)
    assert read["entries"][0]["number"] == 1
    assert read["entries"][0]["at"] == "2026-05-04T10:00:00.000000Z"
    assert {"number", "at", "kind", "hash"} <= read["entries"][0].keys()
    assert "amina@home.example" not in answer.text


def test_all_of_it_comes_as_a_table_for_spreadsheets(citizen: Chooser) -> None:
    citizen.services.activity.record(
        Entry(citizen.session.account_id, Kind.RELEASED, client_id="=cmd|'/c calc'!A1", claims=("email",))
    )

    answer = citizen.http.get("/activity/export.csv")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    table = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert table[-1]["service"] == "'=cmd|'/c calc'!A1"
    assert table[-1]["time_utc"] == "2026-05-04T10:00:00Z"
    assert table[-1]["detail_names"] == "Email address"
    assert [line["number"] for line in table] == [str(number) for number in range(1, len(table) + 1)]
