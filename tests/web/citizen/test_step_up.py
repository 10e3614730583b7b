"""The page that asks for what a service wants beyond the session. OIDC Core §5.5.1.1, §3.1.2.1 (acr_values)."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import register
from tests.web.citizen.test_authenticator import Telephone, set_up, telephone
from tests.web.citizen.test_service_waiting import begin
from tests.web.citizen.visitor import Visitor

__all__ = ["telephone"]

SECOND = "urn:proffer:acr:second-factor"
NEW_PASSWORD = "violet anchor teapot river"
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "value": SECOND}}})


@pytest.fixture(autouse=True)
def _registered(services: Services) -> None:
    register(services)


@pytest.fixture
def weak(visitor: Visitor, telephone: Telephone, clock: FrozenClock) -> Visitor:
    """A citizen with an app, who got in by recovery code."""
    code = visitor.sign_up()
    set_up(visitor, telephone)
    visitor.open("/recover")
    visitor.send("recover", username="amina", recovery_code=code, password=NEW_PASSWORD)
    clock.advance(minutes=1)
    return visitor


def test_only_the_code_is_asked_for_and_the_request_goes_on(weak: Visitor, telephone: Telephone) -> None:
    before = weak.client.get_cookie("proffer_session")
    address = begin(weak, claims=ESSENTIAL)
    page = weak.open(address).text
    assert 'id="password"' not in page
    assert "Parking permits" in page

    assert weak.send("step-up", code="").status_code == 422
    assert weak.send("step-up", code="000000").status_code == 422
    answer = weak.send("step-up", code=telephone.code())

    assert answer.location == f"/authorize?interaction={address.rpartition('/')[2]}"
    after = weak.client.get_cookie("proffer_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert urlsplit(str(weak.open(str(answer.location)).location)).path.startswith("/consent/")


def test_going_back_is_the_proper_error(weak: Visitor) -> None:
    weak.open(begin(weak, claims=ESSENTIAL, state="kept"))
    assert "Go back to the service" in (weak.page.text if weak.page else "")

    answer = weak.open(str(weak.send("step-up-without", answer="without").location))

    sent = parse_qs(urlsplit(str(answer.location)).query)
    assert (sent["error"], sent["state"]) == (["unmet_authentication_requirements"], ["kept"])


def test_a_wish_can_be_passed_over(weak: Visitor) -> None:
    weak.open(begin(weak, acr_values=SECOND))
    assert "Continue without it" in (weak.page.text if weak.page else "")

    answer = weak.open(str(weak.send("step-up-without", answer="without").location))

    assert urlsplit(str(answer.location)).path.startswith("/consent/")


def test_a_citizen_without_an_app_sets_one_up_on_the_way(visitor: Visitor, telephone: Telephone) -> None:
    visitor.sign_up()
    address = begin(visitor, claims=ESSENTIAL)
    page = visitor.open(address).text
    interaction = address.rpartition("/")[2]
    assert f'href="/security/authenticator?interaction={interaction}"' in page

    onward = set_up(visitor, telephone, path=f"/security/authenticator?interaction={interaction}")

    assert onward == f"/authorize?interaction={interaction}"
    assert urlsplit(str(visitor.open(onward).location)).path.startswith("/consent/")


def test_the_page_belongs_to_the_browser_that_began(weak: Visitor, other_browser: Visitor) -> None:
    address = begin(weak, claims=ESSENTIAL)
    other_browser.sign_up("noor")

    assert other_browser.open(address).status_code == 410
