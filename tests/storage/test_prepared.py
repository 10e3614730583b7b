"""Statements that are compiled once behave as those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, bindparam, case, delete, insert, select, update

from idp.storage.db import Database
from idp.storage.prepared import Prepared
from idp.storage.types import JSONColumn, UTCDateTime
from tests.storage.databases import BOTH, database_url, open_database

MOMENT = datetime(2026, 5, 4, 10, 0, 0, 123456, tzinfo=UTC)


#: Apart from the provider's own tables, which migrations are compared with.
THING = Table(
    "test_prepared_thing",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UTCDateTime, nullable=False),
    Column("words", JSONColumn),
    Column("octets", LargeBinary),
)
ROW = {"id": 1, "at": MOMENT, "words": ["é", {"a": 1}], "octets": b"\x00\xff"}


@pytest.fixture(params=BOTH)
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with database_url(request.param, tmp_path) as url:
        app, db = open_database(url)
        with app.app_context():
            THING.create(db.engine)
            yield db
        db.close()


def find(db: Database) -> Prepared:
    return Prepared(select(THING).where(THING.c.id == bindparam("wanted")), db=db)


def test_values_come_back_as_they_went_in(db: Database) -> None:
    assert Prepared(insert(THING), db=db).count(ROW) == 1

    assert find(db).one({"wanted": 1}) == ROW
    assert find(db).one({"wanted": 2}) is None


def test_a_parameter_without_a_type_is_refused(db: Database) -> None:
    late = case((THING.c.id == 1, bindparam("at")), else_=THING.c.at)

    with pytest.raises(TypeError, match="parameters without a type: at"):
        Prepared(update(THING).values(at=late), db=db)


def test_what_is_left_out_is_null(db: Database) -> None:
    Prepared(insert(THING), db=db).count({name: ROW[name] for name in ("id", "at", "words")})

    found = find(db).one({"wanted": 1})
    assert found is not None
    assert found["octets"] is None


def test_a_write_gives_its_row_and_stays(db: Database) -> None:
    Prepared(insert(THING), db=db).count(ROW)
    change = Prepared(
        update(THING).where(THING.c.id == bindparam("wanted")).values(octets=bindparam("to")).returning(THING.c.octets),
        db=db,
    )

    assert change.one({"wanted": 1, "to": b"x"}) == {"octets": b"x"}
    assert change.one({"wanted": 2, "to": b"x"}) is None
    found = find(db).one({"wanted": 1})
    assert found is not None
    assert found["octets"] == b"x"


def test_it_is_part_of_an_open_transaction(db: Database) -> None:
    def write_and_fail() -> None:
        with db.transaction():
            Prepared(insert(THING), db=db).count(ROW)
            assert find(db).one({"wanted": 1}) == ROW
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert find(db).one({"wanted": 1}) is None


def test_it_tells_how_many_rows_it_changed(db: Database) -> None:
    for number in (1, 2):
        Prepared(insert(THING), db=db).count(ROW | {"id": number})

    assert Prepared(delete(THING), db=db).count({}) == 2


def test_a_moment_without_a_time_zone_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="time zone"):
        Prepared(insert(THING), db=db).count(ROW | {"at": MOMENT.replace(tzinfo=None)})
