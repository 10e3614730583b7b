from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.slow_down import (
    BROWSER_ALLOWANCE,
    LONGEST_WAIT,
    NETWORK_ALLOWANCE,
    PRESSURE_WINDOW,
    WINDOW,
    Bucket,
    Tries,
    allowance,
    counted,
    network,
    pressed,
    wait,
)

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
NOTHING = timedelta(0)


class Account:
    """One account at whose door people knock; the policy with its counters in memory."""

    def __init__(self) -> None:
        self.tries: dict[tuple[Bucket, str], Tries] = {}
        self.pressure: Tries | None = None

    def wait(self, bucket: Bucket, place: str, now: datetime) -> timedelta:
        pressure = self.pressure.at(now) if self.pressure else 0
        return wait(self.tries.get((bucket, place)), free=allowance(bucket, pressure=pressure), now=now)

    def guess(self, bucket: Bucket, place: str, now: datetime) -> bool:
        """Tell whether a guess was let in; it is always wrong."""
        if self.wait(bucket, place, now):
            return False
        self.tries[bucket, place] = counted(self.tries.get((bucket, place)), now=now)
        self.pressure = pressed(self.pressure, now=now)
        return True


attacks = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 120)), max_size=150)


def attacked(attack: list[tuple[int, int]]) -> tuple[Account, datetime]:
    account, now = Account(), START
    for place, seconds in attack:
        now += timedelta(seconds=seconds)
        account.guess(Bucket.NETWORK, f"stranger {place}", now)
    return account, now


@given(attack=attacks)
def test_strangers_never_keep_an_owner_out_of_a_known_browser(attack: list[tuple[int, int]]) -> None:
    account, now = attacked(attack)

    assert account.wait(Bucket.BROWSER, "the owner's", now) == NOTHING


@given(attack=attacks)
def test_strangers_never_keep_an_owner_out_of_a_fresh_network(attack: list[tuple[int, int]]) -> None:
    account, now = attacked(attack)

    assert account.wait(Bucket.NETWORK, "a hotel", now) == NOTHING


@given(attack=attacks)
def test_an_owner_who_shares_a_network_with_a_stranger_waits_no_longer_than_the_limit(
    attack: list[tuple[int, int]],
) -> None:
    account, now = attacked(attack)

    assert max(account.wait(Bucket.NETWORK, f"stranger {place}", now) for place in range(31)) <= LONGEST_WAIT


@given(attack=attacks, slips=st.integers(0, BROWSER_ALLOWANCE - 1))
def test_an_owner_may_mistype_in_a_known_browser_during_an_attack(attack: list[tuple[int, int]], slips: int) -> None:
    account, now = attacked(attack)

    assert all(account.guess(Bucket.BROWSER, "the owner's", now) for _ in range(slips + 1))


@given(interval=st.integers(1, 60))
def test_one_network_guesses_slowly_however_it_times_its_tries(interval: int) -> None:
    account = Account()

    guesses = sum(
        account.guess(Bucket.NETWORK, "stranger", START + timedelta(seconds=second))
        for second in range(0, 3600, interval)
    )

    assert guesses <= NETWORK_ALLOWANCE + 9 + 3600 / LONGEST_WAIT.total_seconds()


def test_many_networks_together_get_one_guess_each_in_a_window() -> None:
    account = Account()
    for place in range(100):
        account.guess(Bucket.NETWORK, f"bot {place}", START)

    let_in = [account.guess(Bucket.NETWORK, "one more", START) for _ in range(5)]

    assert let_in == [True, False, False, False, False]


@given(count=st.integers(0, 10**6), pressure=st.integers(0, 10**9))
def test_an_allowance_is_never_less_than_one_try(count: int, pressure: int) -> None:
    assert all(allowance(bucket, pressure=pressure) >= 1 for bucket in Bucket)
    free = allowance(Bucket.NETWORK, pressure=pressure)
    held = Tries(count=count, last_at=START, expires_at=START + WINDOW)
    assert NOTHING <= wait(held, free=free, now=START) <= LONGEST_WAIT


def test_waits_double_up_to_the_limit() -> None:
    waits = [
        wait(Tries(count=count, last_at=START, expires_at=START + WINDOW), free=5, now=START).total_seconds()
        for count in (4, 5, 6, 7, 11, 12, 13, 10_000)
    ]

    assert waits == [0, 2, 4, 8, 128, 256, 300, 300]


def test_tries_are_forgotten_after_a_quiet_while() -> None:
    held = Tries(count=50, last_at=START, expires_at=START + WINDOW)

    assert wait(held, free=1, now=START + WINDOW) == NOTHING
    assert counted(held, now=START + WINDOW).count == 1


def test_pressure_passes_after_its_window_however_long_an_attack_lasts() -> None:
    pressure = None
    for minute in range(60):
        pressure = pressed(pressure, now=START + timedelta(minutes=minute))

    assert pressure is not None
    assert pressure.count == 60
    assert pressed(pressure, now=START + PRESSURE_WINDOW).count == 1


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix socket", "unknown"),
        ("another text", "unknown"),
    ],
)
def test_an_address_counts_with_its_network(address: str, place: str) -> None:
    assert network(address) == place
