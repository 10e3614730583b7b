"""An outbox on both databases, with a teller that answers what the test wants."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from idp.notices.service import NoticeService
from idp.notices.store import NoticeStore
from idp.notices.values import Failure, Kind, NewNotice, Notice
from idp.settings import NoticeSettings
from idp.storage.db import Base, Database
from tests.doubles import FrozenClock
from tests.storage.databases import BOTH, database_url, open_database


@dataclass
class Outbox:
    db: Database
    clock: FrozenClock
    notices: NoticeService
    store: NoticeStore
    #: What the teller answers, first one first; "taken" once the list is empty.
    answers: list[Failure | None] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)

    def tell(self, notice: Notice) -> Failure | None:
        self.told.append(notice)
        return self.answers.pop(0) if self.answers else None

    def add(self, *client_ids: str) -> None:
        """Notices that nobody is told at once, as if the process that wrote them had ended."""
        self.notices.close()
        self.notices.add([NewNotice(Kind.BACKCHANNEL_LOGOUT, one, {"sid": f"sid of {one}"}) for one in client_ids])


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as address:
        yield address


@pytest.fixture
def outbox(url: str) -> Iterator[Outbox]:
    app, db = open_database(url)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        made = open_outbox(db)
        yield made
        made.notices.close()
        db.close()


def open_outbox(db: Database) -> Outbox:
    clock, store = FrozenClock(), NoticeStore(db=db)
    settings = NoticeSettings(attempts=3, first_pause_seconds=30, longest_pause_seconds=60, keep_days=30)
    outbox = Outbox(db, clock, NoticeService(db=db, store=store, clock=clock, settings=settings), store)
    outbox.notices.told_by(Kind.BACKCHANNEL_LOGOUT, outbox.tell)
    return outbox
