"""What many do at once, against two workers on SQLite and on PostgreSQL."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.journeys import services
from tests.journeys.citizen import Citizen
from tests.journeys.plain_browser import PlainBrowser
from tests.journeys.provider import StartedProvider
from tests.journeys.services import CALLBACK, COUNCIL_SECRET, claims

PARALLEL = 20


def code_of(citizen: Citizen) -> str:
    """A code from a sign-on that may refresh."""
    request = {
        "response_type": "code",
        "client_id": "council",
        "redirect_uri": CALLBACK,
        "scope": "openid offline_access",
        "prompt": "consent",
        "claims": claims("given_name"),
    }
    citizen.browser.open(f"{citizen.provider.issuer}/authorize?{urlencode(request)}")
    citizen.choose("given_name")
    return parse_qs(urlsplit(citizen.browser.url).query)["code"][0]


def ask(provider: StartedProvider, **form: str) -> requests.Response:
    """One token request, on a connection of its own, so that both workers take part."""
    basic = base64.b64encode(f"council:{COUNCIL_SECRET}".encode()).decode()
    return requests.post(f"{provider.issuer}/token", data=form, headers={"Authorization": f"Basic {basic}"}, timeout=30)


def all_at_once(provider: StartedProvider, **form: str) -> list[requests.Response]:
    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(lambda _: ask(provider, **form), range(PARALLEL)))


def test_twenty_parallel_redemptions_of_a_code_give_one_success(amina: Citizen) -> None:
    provider = amina.provider
    for _ in range(3):
        code = code_of(amina)

        answers = all_at_once(provider, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)

        assert sorted(answer.status_code for answer in answers) == [200] + [400] * (PARALLEL - 1)
        assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}


def test_a_code_that_was_raced_for_leaves_no_living_token(amina: Citizen) -> None:
    provider = amina.provider
    code = code_of(amina)

    answers = all_at_once(provider, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)

    (winner,) = (answer.json() for answer in answers if answer.status_code == 200)
    bearer = {"Authorization": f"Bearer {winner['access_token']}"}
    assert requests.get(f"{provider.issuer}/userinfo", headers=bearer, timeout=10).status_code == 401
    assert ask(provider, grant_type="refresh_token", refresh_token=winner["refresh_token"]).status_code == 400


def test_twenty_parallel_refreshes_leave_one_lineage(amina: Citizen) -> None:
    provider = amina.provider
    first = ask(provider, grant_type="authorization_code", code=code_of(amina), redirect_uri=CALLBACK).json()

    answers = all_at_once(provider, grant_type="refresh_token", refresh_token=first["refresh_token"])

    # Within the grace everybody who lost an answer gets the same next generation: whichever of them is used next
    # moves on, and the others end with it.
    assert {answer.status_code for answer in answers} == {200}
    successors = [answer.json()["refresh_token"] for answer in answers]
    again = [ask(provider, grant_type="refresh_token", refresh_token=each).status_code for each in successors[:5]]
    assert again[0] == 200


def test_two_sign_ins_of_one_citizen_in_the_same_second_succeed(amina: Citizen) -> None:
    def sign_in(_: int) -> str:
        browser = PlainBrowser()
        browser.open(f"{amina.provider.issuer}/sign-in")
        browser.submit("login-submit", typed={"username": amina.login, "password": amina.password})
        return browser.path

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(sign_in, range(2))) == ["/", "/"]


def test_without_a_grace_one_of_twenty_refreshes_succeeds(tmp_path: Path) -> None:
    provider = StartedProvider(tmp_path, PROFFER_TOKENS__REFRESH_GRACE_SECONDS="0")
    provider.command("migrate")
    provider.import_clients(services.described())
    provider.start()
    try:
        citizen = Citizen(provider)
        citizen.sign_up()
        citizen.add_detail("given_name", "Amina")
        first = ask(provider, grant_type="authorization_code", code=code_of(citizen), redirect_uri=CALLBACK).json()

        answers = all_at_once(provider, grant_type="refresh_token", refresh_token=first["refresh_token"])

        assert sorted(answer.status_code for answer in answers) == [200] + [400] * (PARALLEL - 1)
    finally:
        provider.stop()
