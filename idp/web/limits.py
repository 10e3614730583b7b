"""How often one address may call what costs us something or guesses secrets.

The rates come from settings (``limits``, as "20/minute"). An address is one IPv4 host or one IPv6 /64,
which is what a single customer gets. Behind proxies the address is what the configured number of
them vouches for (see ``idp.web``).
"""

from __future__ import annotations

import ipaddress
import time
from functools import wraps
from typing import TYPE_CHECKING, cast

from flask import current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from idp.web.problems import TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from idp.settings import LimitSettings

#: The setting that lifts a limit.
OFF = "off"

_KEY = "proffer.limits"
_IPV6_PREFIX = 64


class Limits:
    """The deployment's rates and the counters behind them."""

    def __init__(self, settings: LimitSettings) -> None:
        """Count in a ``limits`` storage: ``memory://`` for one process, ``redis://...`` for several."""
        rates = settings.model_dump(exclude={"storage"})
        # Two counters a key, however high the rate: a window of time stamps would grow with the calls.
        self._counter = SlidingWindowCounterRateLimiter(storage_from_string(settings.storage))
        self._rates = {name: parse(rate) if rate != OFF else None for name, rate in rates.items()}

    def hit(self, name: str, address: str | None, *, whose: str = "") -> int | None:
        """Count one call.

        :param whose: counts for somebody who is known otherwise, and not for the address.
        :returns: None when it may pass, else the whole seconds until the next one may.
        """
        rate = self._rates[name]
        if rate is None:
            return None
        key = whose or prefix(address)
        return None if self._counter.hit(rate, name, key) else self._wait(rate, name, key)

    def full(self, name: str, address: str | None) -> int | None:
        """Look without counting: None while another call may pass, else the whole seconds until one may."""
        rate = self._rates[name]
        if rate is None:
            return None
        key = prefix(address)
        return None if self._counter.test(rate, name, key) else self._wait(rate, name, key)

    def _wait(self, rate: RateLimitItem, name: str, key: str) -> int:
        window = self._counter.get_window_stats(rate, name, key)
        return max(1, int(window.reset_time - time.time()) + 1)


def init_app(app: Flask, settings: LimitSettings) -> None:
    """Give the application its limits."""
    app.extensions[_KEY] = Limits(settings)


def exceeded(name: str, address: str | None = None, *, whose: str = "") -> int | None:
    """Count a call; the seconds to wait when its address has asked too often, else None.

    :param address: who calls; that of Flask's current request when left out.
    :param whose: counts for somebody who is known otherwise, and not for the address.
    """
    limits = cast("Limits", current_app.extensions[_KEY])
    return limits.hit(name, address or request.remote_addr, whose=whose)


def spent(name: str) -> int | None:
    """Look without counting: the seconds to wait when the address has had its share already, else None."""
    return cast("Limits", current_app.extensions[_KEY]).full(name, request.remote_addr)


def limited(
    name: str, *, methods: tuple[str, ...] = ("POST",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Refuse calls beyond the rate of that name; stands under the audience decorator."""

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def count(*args: object, **kwargs: object) -> ResponseReturnValue:
            if request.method in methods and (wait := exceeded(name)) is not None:
                raise TooManyRequestsError(retry_after=wait)
            return view(*args, **kwargs)

        return count

    return decorate


def prefix(address: str | None) -> str:
    """Name what one customer's addresses have in common."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)
