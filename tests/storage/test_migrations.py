"""The database that migrations make is the one that the models describe."""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

import idp
from idp import resources
from idp.storage import migrate, revision
from idp.storage.db import Base
from tests.storage.databases import BOTH, database_url

ROOT = Path(idp.__file__).parent

# The storage room knows no feature, so nothing that is imported above has named their tables.
for models in sorted(ROOT.glob("*/models.py")):
    importlib.import_module(f"idp.{models.parent.name}.models")
importlib.import_module("idp.storage.versions")


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as address:
        yield address


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


def shape(url: str) -> dict[str, Any]:
    """Describe every table with the names of all that belongs to it."""
    engine = create_engine(url)
    with engine.connect() as connection:
        inspector = inspect(connection)
        described = {
            table: {
                # A column that came later stands last in one and where it belongs in the other.
                "columns": sorted(
                    (one["name"], str(one["type"]), one["nullable"]) for one in inspector.get_columns(table)
                ),
                "primary key": inspector.get_pk_constraint(table)["name"],
                "unique": sorted(str(one["name"]) for one in inspector.get_unique_constraints(table)),
                "foreign": sorted(str(one["name"]) for one in inspector.get_foreign_keys(table)),
                "indexes": sorted(
                    (str(one["name"]), one["column_names"], bool(one["unique"])) for one in inspector.get_indexes(table)
                ),
            }
            for table in inspector.get_table_names()
            if table != "alembic_version"
        }
    engine.dispose()
    return described


def test_the_newest_revision_is_what_the_models_describe(url: str) -> None:
    migrate.upgrade(url)

    engine = create_engine(url)
    with engine.connect() as connection:
        assert migrate.differences(connection) == []
    engine.dispose()
    assert tables(url) == set(Base.metadata.tables)


def test_migrations_and_models_agree_on_every_name(url: str) -> None:
    migrate.upgrade(url)
    migrated = shape(url)
    migrate.downgrade(url, "base")
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()

    assert migrated == shape(url)


def test_every_constraint_has_a_name_of_its_own(url: str) -> None:
    migrate.upgrade(url)

    for table in shape(url).values():
        assert "None" not in [table["primary key"], *table["unique"], *table["foreign"]]


def test_the_way_back_leaves_nothing_and_can_be_gone_again(url: str) -> None:
    migrate.upgrade(url)
    migrate.downgrade(url, "base")
    assert tables(url) == set()
    assert revision.current(url) is None

    migrate.upgrade(url)

    assert revision.is_current(url)


def test_an_empty_database_is_not_current_and_a_migrated_one_stays_so(url: str) -> None:
    assert not revision.is_current(url)

    migrate.upgrade(url)
    migrate.upgrade(url)

    assert revision.current(url) == revision.newest()


def test_a_migration_that_fails_leaves_everything_as_it_was(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        # In the way of a table that is made after many others.
        connection.execute(text("CREATE TABLE vault_document (mine INTEGER)"))

    with pytest.raises(DBAPIError):
        migrate.upgrade(url)

    assert tables(url) == {"vault_document"}
    assert revision.current(url) is None
    engine.dispose()


def test_two_runs_at_once_take_turns(url: str) -> None:
    program = f"from idp.storage import migrate; migrate.upgrade({url!r})"
    runs = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT.parent) for _ in range(2)]

    assert [run.wait(timeout=60) for run in runs] == [0, 0]
    assert revision.is_current(url)


def test_a_draft_from_unchanged_models_changes_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(resources.migrations(), tmp_path / "migrations"))
    monkeypatch.setattr(resources, "migrations", lambda: folder)
    migrate.upgrade(url)

    migrate.revise(url, "Nothing at all")

    (draft,) = folder.glob("versions/r*_nothing_at_all.py")
    written = draft.read_text()
    assert "op." not in written.partition("def upgrade")[2]
    compile(written, draft.name, "exec")
    migrate.upgrade(url)
    assert draft.name.startswith(f"r{revision.current(url)}_")


def test_the_newest_revision_is_the_one_that_alembic_would_go_to() -> None:
    script = ScriptDirectory(str(resources.migrations()))

    assert revision.newest() == script.get_current_head()


def test_nobody_else_on_the_machine_can_read_a_new_sqlite_file(tmp_path: Path) -> None:
    file = tmp_path / "provider.sqlite3"

    migrate.upgrade(f"sqlite:///{file}")

    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
        connection.execute(text("CREATE TABLE another (id INTEGER)"))
        modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    engine.dispose()
    assert modes
    assert set(modes.values()) == {0o600}, modes


def test_a_sqlite_file_keeps_the_mode_that_its_operator_gave_it(tmp_path: Path) -> None:
    file = tmp_path / "provider.sqlite3"
    file.touch()
    file.chmod(0o640)

    migrate.upgrade(f"sqlite:///{file}")

    assert file.stat().st_mode & 0o777 == 0o640
