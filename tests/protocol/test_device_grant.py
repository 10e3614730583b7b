"""Devices whose owners say yes on another one. RFC 8628."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from idp.clients.reading import parse
from idp.clients.store import ClientStore
from idp.clients.values import Client, Encryption
from idp.crypto.typed_codes import ALPHABET
from idp.tokens.models import DeviceCode
from tests.doubles import FrozenClock
from tests.protocol.back_channel import error_of
from tests.protocol.sign_on import ISSUER, SECRET, Browser, Page

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
API = "https://api.northtown.example"
FILE: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council"}},
    "clients": [
        {
            "client_id": "tv",
            "organisation": "northtown",
            "name": "Town television",
            "grant_types": [GRANT, "refresh_token"],
            "response_types": [],
            "scope": "openid profile email offline_access records",
            "token_endpoint_auth_method": "none",
            "resources": [API],
        },
        {
            "client_id": "console",
            "organisation": "northtown",
            "name": "Console",
            "grant_types": [GRANT],
            "response_types": [],
            "scope": "openid",
            "secret": SECRET,
        },
        {
            "client_id": "api",
            "organisation": "northtown",
            "name": "Records",
            "grant_types": ["client_credentials"],
            "response_types": [],
            "scope": "records",
            "secret": SECRET,
            "resource_server": True,
            "audiences": [API],
        },
    ],
}


class Device:
    """A television, and its owner's browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.services = browser.services
        self.http = browser.app.test_client()

    def begin(self, **form: str) -> dict[str, Any]:
        sent = {"client_id": "tv", "scope": "openid email", "claims": '{"userinfo":{"given_name":null}}'} | form
        answer = self.http.post("/device_authorization", data=sent)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.get_json()
        return content

    def poll(self, begun: dict[str, Any], **form: str) -> Any:
        sent = {"grant_type": GRANT, "device_code": begun["device_code"], "client_id": "tv"} | form
        return self.http.post("/token", data=sent)

    def send(self, path: str, **fields: str) -> Any:
        """Send one of the page's forms from the owner's browser."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.http.get("/device").text)
        assert token is not None
        return self.browser.http.post(path, data={"csrf_token": token[1]} | fields)

    def confirm(self, begun: dict[str, Any], action: str = "continue") -> Any:
        answer = self.send("/device/confirm", user_code=begun["user_code"], action=action)
        assert answer.status_code == 303, answer.text
        return answer

    def follow(self, answer: Any) -> Page | str:
        """Where the browser comes out: a page of the sign-on, or the end."""
        location = answer.headers["Location"]
        answer = self.browser.http.get(location.removeprefix(ISSUER))
        if answer.status_code == 200:
            return str(location.removeprefix(ISSUER))
        to = answer.headers["Location"]
        if "/consent/" in to:
            return Page("/consent", to.rpartition("/")[2])
        return str(to.removeprefix(ISSUER))

    def approve(self, begun: dict[str, Any], *claims: str, **choices: Any) -> None:
        page = self.follow(self.confirm(begun))
        assert isinstance(page, Page), page
        self.browser.share(page, *claims, **choices)
        assert self.browser.come_back(page).headers["Location"] == f"{ISSUER}/device/approved"


@pytest.fixture
def device(citizen: Browser) -> Device:
    citizen.services.clients.register(parse(FILE))
    return Device(citizen)


def test_a_device_is_told_its_codes_and_where_to_type_one_3_2(device: Device) -> None:
    begun = device.begin()

    assert set(begun) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert begun["verification_uri"] == f"{ISSUER}/device"
    assert begun["verification_uri_complete"] == f"{ISSUER}/device?user_code={begun['user_code']}"
    assert (begun["expires_in"], begun["interval"]) == (600, 5)
    assert len(begun["device_code"]) == 43


def test_a_user_code_is_easy_to_type_and_hard_to_guess_6_1(device: Device) -> None:
    first, second = (device.begin()["user_code"] for _ in range(2))

    assert first != second
    assert first[4] == "-"
    assert set(first.replace("-", "")) <= set(ALPHABET)
    assert len(ALPHABET) ** 8 > 2**34
    assert not set("AEIOUY0123456789") & set(ALPHABET)


def test_the_owner_agrees_and_the_device_is_signed_in(device: Device) -> None:
    begun = device.begin()
    assert error_of(device.poll(begun)) == (400, "authorization_pending")

    device.approve(begun, "given_name")

    tokens = device.poll(begun).get_json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert device.http.get("/userinfo", headers=bearer).get_json()["given_name"] == "Amina"
    assert tokens["id_token"]
    assert "refresh_token" not in tokens


def test_a_device_may_look_again_while_its_owner_is_away_if_both_want_it(device: Device) -> None:
    begun = device.begin(scope="openid offline_access")
    device.approve(begun)

    refresh = device.poll(begun).get_json()["refresh_token"]

    again = device.http.post(
        "/token", data={"grant_type": "refresh_token", "refresh_token": refresh, "client_id": "tv"}
    )
    assert again.status_code == 200


def test_a_device_may_ask_for_a_resource(device: Device) -> None:
    begun = device.begin(scope="openid records", resource=API)
    device.approve(begun)

    answer = device.poll(begun, resource=API).get_json()

    assert answer["access_token"].count(".") == 2
    assert answer["scope"] == "records"


def test_a_device_code_is_used_once(device: Device) -> None:
    begun = device.begin()
    device.approve(begun)
    assert device.poll(begun).status_code == 200

    assert error_of(device.poll(begun)) == (400, "invalid_grant")


def test_without_a_key_to_encrypt_its_answer_with_a_device_code_is_not_used_up(device: Device) -> None:
    begun = device.begin()
    device.approve(begun)
    plain = device.services.clients.get("tv")
    assert plain is not None
    keep(device, replace(plain, id_token_encryption=Encryption("RSA-OAEP-256", "A128GCM")))

    assert error_of(device.poll(begun)) == (400, "invalid_request")

    keep(device, plain)
    assert device.poll(begun).status_code == 200


def keep(device: Device, client: Client) -> None:
    """Change a service without looking at what it registers, and have it read anew."""
    ClientStore(db=device.services.db).put(client, now=device.services.clock.now())
    device.services.clients.approve(client.client_id)


def test_of_two_polls_at_once_one_wins(device: Device) -> None:
    begun = device.begin()
    device.approve(begun)

    def redeem(_: int) -> bool:
        with device.browser.app.app_context():
            try:
                device.services.devices.redeem(begun["device_code"], client_id="tv")
            except Exception:  # noqa: BLE001 - whichever way it loses
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(redeem, range(4))) == [False, False, False, True]


def test_a_device_that_does_not_wait_is_slowed_down_for_good_3_5(device: Device, clock: FrozenClock) -> None:
    begun = device.begin()
    assert error_of(device.poll(begun)) == (400, "authorization_pending")

    clock.advance(seconds=4)
    assert error_of(device.poll(begun)) == (400, "slow_down")

    clock.advance(seconds=9)
    assert error_of(device.poll(begun)) == (400, "slow_down")
    clock.advance(seconds=15)
    assert error_of(device.poll(begun)) == (400, "authorization_pending")


def test_a_refusal_reaches_the_device(device: Device) -> None:
    begun = device.begin()
    page = device.follow(device.confirm(begun))
    assert isinstance(page, Page)
    device.browser.refuse(page)

    assert device.browser.come_back(page).headers["Location"] == f"{ISSUER}/device/denied"
    assert error_of(device.poll(begun)) == (400, "access_denied")


def test_a_device_that_is_not_the_citizens_is_refused_at_once(device: Device) -> None:
    begun = device.begin()

    assert device.confirm(begun, "deny").headers["Location"] == "/device/denied"

    assert error_of(device.poll(begun)) == (400, "access_denied")


def test_a_code_ends(device: Device, clock: FrozenClock) -> None:
    begun = device.begin()
    clock.advance(seconds=600)

    assert error_of(device.poll(begun)) == (400, "expired_token")
    assert device.send("/device", user_code=begun["user_code"]).status_code == 422


def test_a_standing_choice_is_remembered_and_the_code_is_confirmed_all_the_same(device: Device) -> None:
    device.approve(device.begin(), "given_name")
    begun = device.begin()

    assert device.follow(device.confirm(begun)) == "/device/approved"
    assert device.poll(begun).status_code == 200


def test_whoever_is_not_signed_in_signs_in_first(device: Device) -> None:
    begun = device.begin()
    device.browser.http.delete_cookie("proffer_session", domain="localhost")

    assert str(device.follow(device.confirm(begun))).startswith("/sign-in?interaction=")


def test_stopping_to_share_ends_what_a_device_has_not_fetched(device: Device) -> None:
    begun = device.begin()
    device.approve(begun)
    session = device.browser.signed_in()
    grant = device.services.consent.standing(session.account_id, "tv")
    assert grant is not None
    device.services.consent.withdraw(account_id=session.account_id, grant_id=grant.id)

    assert error_of(device.poll(begun)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "nobody"}, (401, "invalid_client")),
        ({"client_id": "console"}, (401, "invalid_client")),
        ({"client_id": "app"}, (400, "unauthorized_client")),
        ({"scope": "email"}, (400, "invalid_scope")),
        ({"claims": "{"}, (400, "invalid_request")),
        ({"resource": "https://nobody.example"}, (400, "invalid_target")),
    ],
)
def test_what_is_wrong_with_a_request_is_said_3_2(device: Device, form: dict[str, str], error: tuple[int, str]) -> None:
    sent = {"client_id": "tv", "scope": "openid"} | form

    assert error_of(device.http.post("/device_authorization", data=sent)) == error


def test_the_age_of_a_sign_in_that_a_service_registered_holds_for_its_devices_too(
    device: Device, clock: FrozenClock
) -> None:
    """OIDC Registration §2 (default_max_age): the citizen must be actively authenticated."""
    file = {**FILE, "clients": [{**FILE["clients"][0], "default_max_age": 300}, *FILE["clients"][1:]]}
    device.services.clients.register(parse(file))
    assert not str(device.follow(device.confirm(device.begin()))).startswith("/sign-in")
    clock.advance(seconds=301)

    assert str(device.follow(device.confirm(device.begin()))).startswith("/sign-in?interaction=")


def test_parameters_in_the_query_or_twice_are_refused(device: Device) -> None:
    body = "client_id=tv&scope=openid&scope=openid"
    twice = device.http.post("/device_authorization", data=body, content_type="application/x-www-form-urlencoded")

    assert error_of(twice) == (400, "invalid_request")
    assert error_of(device.http.post("/device_authorization?client_id=tv")) == (400, "invalid_request")


@pytest.mark.parametrize(
    "form",
    [{"device_code": "made-up"}, {"device_code": "é"}, {"client_id": "console", "client_secret": SECRET}],
)
def test_a_made_up_code_and_another_clients_are_no_grant(device: Device, form: dict[str, str]) -> None:
    begun = device.begin()

    answer = device.poll(begun, **form)

    assert error_of(answer) in {(400, "invalid_grant"), (401, "invalid_client")}


def test_without_a_device_code_the_request_is_invalid(device: Device) -> None:
    answer = device.http.post("/token", data={"grant_type": GRANT, "client_id": "tv"})

    assert error_of(answer) == (400, "invalid_request")


def test_the_database_alone_opens_nothing(device: Device) -> None:
    begun = device.begin()
    device.approve(begun, "given_name")

    with device.services.db.reading() as connection:
        row = connection.execute(select(DeviceCode.__table__)).mappings().one()

    stored = repr(dict(row))
    assert begun["device_code"] not in stored
    assert begun["user_code"].replace("-", "") not in stored
    assert row["sealed"] is not None


def test_ended_codes_are_purged(device: Device, clock: FrozenClock) -> None:
    device.begin()
    clock.advance(seconds=3 * 3600)

    assert device.services.tokens.purge(10) >= 1

    with device.services.db.reading() as connection:
        assert connection.execute(select(DeviceCode.__table__)).one_or_none() is None


def test_discovery_says_so_4(device: Device) -> None:
    said = device.http.get("/.well-known/openid-configuration").get_json()

    assert said["device_authorization_endpoint"] == f"{ISSUER}/device_authorization"
    assert GRANT in said["grant_types_supported"]
