"""Slow servers of strangers, and how much of a worker's time they can take."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from idp.outbound.errors import FetchFailedError
from idp.outbound.fetch import Fetcher
from idp.outbound.patience import Patience
from idp.settings import OutboundSettings
from tests.outbound.servers import saying, serving

TIMEOUT = 5.0


class Watch:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.patience = Patience(now=lambda: self.seconds)

    def fetch(self, host: str, *, takes: float, answers: bool = True) -> bool:
        """Tell whether the host was asked at all."""
        asked = False
        try:
            with self.patience.waiting(host, most=TIMEOUT):
                asked = True
                self.seconds += takes
                self._end(answers=answers)
        except FetchFailedError:
            pass
        return asked

    def _end(self, *, answers: bool) -> None:
        if not answers:
            raise FetchFailedError


def test_a_host_that_never_answers_is_soon_left_alone_and_tried_again_later() -> None:
    watch = Watch()

    tried = [watch.fetch("slow.example", takes=TIMEOUT, answers=False) for _ in range(10)]
    watch.seconds += 60

    assert tried == [True] * 3 + [False] * 7
    assert watch.fetch("slow.example", takes=0.1)


def test_any_number_of_slow_hosts_takes_a_fifth_of_one_thread() -> None:
    watch, began = Watch(), 1000.0
    waited = 0.0
    for number in range(4000):
        if watch.fetch(f"h{number}.evil.example", takes=TIMEOUT, answers=False):
            waited += TIMEOUT
        else:
            watch.seconds += 0.5

    assert waited < 25 + 0.22 * (watch.seconds - began)


def test_hosts_that_answer_are_fetched_from_whatever_strangers_do() -> None:
    watch = Watch()
    assert watch.fetch("council.example", takes=0.1)
    while watch.fetch("a.evil.example", takes=TIMEOUT, answers=False) or watch.fetch(
        "b.evil.example", takes=TIMEOUT, answers=False
    ):
        pass

    assert not watch.fetch("c.evil.example", takes=0.1)
    assert all(watch.fetch("council.example", takes=0.1) for _ in range(100))


def test_hosts_that_answered_once_and_are_slow_ever_after_are_bounded_as_well() -> None:
    watch, waited = Watch(), 0.0
    for number in range(500):
        watch.fetch(f"h{number}.evil.example", takes=0.01)
    began = watch.seconds
    for number in range(500):
        waited += TIMEOUT * watch.fetch(f"h{number}.evil.example", takes=TIMEOUT, answers=False)

    assert waited < 35 + 0.32 * (watch.seconds - began)


def test_fetches_at_the_same_time_count_from_their_beginning() -> None:
    watch = Watch()
    with (
        watch.patience.waiting("slow.example", most=TIMEOUT),
        watch.patience.waiting("slow.example", most=TIMEOUT),
        pytest.raises(FetchFailedError),
        watch.patience.waiting("slow.example", most=TIMEOUT),
    ):
        pytest.fail("the third one has to wait for the others")

    assert watch.fetch("slow.example", takes=0.1)


def test_a_fetcher_stops_waiting_for_a_server_that_keeps_silent() -> None:
    settings = OutboundSettings(allowed_hosts=("localhost",), timeout_seconds=6)
    fetcher = Fetcher(settings=settings, look_up=lambda _host, _port: ["127.0.0.1"])
    with serving(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as server:
        url = f"http://localhost:{server.port}/"
        assert [fetcher.get(url, accept="*/*").status for _ in range(30)] == [200] * 30
    fetcher = Fetcher(settings=settings.model_copy(update={"timeout_seconds": 0.4}))
    with serving(lambda _: time.sleep(1)) as server:
        for _ in range(2):
            with pytest.raises(FetchFailedError, match="in time"):
                fetcher.get(f"http://localhost:{server.port}/", accept="*/*")


def test_what_is_sent_waits_longer_and_not_for_ever() -> None:
    """A stranger's silent services must not hold up what other services are told."""
    watch = Watch()
    watch.patience = Patience(threads=2, now=lambda: watch.seconds)
    assert watch.fetch("council.example", takes=0.5)

    tried = [watch.fetch(f"h{number}.evil.example", takes=TIMEOUT, answers=False) for number in range(100)]

    assert 10 < sum(tried) < 20
    assert not watch.fetch("late.evil.example", takes=TIMEOUT)
    assert all(watch.fetch("council.example", takes=0.5) for _ in range(50))


def test_a_fetcher_counts_what_it_sends() -> None:
    settings = OutboundSettings(allowed_hosts=("localhost",), timeout_seconds=60)
    fetcher = Fetcher(settings=settings)
    over = threading.Event()

    def silent(_sock: socket.socket) -> None:
        over.wait(10)

    with serving(silent) as server:
        url = f"http://localhost:{server.port}/"

        def send() -> None:
            with pytest.raises(FetchFailedError):
                fetcher.post(url, {})

        waiting = threading.Thread(target=send, daemon=True)
        waiting.start()
        while not server.requests:
            time.sleep(0.01)

        with pytest.raises(FetchFailedError, match="long enough"):
            fetcher.post(url, {})
        over.set()
        waiting.join()
