"""Telling at once, beside the requests."""

import threading

from idp.notices.courier import Courier


def test_no_thread_runs_before_there_is_something_to_tell() -> None:
    courier = Courier(lambda _notice: None)

    assert not [thread for thread in threading.enumerate() if thread.name == "courier"]
    courier.stop(wait_seconds=1)


def test_sending_does_not_wait_for_a_slow_service_and_others_are_told_meanwhile() -> None:
    slow, told = threading.Event(), threading.Event()

    def tell(notice: str) -> None:
        if notice == "slow":
            slow.wait(10)
        else:
            told.set()

    courier = Courier(tell)
    courier.send("slow")
    courier.send("quick")

    assert told.wait(5)
    slow.set()
    courier.stop(wait_seconds=5)


def test_stopping_tells_what_waits_and_takes_nothing_more() -> None:
    told: list[str] = []
    courier = Courier(told.append)
    for number in range(20):
        courier.send(str(number))
    courier.stop(wait_seconds=5)
    courier.send("late")

    assert sorted(told) == sorted(str(number) for number in range(20))


def test_a_failure_does_not_end_the_thread() -> None:
    told: list[str] = []

    def tell(notice: str) -> None:
        if notice == "bad":
            raise ZeroDivisionError
        told.append(notice)

    courier = Courier(tell)
    for notice in ("bad", "bad", "bad", "bad", "bad", "good"):
        courier.send(notice)
    courier.stop(wait_seconds=5)

    assert told == ["good"]
