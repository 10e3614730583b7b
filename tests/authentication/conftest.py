from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authentication.world import World, make_world
from tests.storage.databases import BOTH, database_url


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = make_world(tmp_path)
    with world.context():
        yield world
    world.db.close()


@pytest.fixture(params=BOTH)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on either database, for what several processes do to it at once."""
    with database_url(request.param, tmp_path) as url:
        world = make_world(tmp_path, url=url)
        with world.context():
            yield world
        world.db.close()
