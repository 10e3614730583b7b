"""Device codes in both databases. RFC 8628 §3.4, §3.5."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from idp.clients.directory import ClientDirectory
from idp.crypto.typed_codes import normalised
from idp.settings.services import DeviceSettings
from idp.tokens.devices import DeviceCodes
from idp.tokens.errors import (
    DeviceCodeRefusedError,
    DeviceDeniedError,
    DeviceExpiredError,
    DevicePendingError,
    DeviceTooFastError,
)
from idp.tokens.models import DeviceCode
from tests.doubles import FrozenClock
from tests.protocol.requests import COUNCIL
from tests.tokens.rig import Rig
from tests.tokens.sign_ons import SIGN_ON

CLIENT = SIGN_ON.client_id


@pytest.fixture
def devices(rig: Rig, clock: FrozenClock) -> DeviceCodes:
    return DeviceCodes(db=rig.db, keys=rig.keys, clock=clock, settings=DeviceSettings())


def approved(devices: DeviceCodes) -> str:
    begun = devices.begin(CLIENT, {"scope": "openid"})
    waiting = devices.typed(begun.user_code)
    assert waiting is not None
    assert dict(waiting.parameters) == {"scope": "openid"}
    assert devices.approve(waiting.digest, SIGN_ON)
    return begun.device_code


def test_what_was_agreed_is_opened_by_the_device_code_alone(devices: DeviceCodes) -> None:
    redeemed = devices.redeem(approved(devices), client_id=CLIENT)

    assert redeemed.sign_on == SIGN_ON
    assert redeemed.grant.id == SIGN_ON.grant_id
    assert len(redeemed.issue_id) == 16


def test_of_many_polls_at_once_one_gets_it(rig: Rig, devices: DeviceCodes) -> None:
    code = approved(devices)

    def redeem(_: int) -> bool:
        with rig.app.app_context():
            try:
                devices.redeem(code, client_id=CLIENT)
            except DeviceCodeRefusedError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(redeem, range(6))) == 1


def test_a_device_is_settled_once(devices: DeviceCodes) -> None:
    begun = devices.begin(CLIENT, {})
    waiting = devices.typed(begun.user_code)
    assert waiting is not None

    assert devices.deny(waiting.digest)

    assert not devices.approve(waiting.digest, SIGN_ON)
    assert not devices.deny(waiting.digest)
    assert devices.typed(begun.user_code) is None
    with pytest.raises(DeviceDeniedError):
        devices.redeem(begun.device_code, client_id=CLIENT)


def test_another_clients_sign_on_approves_nothing(devices: DeviceCodes) -> None:
    begun = devices.begin("another", {})
    waiting = devices.typed(begun.user_code)
    assert waiting is not None

    assert not devices.approve(waiting.digest, SIGN_ON)


def test_each_poll_that_comes_too_early_adds_five_seconds(devices: DeviceCodes, clock: FrozenClock) -> None:
    code = devices.begin(CLIENT, {}).device_code

    def poll() -> type[Exception]:
        with pytest.raises(DevicePendingError) as refused:
            devices.redeem(code, client_id=CLIENT)
        return refused.type

    assert poll() is DevicePendingError
    assert poll() is DeviceTooFastError
    clock.advance(seconds=9)
    assert poll() is DeviceTooFastError
    clock.advance(seconds=15)
    assert poll() is DevicePendingError


def test_a_device_comes_too_late(devices: DeviceCodes, clock: FrozenClock) -> None:
    code = approved(devices)
    clock.advance(seconds=600)

    with pytest.raises(DeviceExpiredError):
        devices.redeem(code, client_id=CLIENT)


@pytest.mark.parametrize("client_id", ["another", ""])
def test_a_strangers_attempt_leaves_the_code_alone(devices: DeviceCodes, client_id: str) -> None:
    code = approved(devices)
    with pytest.raises(DeviceCodeRefusedError):
        devices.redeem(code, client_id=client_id)

    assert devices.redeem(code, client_id=CLIENT).sign_on == SIGN_ON


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("bcdf-ghjk", "BCDFGHJK"),
        (" b c d f\tghjk ", "BCDFGHJK"),
        ("BCDF-GHJ", None),
        ("BCDF-GHJA", None),
        ("ßCDF-GHJK", None),
        ("", None),
    ],
)
def test_a_typed_code_is_read_kindly_and_not_guessed(typed: str, read: str | None) -> None:
    assert normalised(typed) == read


def test_what_a_client_is_found_by_is_nothing_until_it_is_kept(rig: Rig) -> None:
    directory = ClientDirectory(db=rig.db)
    portal = replace(
        COUNCIL, client_id=CLIENT, web_origins=("https://app.example",), audiences=("https://api.example",)
    )

    directory.keep(portal)
    directory.keep(portal)

    assert directory.owners(["https://api.example", "https://other.example"]) == {"https://api.example": CLIENT}
    assert directory.has_origin("https://app.example")
    assert directory.owner("https://api.example") == CLIENT
    directory.keep(replace(portal, web_origins=(), audiences=()))
    assert not directory.has_origin("https://app.example")
    assert directory.owner("https://api.example") is None


def test_what_was_asked_for_is_sealed_because_it_can_name_the_citizen(rig: Rig, devices: DeviceCodes) -> None:
    """OIDC Core §5.5.1: a service may ask whether a detail has a value."""
    asked = {"scope": "openid", "claims": '{"userinfo":{"email":{"value":"amina@example.org"}}}'}
    begun = devices.begin(CLIENT, asked)

    with rig.db.reading() as connection:
        kept = connection.execute(select(DeviceCode.request)).scalar_one()
    assert b"amina" not in kept
    waiting = devices.typed(begun.user_code)
    assert waiting is not None
    assert waiting.parameters == asked


def test_what_was_asked_for_opens_in_its_own_row_only(rig: Rig, devices: DeviceCodes) -> None:
    codes = [devices.begin(CLIENT, {"scope": scope}).user_code for scope in ("openid", "openid email")]
    with rig.db.transaction() as session:
        session.execute(update(DeviceCode).values(request=select(DeviceCode.request).limit(1).scalar_subquery()))

    assert sorted(devices.typed(code) is None for code in codes) == [False, True]
