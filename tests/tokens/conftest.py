from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from idp.storage.db import Base
from tests.doubles import FrozenClock
from tests.storage.databases import BOTH, database_url, open_database
from tests.tokens.rig import Rig


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        _, db = open_database(url)
        Base.metadata.create_all(db.engine)
        db.close()
        yield url


@pytest.fixture
def process(address: str, clock: FrozenClock) -> Iterator[Callable[..., Rig]]:
    """Start one more process on the same database."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Rig:
            rig = Rig(address, clock, **settings)
            stack.callback(rig.db.close)
            return rig

        yield start


@pytest.fixture
def rig(process: Callable[..., Rig]) -> Iterator[Rig]:
    rig = process()
    with rig.app.app_context():
        rig.agree()
        yield rig
