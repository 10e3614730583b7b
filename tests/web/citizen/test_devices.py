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
from idp.crypto.secrets import random_key
from idp.services import Services
from idp.storage.db import Base
from idp.vault.values import SlotKind, SlotSecret
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.doubles import FrozenClock
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


def _trust(services: Services, visitor: Visitor, *labels: str) -> str:
    """Let devices open the vault of whoever is signed in; gives the account."""
    cookie = visitor.client.get_cookie("proffer_session")
    assert cookie is not None
    session = services.authentication.session(cookie.value)
    assert session is not None
    assert session.vault_key is not None
    for label in labels:
        secret = SlotSecret(kind=SlotKind.DEVICE, secret=random_key(), label=label)
        services.vault.add_slot(session.account_id, session.vault_key, secret)
    return session.account_id


def test_trusted_devices_are_listed_and_one_or_all_forgotten(visitor: Visitor, services: Services) -> None:
    visitor.sign_up()
    before = visitor.open("/security/devices").text
    account_id = _trust(services, visitor, "Kitchen tablet", "Work laptop", "")
    listed = visitor.open("/security/devices").text
    visitor.open(_link(visitor, "Forget Kitchen tablet"))
    visitor.send("forget-trusted")
    left = {slot.label for slot in services.authentication.trusted_devices(account_id)}
    visitor.open("/security/devices/trusted/forget?device=all")
    visitor.send("forget-trusted")

    assert "You trust none." in before
    for words in ("Kitchen tablet", "Work laptop", "A device without a name", "Never"):
        assert words in listed
    assert left == {"Work laptop", ""}
    assert services.authentication.trusted_devices(account_id) == ()
    assert {slot.kind for slot in services.vault.slots(account_id)} == {"password", "recovery"}
    assert visitor.open("/activity").text.count("You had us forget trusted devices.") == 2


def test_forgetting_a_trusted_device_wants_a_fresh_sign_in(
    visitor: Visitor, services: Services, clock: FrozenClock
) -> None:
    visitor.sign_up()
    account_id = _trust(services, visitor, "Kitchen tablet")
    visitor.open("/security/devices/trusted/forget?device=all")
    clock.advance(minutes=11)

    answer = visitor.send("forget-trusted")

    assert answer.location.startswith("/sign-in?next=/security/devices/trusted/forget")
    assert len(services.authentication.trusted_devices(account_id)) == 1


def test_another_way_to_open_the_vault_is_not_forgotten_as_a_device(visitor: Visitor, services: Services) -> None:
    visitor.sign_up()
    account_id = _trust(services, visitor, "Kitchen tablet")
    password = next(slot for slot in services.vault.slots(account_id) if slot.kind == "password")
    visitor.open("/security/devices/trusted/forget?device=all")

    visitor.client.post("/security/devices/trusted/forget", data={"csrf_token": _csrf(visitor), "device": password.id})

    assert len(services.vault.slots(account_id)) == 3
    assert "not trusted any more" in visitor.open("/security/devices").text


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
    services: Services = app.extensions["proffer"]
    secret = next(each["value"] for each in page.context.cookies() if each["name"] == "proffer_session")
    with app.app_context():
        session = services.authentication.session(secret)
        assert session is not None
        assert session.vault_key is not None
        for label in ("W" * 40, "حاسوب العمل"):
            slot = SlotSecret(kind=SlotKind.DEVICE, secret=random_key(), label=label)
            services.vault.add_slot(session.account_id, session.vault_key, slot)
    page.goto(f"{served}/security/devices")
    yield "trusted devices"
    page.click("#forget-trusted-all")
    yield "trusted devices to forget"


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(app: Flask, new_page: NewPage, served: str, way: str) -> None:
    page, found = new_page(**WAYS[way]), []
    for place in _walk(app, page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []
