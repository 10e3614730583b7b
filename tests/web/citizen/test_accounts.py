"""Several citizens in one browser, on our pages."""

import re
from urllib.parse import urlsplit

import pytest

from idp.authentication.policy import session_identifier
from idp.authentication.values import Session
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import register
from tests.web.citizen.test_service_waiting import begin
from tests.web.citizen.visitor import PASSWORD, Visitor


def names(visitor: Visitor, path: str = "/accounts") -> list[str]:
    """The names on the page, top down."""
    return re.findall(r"<bdi[^>]*>\s*([^<]+?)\s*</bdi>\s*(?:</h2>|<span|</button>)", visitor.open(path).text)


def join(visitor: Visitor, login: str) -> None:
    """Sign another citizen up beside whoever is here."""
    visitor.open("/sign-up?another=yes")
    assert visitor.send("sign-up", username=login, password=PASSWORD).status_code == 200


@pytest.fixture
def three(visitor: Visitor) -> Visitor:
    """A browser with Amina, Noor and, at present, Sam."""
    visitor.sign_up("amina")
    join(visitor, "noor")
    join(visitor, "sam")
    return visitor


def test_everybody_who_is_here_is_named_the_present_one_first(three: Visitor) -> None:
    assert names(three) == ["sam", "noor", "amina"]


def test_a_citizen_who_is_away_rests_however_busy_the_others_of_the_browser_are(
    three: Visitor, clock: FrozenClock
) -> None:
    """Or whoever goes on at a shared computer would keep everybody's session, and vault, open."""
    for _ in range(4):
        clock.advance(minutes=9)
        three.open("/accounts")

    assert names(three) == ["sam"]


def test_another_browser_learns_nobodys_name(three: Visitor, other_browser: Visitor) -> None:
    assert other_browser.open("/accounts").status_code == 303
    for path in ("/", "/sign-in", "/sign-up"):
        page = other_browser.open(path).text
        assert not any(name in page for name in ("amina", "noor"))


def test_scripts_cannot_read_the_others(three: Visitor) -> None:
    cookie = three.client.get_cookie("proffer_others")

    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert len(cookie.value) < 256


def test_changing_over_goes_on_as_another_and_voids_forms_opened_before(three: Visitor) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', three.open("/accounts").text)
    assert token is not None

    answer = three.send("change-over-2")

    assert answer.location == "/"
    assert names(three) == ["noor", "sam", "amina"]
    stale = three.client.post("/accounts/sign-out", data={"account": "all", "csrf_token": token[1]})
    assert stale.status_code == 403


def test_one_is_signed_out_and_the_browser_is_with_the_next(three: Visitor) -> None:
    three.open("/accounts")
    three.send("leave-1")
    assert names(three) == ["noor", "amina"]

    three.send("leave-2")
    assert names(three) == ["noor"]
    assert three.client.get_cookie("proffer_others") is None


def test_everybody_is_signed_out_at_once(three: Visitor, services: Services) -> None:
    secrets = [three.client.get_cookie(name) for name in ("proffer_session", "proffer_others")]
    three.open("/accounts")

    assert three.send("leave-all").location == "/"

    assert three.client.get_cookie("proffer_others") is None
    assert three.open("/security").status_code == 303
    for held in secrets:
        assert held is not None
        assert all(services.authentication.session(secret) is None for secret in held.value.split("."))


def test_at_most_five_are_signed_in_and_the_one_longest_away_leaves(visitor: Visitor, services: Services) -> None:
    visitor.sign_up("citizen0")
    first = visitor.client.get_cookie("proffer_session")
    for number in range(1, 6):
        join(visitor, f"citizen{number}")

    assert names(visitor) == ["citizen5", "citizen4", "citizen3", "citizen2", "citizen1"]
    assert "Five people are signed in here" in visitor.open("/accounts").text
    assert first is not None
    assert services.authentication.session(first.value) is None


def test_nobody_is_here_twice(three: Visitor) -> None:
    three.open("/sign-in?another=yes")
    three.send("login", username="amina", password=PASSWORD)

    assert names(three) == ["amina", "sam", "noor"]


def test_signing_in_without_asking_to_stay_takes_the_place_of_whoever_was_here(three: Visitor) -> None:
    three.sign_in("amina", path="/sign-in?again=yes")

    assert names(three) == ["amina", "noor"]


def test_sessions_that_have_ended_vanish(three: Visitor, services: Services) -> None:
    held = three.client.get_cookie("proffer_others")
    assert held is not None
    services.authentication.sign_out(held.value.split(".")[0])

    assert names(three) == ["sam", "amina"]


def test_the_front_page_says_whose_it_is_and_that_others_are_here(three: Visitor) -> None:
    page = three.open("/").text

    assert "Signed in as <bdi>sam</bdi>" in page
    assert 'id="in-company"' in page
    assert "Whoever is signed in on this browser stays signed in." in three.open("/sign-in?another=yes").text


def test_a_service_waits_while_one_is_chosen(three: Visitor, services: Services, clock: FrozenClock) -> None:
    register(services)
    clock.advance(seconds=5)
    address = begin(three, prompt="select_account")

    assert names(three, address) == ["sam", "noor", "amina"]
    page = three.page.text if three.page else ""
    noor = re.search(r'<button class="pick"[^>]*value="([^"]+)"[^>]*id="account-2"', page)
    assert noor is not None
    answer = three.send("choose-account", account=noor[1])
    assert urlsplit(str(answer.location)).path == "/authorize"
    assert urlsplit(str(three.open(str(answer.location)).location)).path.startswith("/consent/")
    assert names(three) == ["noor", "sam", "amina"]


def test_using_another_account_keeps_whoever_is_here(visitor: Visitor, services: Services, clock: FrozenClock) -> None:
    register(services)
    visitor.sign_up("amina")
    visitor.open("/sign-up?another=yes")
    clock.advance(seconds=5)
    visitor.open(begin(visitor, prompt="select_account"))

    to_sign_in = visitor.send("choose-account", account="other")
    visitor.open(str(to_sign_in.location))
    assert visitor.send("login", username="amina", password="wrong password").status_code == 422
    visitor.open("/sign-up?another=yes")
    visitor.send("sign-up", username="noor", password=PASSWORD)

    assert "another=yes" in str(to_sign_in.location)
    assert names(visitor) == ["noor", "amina"]


def test_a_forged_choice_changes_nothing(three: Visitor) -> None:
    three.open("/accounts")
    three.send("change-over-2", account="somebody-elses-session")

    assert names(three) == ["sam", "noor", "amina"]


def test_signing_out_leaves_the_browser_to_the_next(three: Visitor) -> None:
    page = three.open("/sign-out").text
    three.send("logout")

    assert 'id="in-company"' in page
    assert names(three) == ["noor", "amina"]


def test_a_service_signs_out_the_citizen_it_means_and_no_other(
    three: Visitor, services: Services, clock: FrozenClock
) -> None:
    register(services)
    noor = next(session for session in _sessions(three, services) if session.secret != _present(three))
    sid = session_identifier(sid=noor.sid, client_id="permits", sub="s")
    now = int(clock.now().timestamp())
    hint = services.keys.signing("RS256").sign(
        {"iss": "http://localhost:8000", "aud": "permits", "sub": "s", "sid": sid, "iat": now, "exp": now + 60}
    )

    answer = three.client.get("/end-session", query_string={"id_token_hint": hint})

    assert answer.status_code == 303
    assert names(three) == ["sam", "amina"]


def _present(visitor: Visitor) -> str:
    held = visitor.client.get_cookie("proffer_session")
    assert held is not None
    return held.value


def _sessions(visitor: Visitor, services: Services) -> list[Session]:
    held = visitor.client.get_cookie("proffer_others")
    assert held is not None
    found = [services.authentication.session(secret) for secret in (_present(visitor), *held.value.split("."))]
    return [session for session in found if session is not None]
