"""Deleting entries: asked for twice, freshly signed in, and nothing else goes."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.activity.values import Entry, Kind
from idp.services import Services
from tests.doubles import FrozenClock
from tests.web.citizen.chooser import Chooser, register
from tests.web.citizen.forms import posting


@pytest.fixture
def citizen(app: Flask, services: Services, clock: FrozenClock) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    clock.advance(minutes=1)
    for client_id in ("permits", "marked", "permits"):
        services.activity.record(Entry(citizen.session.account_id, Kind.STOPPED, client_id=client_id))
    return citizen


def numbers(citizen: Chooser) -> list[int]:
    return [row.sequence for row in citizen.services.activity.page(citizen.session.account_id).rows]


def press(citizen: Chooser, address: str) -> str:
    page = citizen.http.get(address)
    form = posting(page.text)
    return citizen.http.post(form.action or "", data=dict(form.sent("delete-submit")), follow_redirects=True).text


def test_one_entry_is_deleted_after_a_warning(citizen: Chooser) -> None:
    before = numbers(citizen)
    page = citizen.http.get(f"/activity/delete?row={before[1]}").text
    assert "Delete 1 entry?" in page
    assert "This cannot be undone." in page
    assert numbers(citizen) == before

    after = press(citizen, f"/activity/delete?row={before[1]}")

    assert "1 entry is deleted." in after
    assert "You deleted entries of your activity." in after
    assert numbers(citizen) == [before[0] + 1, before[0], *before[2:]]
    assert citizen.services.activity.verify(citizen.session.account_id) is None


def test_all_with_one_service_goes_and_is_no_longer_named(citizen: Chooser) -> None:
    assert "Everything that your activity says about <bdi>Parking permits</bdi> goes." in (
        citizen.http.get("/activity/delete?service=permits").text
    )

    after = press(citizen, "/activity/delete?service=permits")

    assert "2 entries are deleted." in after
    assert "Parking permits" not in after


def test_all_before_a_day_goes(citizen: Chooser, clock: FrozenClock) -> None:
    held = len(numbers(citizen))

    assert f"{held} entries are deleted." in press(citizen, "/activity/delete?before=2026-05-05")
    assert len(numbers(citizen)) == 1


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("before=yesterday", "Write the date as year, month and day"),
        ("before=", "Write the date as year, month and day"),
        ("before=2001-01-01", "There are no entries like this to delete."),
        ("service=nobody", "There are no entries like this to delete."),
    ],
)
def test_what_cannot_be_deleted_is_told(citizen: Chooser, query: str, says: str) -> None:
    answer = citizen.http.get(f"/activity/delete?{query}")

    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize("query", ["row=x", "row=" + "9" * 40, "row=99999", "row=%C2%B2", ""])
def test_anything_else_leads_to_the_choice(citizen: Chooser, query: str) -> None:
    answer = citizen.http.get(f"/activity/delete?{query}")

    assert answer.status_code == 200
    assert "Everything before a day" in answer.text


def test_an_old_sign_in_is_not_enough(citizen: Chooser, clock: FrozenClock) -> None:
    form = posting(citizen.http.get("/activity/delete?service=permits").text)
    before = numbers(citizen)
    clock.advance(minutes=11)

    asked = citizen.http.get("/activity/delete?service=permits")
    sent = citizen.http.post(form.action or "", data=dict(form.sent("delete-submit")))

    assert "/sign-in?" in asked.location
    assert "again=yes" in asked.location
    assert "/sign-in?" in sent.location
    assert numbers(citizen) == before
