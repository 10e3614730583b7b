from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consent.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    with town.world.context():
        town.move_in()
        yield town
        town.consent.close()
    town.world.db.close()
