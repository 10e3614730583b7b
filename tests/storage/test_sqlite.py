"""When a commit waits for the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings import DatabaseSettings
from idp.storage.db import Database

FULL, NORMAL = 2, 1


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    app = Flask("tests")
    database = Database(app=app, settings=DatabaseSettings(url=f"sqlite:///{tmp_path / 'waiting.sqlite'}"))
    with app.app_context():
        yield database
    database.close()


def synchronous(db: Database, *, renewable: bool) -> int:
    with db.transaction(renewable=renewable) as session:
        return int(session.execute(text("PRAGMA synchronous")).scalar_one())


def test_what_a_citizen_is_told_waits_for_the_disk(db: Database) -> None:
    assert synchronous(db, renewable=False) == FULL


def test_what_signing_on_again_renews_does_not_wait(db: Database) -> None:
    assert synchronous(db, renewable=True) == NORMAL


def test_a_commit_that_waits_follows_one_that_did_not_on_the_same_connection(db: Database) -> None:
    synchronous(db, renewable=True)

    assert synchronous(db, renewable=False) == FULL


def test_a_joined_transaction_keeps_the_outer_ones_promise(db: Database) -> None:
    with db.transaction() as session, db.transaction(renewable=True):
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == FULL


def test_a_deployment_may_choose_that_nothing_waits(tmp_path: Path) -> None:
    app = Flask("tests")
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path / 'fast.sqlite'}", sqlite_synchronous="normal")
    with app.app_context():
        database = Database(app=app, settings=settings)
        assert synchronous(database, renewable=False) == NORMAL
        database.close()
