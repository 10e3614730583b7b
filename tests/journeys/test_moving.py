"""A citizen moves from one running provider to another, and the same service knows her by the same identifier.

Then she closes the account that she left, and nothing of it is found in the database, nor anything that she typed.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.journeys import services
from tests.journeys.citizen import Citizen
from tests.journeys.leaks import haystacks, leaks
from tests.journeys.provider import StartedProvider
from tests.journeys.services import CALLBACK, COUNCIL_SECRET, claims

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_PASSWORD = "velvet-anchor-quarry-nine"
DETAILS = {"given_name": "Wilhelmina-Quorra", "email": "quorra@moving-search.example"}


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedProvider]:
    """A second provider that works with the same services."""
    started = StartedProvider(tmp_path_factory.mktemp("elsewhere"), workers=1)
    started.command("migrate")
    started.import_clients(services.described())
    started.start()
    yield started
    assert started.stop() == 0


def sign_on(citizen: Citizen, *tick: str) -> dict[str, object]:
    """Sign on to the council, choosing these; gives what UserInfo tells it."""
    provider, browser = citizen.provider, citizen.browser
    request = {
        "response_type": "code",
        "client_id": "council",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "a-state",
        "claims": claims(*DETAILS),
    }
    browser.open(f"{provider.issuer}/authorize?{urlencode(request)}")
    if not browser.url.startswith(CALLBACK):
        browser.submit("consent-allow", tick=tick)
    assert browser.url.startswith(CALLBACK), browser.text
    code = parse_qs(urlsplit(browser.url).query)["code"][0]
    basic = base64.b64encode(f"council:{COUNCIL_SECRET}".encode()).decode()
    tokens = requests.post(
        f"{provider.issuer}/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
        headers={"Authorization": f"Basic {basic}"},
        timeout=10,
    ).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told: dict[str, object] = requests.get(f"{provider.issuer}/userinfo", headers=bearer, timeout=10).json()
    return told


def download(citizen: Citizen) -> bytes:
    citizen.browser.open(f"{citizen.provider.issuer}/leaving/download")
    typed = {"file_password": FILE_PASSWORD, "file_password_again": FILE_PASSWORD}
    citizen.browser.submit("download-submit", typed=typed)
    assert citizen.browser.status == 200, citizen.browser.text
    return citizen.browser.body.encode("ascii")


def bring(citizen: Citizen, file: bytes) -> None:
    browser = citizen.browser
    browser.open(f"{citizen.provider.issuer}/leaving/bring")
    browser.submit("bring-submit", typed={"file_password": FILE_PASSWORD}, files={"file": ("proffer.jwe", file)})
    assert browser.heading == "What this file brings", browser.text
    browser.submit("look-bring")
    assert browser.path == "/details", browser.text


def test_a_citizen_moves_and_the_service_knows_her_again(provider: StartedProvider, elsewhere: StartedProvider) -> None:
    before = Citizen(provider)
    before.sign_up()
    for claim, value in DETAILS.items():
        before.add_detail(claim, value)
    told = sign_on(before, "claim-given_name", "claim-email")
    assert told["given_name"] == DETAILS["given_name"]
    file = download(before)

    after = Citizen(elsewhere)
    after.sign_up()
    bring(after, file)

    # Her choice is remembered and asked once: the page opens with what she had ticked.
    assert sign_on(after) == told
    after.browser.open(f"{elsewhere.issuer}/activity/earlier")
    assert "You shared with Parking permits" in after.browser.text
    assert provider.issuer in after.browser.text

    before.browser.open(f"{provider.issuer}/leaving/close")
    before.browser.submit("close-submit", tick=("sure",))
    assert before.browser.heading == "Your account is being closed"
    sub = str(told["sub"])
    assert _holding(provider, sub)
    _let_time_pass(provider)
    provider.command("purge")

    assert _holding(provider, sub) == []
    known = {"login": before.login, "file password": FILE_PASSWORD, **DETAILS}
    assert leaks(known, provider.database_url, provider.log_path) == []
    assert leaks(known, elsewhere.database_url, elsewhere.log_path) == []
    assert sign_on(after) == told


def _let_time_pass(provider: StartedProvider) -> None:
    """Have the grace period be over."""
    engine = create_engine(provider.database_url)
    with engine.begin() as connection:
        statement = "UPDATE account SET closes_at = '2000-01-01 00:00:00' WHERE closes_at IS NOT NULL"
        assert connection.execute(text(statement)).rowcount == 1
    engine.dispose()


def _holding(provider: StartedProvider, value: str) -> list[str]:
    """The columns in which a value stands, free pages of the file aside."""
    forms = {value.encode(), json.dumps(value)[1:-1].encode()}
    return [
        place
        for place, hay in haystacks(provider.database_url)
        if "sqlite" not in place and any(form in hay for form in forms)
    ]
