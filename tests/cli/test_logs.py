"""What processes write, and how the worker works through what has expired."""

import json
import logging
import threading
from collections.abc import Callable

import pytest

from idp.cli import worker
from idp.cli.logs import JsonFormatter, configuration
from idp.services import Services
from idp.settings import LoggingSettings


def test_a_line_of_json_holds_the_message_and_nothing_extra() -> None:
    record = logging.makeLogRecord(
        {"name": "idp", "levelname": "WARNING", "msg": "%d rows", "args": (3,), "email": "a@mail.example"}
    )

    line = json.loads(JsonFormatter().format(record))

    assert {name: line[name] for name in ("level", "logger", "message")} == {
        "level": "warning",
        "logger": "idp",
        "message": "3 rows",
    }
    assert set(line) == {"time", "level", "logger", "message"}


def test_the_level_reaches_every_logger() -> None:
    chosen = configuration(LoggingSettings(level="warning", format="json"))

    assert chosen["root"]["level"] == "WARNING"
    assert {logger["level"] for logger in chosen["loggers"].values()} == {"WARNING"}


def left(*counts: int) -> Callable[[], int]:
    remaining = iter(counts)
    return lambda: next(remaining)


def test_batches_go_on_until_one_is_empty(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    monkeypatch.setattr(worker, "batches", lambda _services: (left(500, 500, 7, 0), left(0), left(1, 0)))

    assert worker.purge_all(services, stopping=threading.Event()) == 1008


def test_no_batch_begins_once_told_to_stop(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    stopping = threading.Event()
    stopping.set()
    monkeypatch.setattr(worker, "batches", lambda _services: (left(500, 500),))

    assert worker.purge_all(services, stopping=stopping) == 0
