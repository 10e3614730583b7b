from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consent.town import Town
from tests.storage.databases import BOTH, database_url


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    with town.world.context():
        town.move_in()
        yield town
        town.consent.close()
    town.world.db.close()


@pytest.fixture(params=BOTH)
def either_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town on either database, for statements that have to hold on both."""
    with database_url(request.param, tmp_path) as url:
        town = Town(tmp_path, url=url)
        with town.world.context():
            town.move_in()
            yield town
            town.consent.close()
        town.world.db.close()
