"""A ledger in a database of its own, SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.activity.models import ActivityRow
from idp.activity.service import ActivityService
from idp.activity.store import ActivityStore
from idp.storage.db import Base
from tests.activity.ledger import Ledger
from tests.doubles import FrozenClock
from tests.storage.databases import BOTH, database_url, open_database


@pytest.fixture(params=BOTH)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with database_url(request.param, tmp_path) as url:
        app, db = open_database(url)
        Base.metadata.create_all(db.engine, tables=[ActivityRow.__table__])  # type: ignore[list-item]
        clock = FrozenClock()
        with app.app_context():
            yield Ledger(app, db, clock, ActivityService(store=ActivityStore(db=db), clock=clock))
        db.close()
