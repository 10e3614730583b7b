"""Processes of the provider, each with an application, a connection pool and a key service of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.storage.db import Base
from tests.doubles import FrozenClock
from tests.keys.processes import Process
from tests.storage.databases import BOTH, database_url, open_database


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        _, db = open_database(url)
        Base.metadata.create_all(db.engine)
        db.close()
        yield url


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def start(address: str, clock: FrozenClock) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def start_one(**options: Any) -> Process:
        started.append(Process(address, clock, **options))
        return started[-1]

    yield start_one
    for process in started:
        process.db.close()


@pytest.fixture
def process(start: Callable[..., Process]) -> Iterator[Process]:
    one = start()
    with one.app.app_context():
        one.keys.ensure()
        yield one
