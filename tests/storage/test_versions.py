"""Counters that tell processes what to look at again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from idp.storage.db import Base
from idp.storage.versions import Version, Versions
from tests.storage.databases import BOTH, database_url, open_database


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        _, db = open_database(url)
        Base.metadata.create_all(db.engine, tables=[Version.__table__])  # type: ignore[list-item]
        db.close()
        yield url


def test_what_never_changed_is_at_zero(address: str) -> None:
    app, db = open_database(address)
    with app.app_context():
        versions = Versions(db=db)

        assert versions.read(["clients", "keys"]) == {"clients": 0, "keys": 0}
    db.close()


def test_each_change_counts_for_its_own_kind(address: str) -> None:
    app, db = open_database(address)
    with app.app_context():
        versions = Versions(db=db)

        assert versions.bump("clients") == 1
        assert versions.bump("clients") == 2
        assert versions.read(["clients", "keys"]) == {"clients": 2, "keys": 0}
    db.close()


def test_a_change_that_is_rolled_back_was_none(address: str) -> None:
    app, db = open_database(address)
    with app.app_context():
        versions = Versions(db=db)

        def change_in_vain() -> None:
            with db.transaction():
                versions.bump("keys")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            change_in_vain()

        assert versions.read(["keys"]) == {"keys": 0}
    db.close()


def test_no_change_is_lost_when_many_change_at_once(address: str) -> None:
    app, db = open_database(address)
    gate = threading.Barrier(8)

    def change(_: int) -> int:
        with app.app_context():
            gate.wait()
            return Versions(db=db).bump("keys")

    with ThreadPoolExecutor(8) as threads:
        numbers = sorted(threads.map(change, range(8)))

    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]
    db.close()
