"""The whole way in a real browser, with the demo's relying party, which uses Authlib's Flask client."""

from __future__ import annotations

import json
import re
import secrets
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from idp.demo.service.app import create_service
from idp.demo.service.descriptions import COUNCIL, Ask
from tests.journeys import services
from tests.journeys.provider import StartedProvider, free_port
from tests.web.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Request

    from tests.browser import NewPage

FIVE = dict.fromkeys(("given_name", "family_name", "email", "phone_number", "birthdate"))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, StartedProvider]]:
    """The council on its own host name, and its provider; gives the council's address."""
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    provider = StartedProvider(tmp_path_factory.mktemp("chromium"))
    provider.command("migrate")
    provider.import_clients(services.described(callback=f"{home}/callback"))
    provider.start()
    description = replace(
        COUNCIL,
        asks=(
            Ask("apply", "Apply for a permit", "openid", FIVE),
            Ask("more", "Apply, with your address", "openid", {**FIVE, "address": None}),
        ),
    )
    app = create_service(
        description,
        issuer=provider.issuer,
        client_id="council",
        client_secret=services.COUNCIL_SECRET,
        secret_key=secrets.token_hex(16),
    )
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield home, provider
    finally:
        server.shutdown()
        provider.stop()


def fill_in(page: Page, issuer: str, claim: str, *values: str) -> None:
    """Add a detail by typing into its fields in order."""
    page.goto(f"{issuer}/details/add/{claim}")
    assert violations(page) == []
    fields = page.locator("main input[name^=value], main textarea[name^=value]")
    for number, value in enumerate(values):
        fields.nth(number).fill(value)
    page.locator("#detail-save").click()
    assert page.url.partition("#")[0].endswith("/details")


def shared(page: Page) -> dict[str, str]:
    """What the council's page lists."""
    names, values = page.locator("dt").all_inner_texts(), page.locator("dd").all_inner_texts()
    return {name: value for name, value in zip(names, values, strict=True) if name != "Your ID here"}


def sign_up(page: Page, issuer: str) -> None:
    """Make an account, keep the recovery code, fill in five details."""
    page.goto(f"{issuer}/sign-up")
    assert violations(page) == []
    page.locator("#username").fill("amina@journeys.example")
    page.locator("#password").fill(services.PASSWORD)
    page.locator("#sign-up-submit").click()
    code = page.locator("#recovery-code").inner_text()
    assert re.fullmatch(r"([0-9A-Z]{4}-)*[0-9A-Z]{4}", code)
    assert violations(page) == []
    page.locator("#recovery-code-typed").fill(code)
    page.locator("#recovery-code-submit").click()
    fill_in(page, issuer, "given_name", "Amīna")
    fill_in(page, issuer, "family_name", "Haddad")
    fill_in(page, issuer, "email", "amina@mail.example")
    fill_in(page, issuer, "phone_number", "+44 20 7946 0018")
    fill_in(page, issuer, "birthdate", "29", "2", "1988")
    assert violations(page) == []


def test_a_citizen_signs_up_chooses_refuses_returns_and_stops(page: Page, council: tuple[str, StartedProvider]) -> None:
    home, provider = council
    issuer = provider.issuer
    sign_up(page, issuer)

    # The council asks for five; refusing is one click, and it learns nothing.
    page.goto(home)
    page.get_by_role("link", name="Apply for a permit").click()
    assert violations(page) == []
    assert page.locator("input[type=checkbox][name=claim]:checked").count() == 0
    page.locator("#consent-deny").click()
    assert page.locator("h1").inner_text() == "You chose not to share"

    # Two are ticked, and exactly those arrive.
    page.goto(f"{home}/sign-in/apply")
    page.locator("#claim-given_name").check()
    page.locator("#claim-email").check()
    page.locator("#consent-allow").click()
    page.wait_for_url(f"{home}/")
    assert shared(page) == {"First name": "Amīna", "Email": "amina@mail.example"}

    # Coming back shows no page.
    page.goto(f"{home}/sign-in/apply")
    assert page.url == f"{home}/"

    # One more detail is asked for, and only that one.
    page.goto(f"{home}/sign-in/more")
    assert page.locator("[id^=claim-]").evaluate_all("all => all.map(each => each.id)") == ["claim-address"]
    assert violations(page) == []
    page.locator("#consent-allow").click()
    page.wait_for_url(f"{home}/")
    assert set(shared(page)) == {"First name", "Email"}

    # Stopping ends what the council can read, at once.
    stop_sharing(page, issuer)
    page.goto(home)
    page.get_by_role("button", name="Fetch my details again").click()
    assert page.locator("h1").inner_text() == "We can no longer read your details"

    # All of it stands in the citizen's record, by name and without a value.
    page.goto(f"{issuer}/activity")
    assert violations(page) == []
    record = page.locator("main").inner_text()
    assert "Parking permits" in record
    assert "amina@mail.example" not in record


def stop_sharing(page: Page, issuer: str) -> None:
    """Two pages and one button: as few clicks as sharing took."""
    page.goto(f"{issuer}/sharing")
    assert violations(page) == []
    page.get_by_role("link", name="Parking permits").click()
    assert violations(page) == []
    page.locator("#sharing-stop").click()


def test_signing_on_works_with_scripts_off(new_page: NewPage, council: tuple[str, StartedProvider]) -> None:
    home, provider = council
    login = f"bram-{secrets.token_hex(4)}@journeys.example"
    provider.import_accounts(
        {"accounts": [{"login": login, "password": services.PASSWORD, "details": {"given_name": "Bram"}}]}
    )
    page: Page = new_page(java_script_enabled=False)

    page.goto(f"{home}/sign-in/apply")
    page.locator("#username").fill(login)
    page.locator("#password").fill(services.PASSWORD)
    page.locator("#login-submit").click()
    page.locator("#claim-given_name").check()
    page.locator("#consent-allow").click()

    assert page.url == f"{home}/"
    assert shared(page) == {"First name": "Bram"}


def note_post(home: str, posted: list[str], sent: Request) -> None:
    """Keep the body of a POST to the council."""
    if sent.method == "POST" and sent.url.startswith(home):
        posted.append(sent.post_data or "")


def test_a_form_post_answer_reaches_the_service_with_and_without_scripts(
    new_page: NewPage, council: tuple[str, StartedProvider]
) -> None:
    home, provider = council
    login = f"cleo-{secrets.token_hex(4)}@journeys.example"
    provider.import_accounts({"accounts": [{"login": login, "password": services.PASSWORD, "details": {}}]})
    request = (
        f"{provider.issuer}/authorize?response_type=code&client_id=council&scope=openid&state=xyz"
        f"&response_mode=form_post&redirect_uri={home}/callback"
    )
    for scripts in (True, False):
        page: Page = new_page(java_script_enabled=scripts)
        posted: list[str] = []
        page.on("request", partial(note_post, home, posted))
        page.goto(request)
        page.locator("#username").fill(login)
        page.locator("#password").fill(services.PASSWORD)
        page.locator("#login-submit").click()
        if page.locator("#consent-allow").count():
            page.locator("#consent-allow").click()
        if not scripts:
            page.locator("button").first.click()
        page.wait_for_url(f"{home}/callback")

        assert len(posted) == 1
        assert "code=" in posted[0]
        assert "state=xyz" in posted[0]
        assert "iss=" in posted[0]


def test_a_mistyped_email_keeps_everything_else(page: Page, council: tuple[str, StartedProvider]) -> None:
    _, provider = council
    login = f"dora-{secrets.token_hex(4)}@journeys.example"
    provider.import_accounts({"accounts": [{"login": login, "password": services.PASSWORD, "details": {}}]})
    page.goto(f"{provider.issuer}/sign-in")
    page.locator("#username").fill(login)
    page.locator("#password").fill(services.PASSWORD)
    page.locator("#login-submit").click()

    page.goto(f"{provider.issuer}/details/add/email")
    page.locator("[name=value]").fill("dora at mail")
    page.locator("[name=label]").fill("work")
    page.locator("#detail-save").click()

    assert page.locator("#error-summary").is_visible()
    assert page.locator("[name=label]").input_value() == "work"
    assert violations(page) == []
    assert json.dumps("dora at mail") not in provider.log_path.read_text()
