"""The ways in while a service waits: it is named, it is kept, and the browser goes back to the dispatcher."""

from urllib.parse import parse_qs, urlsplit

import pytest

from idp.services import Services
from tests.protocol.sign_on import CALLBACK, CHALLENGE, register
from tests.web.citizen.visitor import PASSWORD, Visitor


@pytest.fixture(autouse=True)
def _registered(services: Services) -> None:
    register(services)


def begin(visitor: Visitor, **more: str) -> str:
    """Arrive from the service; gives the address of the page that the dispatcher chose."""
    request = {
        "client_id": "permits",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    answer = visitor.client.get("/authorize", query_string=request)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def interaction_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["interaction"][0]


def test_the_page_says_who_asks(visitor: Visitor) -> None:
    page = visitor.open(begin(visitor)).text

    assert "Parking permits" in page
    assert "Northtown Council" in page
    assert "public body" in page


def test_a_service_named_like_markup_stays_text(visitor: Visitor) -> None:
    page = visitor.open(begin(visitor, login_hint='"><script>alert(1)</script>')).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_expected_name_is_filled_in(visitor: Visitor) -> None:
    assert 'value="amina@example.org"' in visitor.open(begin(visitor, login_hint="amina@example.org")).text


def test_the_page_speaks_what_the_service_asked_for_until_the_citizen_chooses(visitor: Visitor) -> None:
    address = begin(visitor, ui_locales="sw fr-CA en")
    first = visitor.open(address).text
    visitor.client.get("/language/ar")

    # The choice was made in the same frozen second, hence not later than the request.
    assert '<html lang="fr"' in first


def test_a_choice_of_language_after_the_request_wins(visitor: Visitor, services: Services) -> None:
    address = begin(visitor, ui_locales="fr")
    services.clock.advance(seconds=2)  # type: ignore[attr-defined]
    visitor.client.get("/language/ar")

    assert '<html lang="ar" dir="rtl"' in visitor.open(address).text


def test_forms_may_end_at_this_service_and_where_it_leads_on_to(visitor: Visitor) -> None:
    answer = visitor.open(begin(visitor))

    policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:* http://127.0.0.1:8001 http://localhost:* https:;" in policy


def test_the_window_that_a_service_opened_keeps_its_opener(visitor: Visitor) -> None:
    assert visitor.open(begin(visitor)).headers["Cross-Origin-Opener-Policy"] == "unsafe-none"


def test_signing_in_goes_back_to_the_dispatcher(visitor: Visitor, other_browser: Visitor) -> None:
    visitor.sign_up()
    address = begin(other_browser)

    wrong = other_browser.sign_in(password="not the password", path=address)
    answer = other_browser.send("login", username="amina", password=PASSWORD)

    assert wrong.status_code == 422
    assert "Parking permits" in wrong.text
    assert answer.location == f"/authorize?interaction={interaction_in(address)}"
    assert other_browser.open(answer.location).status_code == 303


def test_signing_up_keeps_the_service_over_the_recovery_code(visitor: Visitor) -> None:
    address = begin(visitor, prompt="create")
    visitor.open(address)

    shown = visitor.send("sign-up", username="amina", password=PASSWORD)
    code = shown.text.partition('id="recovery-code"')[2].partition(">")[2].partition("<")[0].strip()
    answer = visitor.send("confirm-recovery-code", recovery_code=code)

    assert urlsplit(address).path == "/sign-up"
    assert answer.location == f"/authorize?interaction={interaction_in(address)}"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/recover"])
def test_another_browser_cannot_take_the_request_over(visitor: Visitor, other_browser: Visitor, path: str) -> None:
    secret = interaction_in(begin(visitor))
    begin(other_browser)

    assert other_browser.open(f"{path}?interaction={secret}").status_code == 410


def test_an_expired_request_is_said_so_when_the_form_is_sent(visitor: Visitor, services: Services) -> None:
    visitor.open(begin(visitor))
    services.clock.advance(hours=1)  # type: ignore[attr-defined]

    assert visitor.send("login", username="amina", password=PASSWORD).status_code == 410


def test_the_account_of_this_browser_can_be_chosen(visitor: Visitor) -> None:
    visitor.sign_up("amina@example.org")
    address = begin(visitor, prompt="select_account")

    page = visitor.open(address)
    answer = visitor.send("choose-account", account="current")

    assert urlsplit(address).path.startswith("/choose-account/")
    assert "amina@example.org" in page.text
    assert urlsplit(answer.location).path == "/authorize"


def test_another_account_means_signing_in(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.open(begin(visitor, prompt="select_account"))

    answer = visitor.send("choose-account", account="other")

    assert urlsplit(answer.location).path == "/sign-in"
    assert visitor.open(answer.location).status_code == 200


def test_who_has_not_confirmed_the_code_is_led_there_and_back_before_typing(visitor: Visitor) -> None:
    code = visitor.sign_up()
    address = begin(visitor, scope="openid email")
    choosing = visitor.open(address)
    while choosing.status_code == 303:
        choosing = visitor.open(str(choosing.location))

    assert "Confirm your recovery code first" in choosing.text
    visitor.open(f"/recovery-code?interaction={address.rpartition('/')[2]}")
    answer = visitor.send("confirm-recovery-code", recovery_code=code)
    assert interaction_in(str(answer.location)) == address.rpartition("/")[2]


def test_an_error_of_a_step_that_was_finished_does_not_deny_that_something_was_shared(visitor: Visitor) -> None:
    page = visitor.open("/consent/never-begun")
    while page.status_code == 303:
        page = visitor.open(str(page.location))

    assert "Opening this page shared nothing." in page.text
    assert "Nothing was shared" not in page.text
