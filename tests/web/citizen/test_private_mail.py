"""Private addresses on the pages: chosen at sign-on, kept, muted, ended, and what a service gets of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from idp.app import create_app
from idp.authentication.values import Origin
from idp.consent.values import Grant
from idp.relay.intake import Intake
from idp.relay.values import PrivateAddress, Standing
from idp.services import Services
from idp.storage.db import Base
from tests.browser import NewPage
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.journeys.leaks import leaks
from tests.mail import Post, mail_settings, post_office
from tests.relay.conftest import Door
from tests.web.axe import violations
from tests.web.citizen.chooser import Chooser, register
from tests.web.citizen.forms import forms

DOMAIN = "post.proffer.example"
HOME = "amina@home.example"
WORK = "amina@work.example"
NARROW = {"width": 320, "height": 640}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "narrow and dark": {"color_scheme": "dark", "viewport": NARROW},
    "narrow Arabic": {"locale": "ar", "viewport": NARROW},
}


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as post:
        yield post


@pytest.fixture
def app(tmp_path: Path, clock: FrozenClock, post: Post) -> Iterator[Flask]:
    """A provider that gives private addresses out."""
    settings = make_settings(tmp_path, mail=mail_settings(post), relay={"domain": DOMAIN, "port": 0})
    app = create_app(settings, clock=clock)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
    yield app
    services.close()


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("birthdate", "1990-04-12"), ("email", HOME), ("email", WORK))
    return citizen


def _released(citizen: Chooser, *names: str, client: str = "shop") -> dict[str, Any]:
    """What the service gets now."""
    grant, key = citizen.grant(client), citizen.session.vault_key
    service = citizen.services.clients.get(client)
    assert key is not None
    assert service is not None
    ticket = citizen.services.consent.ticket(
        citizen.services.consent.request(("openid",), f'{{"userinfo": {{"{names[0]}": null}}}}'),
        session=citizen.session,
        client=service,
        grant=grant,
    )
    found = citizen.services.consent.released(
        citizen.grant(client), grant_key=ticket.grant_key, requested=names, client=service
    )
    return dict(found)


def _share(citizen: Chooser, choose: str | None = None, *, client: str = "shop") -> Grant:
    citizen.asked("email", client=client)
    form = citizen.form()
    form.tick("claim-email")
    if choose is not None:
        form.choose(choose)
    citizen.press("consent-allow", form)
    citizen.answer()
    return citizen.grant(client)


def _addresses(citizen: Chooser) -> tuple[PrivateAddress, ...]:
    return citizen.services.relay.addresses(citizen.session.account_id)


def test_a_private_address_is_what_the_page_proposes_first(citizen: Chooser) -> None:
    page = citizen.asked("email", client="shop").text

    checked = re.search(r'id="held-email-1"[^>]*value="private" checked', page)
    assert checked is not None
    assert "A private address that forwards to you" in page
    assert f"It forwards to <bdi>{HOME}</bdi>." in page
    assert page.index("A private address") < page.index(HOME) < page.index(WORK)
    assert _addresses(citizen) == ()


def test_the_service_gets_the_very_address_that_the_page_showed(citizen: Chooser) -> None:
    shown = re.search(rf"[a-z2-7]{{26}}@{DOMAIN}", citizen.asked("email", client="shop").text)
    assert shown is not None

    _share(citizen)

    assert _released(citizen, "email", "email_verified") == {"email": shown[0], "email_verified": True}
    one = _addresses(citizen)[0]
    assert (one.address, one.target, one.standing) == (shown[0], HOME, Standing.LIVE)


def test_the_real_address_can_be_chosen_instead(citizen: Chooser) -> None:
    _share(citizen, "held-email-3")

    assert _released(citizen, "email") == {"email": WORK}
    assert _addresses(citizen) == ()


def test_later_sign_ons_keep_it_and_follow_an_edited_address(citizen: Chooser) -> None:
    _share(citizen)
    address = _released(citizen, "email")["email"]
    key = citizen.session.vault_key
    assert key is not None
    document = citizen.services.vault.read(citizen.session.account_id, key)
    home = document.values("email")[0]

    citizen.services.vault.edit(citizen.session.account_id, key, home.id, "amina@moved.example")
    answer = citizen.asked("email", client="shop")

    assert answer.headers["Location"].startswith("https://permits.example/callback?code=")
    assert _released(citizen, "email") == {"email": address}
    assert _addresses(citizen)[0].target == "amina@moved.example"


def test_each_service_gets_another_address(citizen: Chooser) -> None:
    _share(citizen, client="shop")
    _share(citizen, client="rtl")

    assert len({one.address for one in _addresses(citizen)}) == 2


def test_a_single_visit_gets_the_address_that_its_page_showed(citizen: Chooser) -> None:
    _share(citizen, client="rtl")
    citizen.asked("email", client="shop")
    form = citizen.form()
    form.tick("claim-email")
    form.choose("known-as-once")
    shown = re.search(rf"[a-z2-7]{{26}}@{DOMAIN}", citizen.press("consent-identity", form).text)
    citizen.press("consent-allow")
    citizen.answer()

    assert shown is not None
    once = next(one for one in _addresses(citizen) if one.client_id == "shop")
    assert once.persona.startswith("once:")
    assert once.address == shown[0]


def test_a_personas_address_is_another_one_and_follows_its_own_details(citizen: Chooser) -> None:
    services, key, account_id = citizen.services, citizen.session.vault_key, citizen.session.account_id
    assert key is not None
    persona = services.personas.add(account_id, key, name="Work", colour="teal")
    work = services.vault.read(account_id, key).values("email")[1]
    services.personas.choose(account_id, key, persona.id, {work.id}, expected_version=persona.document.version)
    _share(citizen, client="rtl")
    citizen.asked("email", client="shop")
    form = citizen.form()
    form.tick("claim-email")
    form.choose(f"known-as-{persona.id}")
    citizen.press("consent-identity", form)
    citizen.press("consent-allow")
    citizen.answer()
    before = {one.client_id: one.target for one in _addresses(citizen)}

    services.vault.edit(account_id, key, work.id, "amina@new-work.example")

    assert before == {"rtl": HOME, "shop": WORK}
    assert {one.client_id: one.target for one in _addresses(citizen)} == {
        "rtl": HOME,
        "shop": "amina@new-work.example",
    }


def test_who_holds_no_email_address_is_offered_none(app: Flask, services: Services) -> None:
    register(services)

    page = Chooser(app, services).asked("email", client="shop").text

    assert "A private address" not in page


def test_an_address_typed_at_the_choice_is_shared_as_typed(app: Flask, services: Services) -> None:
    register(services)
    citizen = Chooser(app, services)
    citizen.asked("email", client="shop")
    form = citizen.form()
    form.tick("claim-email")
    form.fill({"typed-email": "typed@home.example"})
    citizen.press("consent-allow", form)
    citizen.answer()

    assert _released(citizen, "email") == {"email": "typed@home.example"}


def test_stopping_sharing_ends_the_address(citizen: Chooser) -> None:
    grant = _share(citizen)

    citizen.services.logout.stop_sharing(account_id=grant.account_id, grant_id=grant.id)

    assert _addresses(citizen)[0].standing is Standing.ENDED
    citizen.asked("email", client="shop")
    again = _share(citizen)
    assert again.live(citizen.services.clock.now())
    assert len({one.address for one in _addresses(citizen)}) == 2


def test_an_ended_address_is_not_sealed_again_and_the_next_choice_makes_another(citizen: Chooser) -> None:
    _share(citizen)
    dead = _released(citizen, "email")["email"]
    citizen.services.relay.end(citizen.session.account_id, _addresses(citizen)[0].id)
    still = _released(citizen, "email")
    citizen.holds(("nickname", "Mina"))
    resealed = _released(citizen, "email")
    citizen.asked("email", client="shop", prompt="consent")
    form = citizen.form()
    form.tick("claim-email")
    form.choose("held-email-1")
    citizen.press("consent-allow", form)
    citizen.answer()

    assert (still, resealed) == ({"email": dead}, {})
    assert _released(citizen, "email")["email"] not in (dead, HOME, WORK)


def test_a_made_up_choice_of_a_private_address_is_no_choice(tmp_path: Path, clock: FrozenClock) -> None:
    app = create_app(make_settings(tmp_path), clock=clock)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        register(services)
        citizen = Chooser(app, services)
        citizen.holds(("email", HOME), ("email", WORK))
        page = citizen.asked("email", client="shop").text
        form = citizen.form()
        form.tick("claim-email")
        form.control("held-email-1").value = "private"
        form.choose("held-email-1")
        answer = citizen.press("consent-allow", form)

        assert "A private address" not in page
        assert answer.status_code == 400
        assert "Here no private addresses are given out." in citizen.http.get("/private-addresses").text
    services.close()


def _press(citizen: Chooser, path: str, form_id: str) -> str:
    """Open a page, send one of its forms, and open where it leads."""
    page = citizen.http.get(path).text
    action = re.search(rf'<form method="post"(?: action="([^"]+)")? id="{form_id}"', page)
    assert action is not None, page
    wanted = next(one for one in forms(page) if (one.action or "") == (action[1] or ""))
    answer = citizen.http.post(action[1] or path, data=dict(wanted.sent()))
    assert answer.status_code == 303
    return citizen.http.get(answer.location).text


def test_the_list_mutes_unmutes_and_ends(citizen: Chooser) -> None:
    _share(citizen)
    one = _addresses(citizen)[0]

    muted = _press(citizen, "/private-addresses", "mute-1")
    unmuted = _press(citizen, "/private-addresses", "unmute-1")
    question = citizen.http.get(f"/private-addresses/{one.id}/end").text
    ended = _press(citizen, f"/private-addresses/{one.id}/end", "end-address")

    assert "The address is muted." in muted
    assert "The address forwards to you again." in unmuted
    assert "The service keeps a dead address" in question
    assert "The address has ended." in ended
    assert "No service has a private address of yours." in ended
    assert one.address in ended
    assert citizen.http.get(f"/private-addresses/{one.id}/end").status_code == 404


def test_a_services_page_has_its_address_and_leads_back_after_muting(citizen: Chooser) -> None:
    grant = _share(citizen)
    page = citizen.http.get(f"/sharing/{grant.id}").text

    after = _press(citizen, f"/sharing/{grant.id}", "mute-1")

    assert _addresses(citizen)[0].address in page
    assert "What happened with this service" in after
    assert "Muted" in after
    assert 'id="private-addresses"' in citizen.http.get("/sharing").text


def test_another_citizens_address_does_not_exist_here(app: Flask, citizen: Chooser) -> None:
    _share(citizen)
    one = _addresses(citizen)[0]
    stranger = app.test_client()
    services: Services = app.extensions["proffer"]
    signed = services.authentication.sign_up(
        login="badr", password="velvet harbour ninety lanterns", origin=Origin("192.0.2.1")
    )
    stranger.set_cookie("proffer_session", signed.session_secret, domain="localhost")

    assert stranger.get(f"/private-addresses/{one.id}/end").status_code == 404
    assert one.address not in stranger.get("/private-addresses").text


def test_a_letter_of_the_service_reaches_the_citizen_and_is_counted(
    app: Flask, citizen: Chooser, services: Services, post: Post
) -> None:
    _share(citizen)
    intake = Intake(services.forwarding, settings=services.settings.relay)
    intake.start()
    Door(intake.port).send(_addresses(citizen)[0].address)
    intake.stop()

    assert post.take().recipient == HOME
    page = citizen.http.get("/private-addresses").text
    assert "1 letter, the last on" in page


def test_the_database_tells_neither_address(citizen: Chooser) -> None:
    _share(citizen)
    one = _addresses(citizen)[0]

    known = {"home": HOME, "work": WORK, "private": one.address, "local part": one.address.partition("@")[0]}
    assert leaks(known, citizen.services.settings.database.url) == []


def _walk(citizen: Chooser, page: Page, served: str) -> Iterator[str]:
    page.context.add_cookies([{"name": "proffer_session", "value": citizen.session.secret, "url": served}])
    citizen.asked("email", client="shop")
    flow = citizen.http.get_cookie("proffer_flow", domain="localhost")
    assert flow is not None
    page.context.add_cookies([{"name": "proffer_flow", "value": flow.value, "url": served}])
    page.goto(served + citizen.address)
    yield "to choose"
    page.goto(f"{served}/private-addresses")
    yield "none"
    for client in ("shop", "long", "marked", "rtl"):
        _share(citizen, client=client)
    page.goto(f"{served}/private-addresses")
    yield "several"
    page.click("#mute-submit-1")
    yield "one muted"
    page.click("#end-2")
    yield "one to end"
    page.click("#end-address-submit")
    yield "one ended"
    page.goto(f"{served}/sharing/{citizen.grant('long').id}")
    yield "of one service"


@pytest.mark.browser
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_and_nothing_overflows(citizen: Chooser, new_page: NewPage, served: str, way: str) -> None:
    page, found = new_page(**WAYS[way]), []
    for place in _walk(citizen, page, served):
        found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: wider than the window")

    assert found == []
