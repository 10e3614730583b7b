"""How long a recovery waits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.recovery.policy import LONGEST, OPEN, times

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@given(hours=st.integers(1, 720), cancelled=st.integers(0, 1000))
def test_it_never_waits_less_than_set_nor_longer_than_a_month(hours: int, cancelled: int) -> None:
    waiting = timedelta(hours=hours)
    found = times(NOW, waiting=waiting, cancelled=cancelled)

    assert waiting <= found.ready_at - NOW <= max(LONGEST, waiting)
    assert found.half_at - NOW == (found.ready_at - NOW) / 2
    assert found.until - found.ready_at == OPEN


def test_each_cancelled_one_doubles_it() -> None:
    waits = [times(NOW, waiting=timedelta(hours=72), cancelled=count).ready_at - NOW for count in range(5)]

    assert waits == [timedelta(hours=hours) for hours in (72, 144, 288, 576, 720)]
