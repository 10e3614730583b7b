"""Signing in by another device: the browser that asks, the telephone that approves, and what is refused on either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.handover.policy import link_of
from idp.services import Services
from idp.settings import Settings
from idp.storage.db import Base
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.journeys.leaks import leaks
from tests.places import LYON, a_file_of_places
from tests.web.axe import violations
from tests.web.citizen.visitor import PASSWORD, Visitor

NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}


def _ask(asker: Visitor, path: str = "/sign-in") -> tuple[str, str]:
    """Let a browser ask; gives the code and the number on its screen."""
    asker.open(path)
    asker.open(_href(asker, "use-other-device"))
    asker.send("begin-handover")
    return _shown(asker)


def _shown(asker: Visitor) -> tuple[str, str]:
    page = asker.open("/sign-in/other-device").text
    code = re.search(r'id="handover-code"[^>]*>([^<]+)<', page)
    number = re.search(r'id="handover-number"[^>]*>([^<]+)<', page)
    assert code is not None
    assert number is not None
    return code[1], number[1]


def _href(visitor: Visitor, id_: str) -> str:
    assert visitor.page is not None
    found = re.search(rf'<a href="([^"]+)" id="{id_}"', visitor.page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def _look(telephone: Visitor, code: str) -> TestResponse:
    telephone.open("/approve")
    answer = telephone.send("handover-code", code=code)
    return telephone.open(answer.location) if answer.status_code == 303 else answer


def _answer(telephone: Visitor, *, number: str = "", action: str = "approve") -> TestResponse:
    answer = telephone.send("handover-answer", number=number, action=action)
    return telephone.open(answer.location) if answer.status_code == 303 else answer


def _continue(asker: Visitor) -> TestResponse:
    asker.open("/sign-in/other-device")
    return asker.send("finish-handover")


def test_a_browser_is_signed_in_without_a_password(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    code, number = _ask(other_browser, "/sign-in?next=/security/devices")
    seen = _look(visitor, code).text
    done = _answer(visitor, number=number)

    signed_in = _continue_from(other_browser, "/sign-in/other-device?next=/security/devices")

    assert "Approve only if that screen is in front of you" in seen
    assert "the network that you are in" in seen
    assert "Go on at your other device" in done.text
    assert signed_in.location == "/security/devices"
    assert other_browser.open("/details").status_code == 200
    assert "approved on another device of yours" in visitor.open("/activity").text


def _continue_from(asker: Visitor, path: str) -> TestResponse:
    asker.open(path)
    return asker.send("finish-handover")


def test_the_telephone_may_sign_in_first(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    visitor.open("/sign-out")
    visitor.send("logout")
    code, number = _ask(other_browser)
    turned_away = visitor.open(f"/approve/{code.replace('-', '')}")

    visitor.open(visitor.sign_in(path=turned_away.location).location)
    _answer(visitor, number=number)

    assert turned_away.status_code == 303
    assert _continue(other_browser).location == "/"
    assert other_browser.open("/security").status_code == 200


def test_an_old_sign_in_is_not_enough_to_approve(visitor: Visitor, other_browser: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    clock.advance(minutes=11)
    code, _number = _ask(other_browser)

    answer = _look(visitor, code)

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=/approve/")


def test_a_wrong_number_ends_it_on_both_sides(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    code, number = _ask(other_browser)
    _look(visitor, code)

    answer = _answer(visitor, number=str(10 + (int(number) - 9) % 90))

    assert answer.status_code == 410
    assert "That was not the number" in answer.text
    assert "A wrong number was given on your other device" in other_browser.open("/sign-in/other-device").text
    assert other_browser.open("/security").status_code == 303


@pytest.mark.parametrize("typed", ["", "4", "four", "123", "<b>"])
def test_what_is_no_number_is_asked_for_again_and_ends_nothing(
    visitor: Visitor, other_browser: Visitor, typed: str
) -> None:
    visitor.sign_up()
    code, number = _ask(other_browser)
    _look(visitor, code)

    again = _answer(visitor, number=typed)
    _look(visitor, code)
    done = _answer(visitor, number=number)

    assert again.status_code == 422
    assert "Enter the two figures that the other screen shows." in again.text
    assert "Go on at your other device" in done.text


def test_refusing_needs_no_number(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    code, _number = _ask(other_browser)
    _look(visitor, code)

    done = _answer(visitor, action="refuse")

    assert "The other device was not signed in" in done.text
    assert "The sign-in was refused on your other device." in other_browser.open("/sign-in/other-device").text
    assert "Begin again" in other_browser.open("/sign-in/other-device").text


def test_an_approval_is_answered_once(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    code, number = _ask(other_browser)
    _look(visitor, code)
    visitor.send("handover-answer", number=number, action="approve")

    again = _look(visitor, code)

    assert again.status_code == 410
    assert "This was answered already" in again.text


def test_a_second_citizen_is_told_that_it_was_answered(app: Flask, visitor: Visitor, other_browser: Visitor) -> None:
    badr = Visitor(app.test_client())
    badr.sign_up("badr", "velvet harbour ninety lanterns")
    visitor.sign_up()
    code, number = _ask(other_browser)
    _look(badr, code)
    _look(visitor, code)
    _answer(visitor, number=number)

    late = _answer(badr, number=number)

    assert late.status_code == 410
    assert "This was answered already" in late.text


def test_an_approval_forwarded_to_another_browser_signs_nobody_in(
    app: Flask, visitor: Visitor, other_browser: Visitor
) -> None:
    thief = Visitor(app.test_client())
    visitor.sign_up()
    code, number = _ask(other_browser)
    _look(visitor, code)
    _answer(visitor, number=number)
    page = thief.open("/sign-in/other-device")
    _ask(thief)

    stolen = _continue(thief)

    assert "Show the picture" in page.text
    assert stolen.location == "/sign-in/other-device"
    assert "Not approved yet." in thief.open(stolen.location).text
    assert thief.open("/security").status_code == 303


def test_a_finished_sign_in_is_not_finished_twice(app: Flask, visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    code, number = _ask(other_browser)
    cookie = other_browser.client.get_cookie("proffer_handover")
    assert cookie is not None
    _look(visitor, code)
    _answer(visitor, number=number)
    _continue(other_browser)
    replaying = Visitor(app.test_client())
    replaying.client.set_cookie("proffer_handover", cookie.value)

    page = replaying.open("/sign-in/other-device").text

    assert "This sign-in was used already." in page
    assert other_browser.client.get_cookie("proffer_handover") is None


def test_five_minutes_are_all(visitor: Visitor, other_browser: Visitor, clock: FrozenClock) -> None:
    visitor.sign_up()
    code, _number = _ask(other_browser)
    clock.advance(minutes=5)

    late = _look(visitor, code)

    assert late.status_code == 410
    assert "Too much time has passed" in late.text
    assert "Show the picture" in other_browser.open("/sign-in/other-device").text
    assert other_browser.client.get("/sign-in/other-device/state").json == {"state": "over"}


@pytest.mark.parametrize("typed", ["BBBB-BBBB", "bbbb bbbb"])
def test_a_code_that_nobody_shows_is_said_to_be_none(visitor: Visitor, typed: str) -> None:
    visitor.sign_up()

    answer = _look(visitor, typed)

    assert answer.status_code == 410
    assert "No device waits here" in answer.text


@pytest.mark.parametrize("typed", ["", "x", "<script>", "é" * 8, "B" * 5000])
def test_what_cannot_be_a_code_shows_the_page_again(visitor: Visitor, typed: str) -> None:
    visitor.sign_up()

    answer = _look(visitor, typed)

    assert answer.status_code == 422
    assert "Enter the eight letters" in answer.text


def test_trying_codes_is_limited(tmp_path: Path) -> None:
    visitor = Visitor(_app(tmp_path, limits={"user_code": "3/minute"}).test_client())
    visitor.sign_up()

    statuses = [_look(visitor, "BBBB-BBBB").status_code for _ in range(4)]

    assert statuses == [410, 410, 410, 429]


def test_asking_is_limited_for_an_address(tmp_path: Path) -> None:
    visitor = Visitor(_app(tmp_path, limits={"handover": "2/minute"}).test_client())
    statuses = []
    for _ in range(3):
        visitor.open("/sign-in/other-device")
        visitor.client.delete_cookie("proffer_handover")
        visitor.open("/sign-in/other-device")
        statuses.append(visitor.send("begin-handover").status_code)

    assert statuses == [303, 303, 429]


def test_whoever_was_signed_in_from_another_device_changes_no_way_in(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    code, number = _ask(other_browser)
    _look(visitor, code)
    _answer(visitor, number=number)
    _continue(other_browser)

    for path in ("/security/recovery-code", "/security/authenticator", f"/approve/{code.replace('-', '')}"):
        turned_away = other_browser.open(path)

        assert turned_away.status_code == 303, path
        assert turned_away.location.startswith("/sign-in?next="), path
    assert "sign in on this one" in other_browser.open(turned_away.location).text
    assert other_browser.sign_in(path="/sign-in?next=/security/recovery-code&again=yes").status_code == 303
    assert other_browser.open("/security/recovery-code").status_code == 200


def test_the_database_holds_no_secret_of_it(settings: Settings, visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up("amina.of.northtown")
    code, number = _ask(other_browser)
    asking = other_browser.client.get_cookie("proffer_handover")
    assert asking is not None
    _look(visitor, code)
    _answer(visitor, number=number)
    half_way = leaks(_secrets(asking.value, code), settings.database.url)
    _continue(other_browser)
    session = other_browser.client.get_cookie("proffer_session")
    assert session is not None

    afterwards = leaks({**_secrets(asking.value, code), "session": session.value}, settings.database.url)

    assert (half_way, afterwards) == ([], [])


def _secrets(secret: str, code: str) -> dict[str, str]:
    return {
        "cookie": secret,
        "address": link_of(secret),
        "code": code,
        "code without its dash": code.replace("-", ""),
        "login": "amina.of.northtown",
        "password": PASSWORD,
    }


def test_the_place_is_told_where_the_deployment_knows_it(tmp_path: Path) -> None:
    app = _app(tmp_path, places={"database": a_file_of_places(tmp_path)})
    telephone, asker = Visitor(app.test_client()), Visitor(app.test_client())
    asker.client.environ_base["REMOTE_ADDR"] = LYON
    telephone.sign_up()
    code, _number = _ask(asker)

    page = _look(telephone, code).text

    assert "Lyon, France" in page
    assert "another network than yours" in page


def _app(folder: Path, **overrides: object) -> Flask:
    app = create_app(make_settings(folder, **overrides))
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
    return app


def _sign_up(page: Page, served: str) -> None:
    page.goto(f"{served}/sign-up")
    page.fill("#username", "amina")
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")


def _ask_in(page: Page, served: str) -> tuple[str, str]:
    page.goto(f"{served}/sign-in?next=/security/devices")
    page.click("#use-other-device")
    page.click("#begin-handover-submit")
    code = page.text_content("#handover-code")
    assert code is not None
    return code, page.inner_text("#handover-number")


@pytest.mark.browser
def test_the_asking_page_goes_on_by_itself(new_page: NewPage, served: str) -> None:
    telephone, computer = new_page(), new_page()
    _sign_up(telephone, served)
    code, number = _ask_in(computer, served)

    telephone.goto(f"{served}/approve/{code.replace('-', '')}")
    telephone.fill("#number", number)
    telephone.click("#handover-approve")

    computer.wait_for_url(f"{served}/security/devices")
    assert computer.locator("#browsers > li").count() == 2


@pytest.mark.browser
def test_without_scripts_continue_goes_on(new_page: NewPage, served: str) -> None:
    telephone, computer = new_page(java_script_enabled=False), new_page(java_script_enabled=False)
    _sign_up(telephone, served)
    code, number = _ask_in(computer, served)
    computer.click("#finish-handover-submit")
    early = computer.inner_text("main")

    telephone.goto(f"{served}/approve")
    telephone.fill("#code", code)
    telephone.click("#handover-code-submit")
    telephone.fill("#number", number)
    telephone.click("#handover-approve")
    computer.click("#finish-handover-submit")

    assert "Not approved yet." in early
    assert computer.url == f"{served}/security/devices"


@pytest.mark.browser
def test_a_refusal_shows_on_the_asking_page_by_itself(new_page: NewPage, served: str) -> None:
    telephone, computer = new_page(), new_page()
    _sign_up(telephone, served)
    code, _number = _ask_in(computer, served)

    telephone.goto(f"{served}/approve/{code.replace('-', '')}")
    same = telephone.evaluate(
        "['handover-approve', 'handover-refuse'].map(id => JSON.stringify([document.getElementById(id).offsetWidth,"
        " document.getElementById(id).offsetHeight]))"
    )
    telephone.click("#handover-refuse")

    computer.wait_for_selector("#handover-said-title")
    assert same[0] == same[1]
    assert "refused on your other device" in computer.inner_text("main")


def _walk(telephone: Page, computer: Page, served: str) -> Iterator[tuple[str, Page]]:
    _sign_up(telephone, served)
    computer.goto(f"{served}/sign-in/other-device")
    yield "how it works", computer
    code, number = _ask_in(computer, served)
    yield "the picture", computer
    computer.click("#handover-by-code summary")
    yield "the code", computer
    telephone.goto(f"{served}/approve")
    yield "a code to type", telephone
    telephone.click("#handover-code-submit")
    yield "no code", telephone
    telephone.fill("#code", code)
    telephone.click("#handover-code-submit")
    yield "who asks", telephone
    telephone.click("#handover-approve")
    yield "no number", telephone
    telephone.fill("#number", number)
    telephone.click("#handover-approve")
    yield "approved", telephone
    telephone.goto(f"{served}/approve/{code.replace('-', '')}")
    yield "answered already", telephone
    telephone.goto(f"{served}/approve/refused")
    yield "refused", telephone


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(new_page: NewPage, served: str, way: str) -> None:
    found = []
    for place, page in _walk(new_page(**WAYS[way]), new_page(**WAYS[way], java_script_enabled=True), served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []


@pytest.mark.browser
def test_a_browser_reports_no_violation_of_the_policy(new_page: NewPage, served: str) -> None:
    telephone, computer = new_page(), new_page()
    reported: list[str] = []
    computer.on("console", lambda message: reported.append(message.text))
    _sign_up(telephone, served)
    _ask_in(computer, served)
    with computer.expect_response("**/sign-in/other-device/state") as asked:
        pass

    assert asked.value.json() == {"state": "waiting"}
    assert [line for line in reported if "Content Security Policy" in line] == []
