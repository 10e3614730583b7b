"""Signing in a device whose owner says yes on another one (RFC 8628): codes made, settled and used up.

The device code is 256 random bits and opens the sign-on that was sealed for it; only its digest and the public half of
the key that it seeds are kept (VAULT.md). The user code is short, because somebody types it: it opens nothing, lives
for minutes, and trying codes is limited where they are typed (§5.1).
"""

import secrets as _random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from idp.clock import Clock
from idp.crypto import boxes, secrets
from idp.crypto.errors import SealBrokenError
from idp.crypto.typed_codes import normalised, spelt, typed_code
from idp.keys.service import KeyService
from idp.settings.services import DeviceSettings
from idp.storage.db import Database
from idp.tokens.device_store import DeviceRow, DeviceState, DeviceStore
from idp.tokens.errors import (
    DeviceCodeRefusedError,
    DeviceDeniedError,
    DeviceExpiredError,
    DevicePendingError,
    DeviceTooFastError,
)
from idp.tokens.store import TokenStore
from idp.tokens.values import Redeemed, SignOn

#: By how much the interval grows when a device does not wait (§3.5).
SLOWER_SECONDS: Final = 5
_CONTEXT: Final = b"device code:"
_REQUEST: Final = b"device request:"
_ISSUE_BYTES: Final = 16
_TRIES: Final = 5

_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(SignOn)
_parameters: Final = msgspec.msgpack.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Begun:
    """What a device is told (§3.2)."""

    device_code: str = field(repr=False)
    #: As it is shown: two groups of four letters with a hyphen between (§6.1).
    user_code: str = field(repr=False)
    #: Seconds.
    expires_in: int
    interval: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for its owner."""

    digest: bytes = field(repr=False)
    client_id: str
    parameters: Mapping[str, str] = field(repr=False, hash=False)
    created_at: datetime
    expires_at: datetime


class DeviceCodes:
    """What becomes of devices that ask."""

    def __init__(self, *, db: Database, keys: KeyService, clock: Clock, settings: DeviceSettings) -> None:
        self._store = DeviceStore(db=db)
        self._grants = TokenStore(db=db)
        self._keys = keys
        self._clock = clock
        self._settings = settings

    def begin(self, client_id: str, parameters: Mapping[str, str]) -> Begun:
        """Keep the validated request of a device, and name it twice: for the device and for its owner."""
        now = self._clock.now()
        for _ in range(_TRIES):
            device_code, user_code = secrets.token(), typed_code()
            digest = secrets.digest(device_code)
            row = DeviceRow(
                digest=digest,
                client_id=client_id,
                request=self._keys.token_ring().seal(_encode(dict(parameters)), _REQUEST + digest),
                public_key=boxes.public_half(device_code.encode()),
                state=DeviceState.PENDING,
                interval=self._settings.interval_seconds,
                created_at=now,
                polled_at=None,
                expires_at=now + timedelta(seconds=self._settings.lifetime_seconds),
            )
            if self._store.add(row, user_code_digest=secrets.digest(user_code)):
                shown, settings = spelt(user_code), self._settings
                return Begun(device_code, shown, settings.lifetime_seconds, settings.interval_seconds)
        message = "no user code is free"
        raise RuntimeError(message)

    def typed(self, user_code: str) -> Waiting | None:
        """Find the device that shows a code, in whatever way it is typed; None when none waits for it."""
        letters = normalised(user_code)
        row = None if letters is None else self._store.find_typed(secrets.digest(letters))
        if row is None or row.state is not DeviceState.PENDING or row.expires_at <= self._clock.now():
            return None
        try:
            request = self._keys.token_ring().unseal(row.request, _REQUEST + row.digest)
        except SealBrokenError:
            # The key is gone: rotated twice while the device waited.
            return None
        return Waiting(row.digest, row.client_id, _parameters.decode(request), row.created_at, row.expires_at)

    def approve(self, digest: bytes, sign_on: SignOn) -> bool:
        """Seal a sign-on for the device alone; False when it was settled before or waits no longer."""
        row = self._store.find(digest)
        if row is None or row.client_id != sign_on.client_id:
            return False
        return self._store.settle(
            digest,
            DeviceState.APPROVED,
            now=self._clock.now(),
            sealed=boxes.seal_for(row.public_key, _encode(sign_on), context=_CONTEXT + digest),
            account_id=sign_on.account_id,
            grant_id=sign_on.grant_id,
            issue_id=_random.token_bytes(_ISSUE_BYTES),
        )

    def deny(self, digest: bytes) -> bool:
        """Refuse a device; False when it was settled before or waits no longer."""
        return self._store.settle(digest, DeviceState.DENIED, now=self._clock.now())

    def redeem(self, device_code: str, *, client_id: str) -> Redeemed:
        """Use an approved code up, before anything is minted from it (§3.4).

        :raises DevicePendingError: its owner has not decided yet. :raises DeviceTooFastError: and it did not wait.
        :raises DeviceDeniedError: its owner said no. :raises DeviceExpiredError: nobody said anything in time.
        :raises DeviceCodeRefusedError: unknown, another client's, or used.
        """
        digest, now = secrets.digest(device_code), self._clock.now()
        row = self._store.find(digest)
        if row is None or row.client_id != client_id or row.state is DeviceState.USED:
            raise DeviceCodeRefusedError
        if row.expires_at <= now:
            raise DeviceExpiredError
        if row.state is DeviceState.DENIED:
            raise DeviceDeniedError
        if row.state is DeviceState.PENDING:
            raise self._not_yet(row, now)
        taken = self._store.take(digest, client_id=client_id, now=now)
        if taken is None:
            raise DeviceCodeRefusedError
        return self._opened(device_code, *taken, digest=digest, now=now)

    def _not_yet(self, row: DeviceRow, now: datetime) -> DevicePendingError:
        too_fast = row.polled_at is not None and now < row.polled_at + timedelta(seconds=row.interval)
        self._store.polled(row.digest, now=now, longer=SLOWER_SECONDS if too_fast else 0)
        return DeviceTooFastError() if too_fast else DevicePendingError()

    def _opened(self, device_code: str, sealed: bytes, issue_id: bytes, *, digest: bytes, now: datetime) -> Redeemed:
        try:
            content = boxes.open_with(device_code.encode(), sealed, context=_CONTEXT + digest)
        except SealBrokenError:
            raise DeviceCodeRefusedError from None
        sign_on = _decoder.decode(content)
        grant = self._grants.grant(sign_on.grant_id)
        if grant is None or grant.client_id != sign_on.client_id or grant.token_epoch != sign_on.epoch:
            raise DeviceCodeRefusedError
        if not grant.live(now):
            raise DeviceCodeRefusedError
        return Redeemed(sign_on=sign_on, issue_id=issue_id, grant=grant)
