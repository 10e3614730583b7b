"""Devices: where the account is open, what a citizen ends and forgets, and what is kept of a place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text

from idp.app import create_app
from idp.services import Services
from idp.storage.db import Base
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.places import LYON, NOWHERE, a_file_of_places
from tests.web.axe import violations
from tests.web.citizen.visitor import PASSWORD, Visitor

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


def _visitor(app: Flask, *, agent: str = FIREFOX, address: str = "127.0.0.1") -> Visitor:
    client = app.test_client()
    client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    return Visitor(client)


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_each_browser_is_named_with_its_system_and_this_one_is_marked_and_first(app: Flask) -> None:
    computer, telephone = _visitor(app), _visitor(app, agent=SAFARI)
    computer.sign_up()
    telephone.sign_in()

    page = _main(computer.open("/security/devices").text)

    assert page.count("This browser") == 1
    assert page.index("Firefox") < page.index("This browser") < page.index("Safari")
    assert "<dd>Linux</dd>" in page
    assert "<dd>iPhone</dd>" in page
    assert "Roughly from" not in page


def test_who_is_signed_in_nowhere_else_is_told_so(visitor: Visitor) -> None:
    visitor.sign_up()

    page = visitor.open("/security/devices").text

    assert "You are signed in nowhere else." in page
    assert "Sign out all other browsers" not in page
    assert "Unknown browser" in page


def test_one_browser_is_signed_out_after_a_question_and_the_others_stay(app: Flask) -> None:
    here, there, elsewhere = _visitor(app), _visitor(app, agent=SAFARI), _visitor(app)
    here.sign_up()
    there.sign_in()
    elsewhere.sign_in()
    here.open("/security/devices")
    question = here.open(_link(here, "Sign out Safari"))

    answer = here.send("end-session")

    assert "cannot be taken back" in question.text
    assert answer.location == "/security/devices"
    assert "That browser is signed out." in here.open("/security/devices").text
    assert there.open("/security").status_code == 303
    assert elsewhere.open("/security").status_code == 200


def test_every_other_browser_is_signed_out_at_once(app: Flask) -> None:
    here, there, elsewhere = _visitor(app), _visitor(app, agent=SAFARI), _visitor(app)
    here.sign_up()
    there.sign_in()
    elsewhere.sign_in()
    question = here.open("/security/devices/sign-out?session=all").text

    here.send("end-session")

    assert "Safari" in question
    assert here.open("/security").status_code == 200
    assert [other.open("/security").status_code for other in (there, elsewhere)] == [303, 303]


def test_another_citizens_browser_is_out_of_reach(app: Flask, visitor: Visitor, services: Services) -> None:
    stranger = _visitor(app)
    stranger.sign_up("badr", "velvet harbour ninety lanterns")
    visitor.sign_up()
    badr = services.accounts.find("badr")
    assert badr is not None
    sid = services.authentication.sessions_of(badr.id)[0].sid
    asked = visitor.open(f"/security/devices/sign-out?session={sid}")
    visitor.open("/security/devices/forget")

    answer = visitor.client.post("/security/devices/sign-out", data={"csrf_token": _csrf(visitor), "session": sid})

    assert (asked.status_code, answer.status_code) == (303, 303)
    assert "no longer signed in" in visitor.open("/security/devices").text
    assert stranger.open("/security").status_code == 200


def test_known_browsers_are_forgotten_and_nobody_is_signed_out(app: Flask, services: Services) -> None:
    here, there = _visitor(app), _visitor(app)
    here.sign_up()
    there.sign_in()
    before = here.open("/security/devices").text
    here.open("/security/devices/forget")

    here.send("forget-known")

    after = here.open("/security/devices").text
    assert "You signed in with 2 browsers in the last year." in before
    assert "We know none." in after
    assert there.open("/security").status_code == 200
    assert here.open("/security/devices/forget").status_code == 303
    assert "You had us forget the browsers" in here.open("/activity").text


@pytest.fixture
def placed(tmp_path: Path) -> Iterator[Flask]:
    """A provider whose deployment keeps a file of places."""
    app = create_app(make_settings(tmp_path, places={"database": a_file_of_places(tmp_path)}))
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
    yield app
    services.close()


def test_a_deployment_with_a_file_of_places_says_roughly_where_a_browser_is(placed: Flask) -> None:
    home, away = _visitor(placed, address=NOWHERE), _visitor(placed, agent=SAFARI, address=LYON)
    home.sign_up()
    away.sign_in()

    page = _main(home.open("/security/devices").text)

    assert page.count("Roughly from") == 1
    assert "Lyon, France" in page
    home.client.set_cookie("proffer_language", "fr")
    assert "The addresses are not kept." in page


def test_neither_address_nor_place_can_be_read_from_the_database(placed: Flask) -> None:
    visitor = _visitor(placed, address=LYON)
    visitor.sign_up()

    with placed.app_context():
        dump = "\n".join(placed.extensions["proffer"].db.engine.raw_connection().driver_connection.iterdump())

    assert "Firefox" in dump
    for hidden in ("Lyon", LYON, b"Lyon".hex(), LYON.encode().hex()):
        assert hidden.lower() not in dump.lower()


def test_a_place_moved_to_another_session_is_not_believed(placed: Flask) -> None:
    away, home = _visitor(placed, address=LYON), _visitor(placed, address=NOWHERE)
    away.sign_up()
    home.sign_in()

    with placed.app_context():
        db = placed.extensions["proffer"].db
        with db.transaction() as connection:
            moved = "UPDATE browser_session SET sealed_place = (SELECT max(sealed_place) FROM browser_session)"
            connection.execute(text(moved))

    assert _main(home.open("/security/devices").text).count("Lyon, France") == 1


def _link(visitor: Visitor, label: str) -> str:
    assert visitor.page is not None
    before = visitor.page.text.partition(f'aria-label="{label}')[0]
    return before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")


def _csrf(visitor: Visitor) -> str:
    assert visitor.page is not None
    return visitor.page.text.partition('name="csrf_token" value="')[2].partition('"')[0]


def _walk(app: Flask, page: Page, served: str) -> Iterator[str]:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    page.goto(f"{served}/security/devices")
    yield "one browser"
    for agent in (SAFARI, FIREFOX, "curl/8"):
        _visitor(app, agent=agent).sign_in()
    page.goto(f"{served}/security/devices")
    yield "several browsers"
    page.click("#end-2")
    yield "one to sign out"
    page.click("#end-session-submit")
    yield "signed out"
    page.click("#end-others")
    yield "all to sign out"
    page.goto(f"{served}/security/devices/forget")
    yield "to forget"
    page.click("#forget-known-submit")
    yield "forgotten"


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(app: Flask, new_page: NewPage, served: str, way: str) -> None:
    page, found = new_page(**WAYS[way]), []
    for place in _walk(app, page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []
