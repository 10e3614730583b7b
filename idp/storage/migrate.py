"""Bringing a database to the shape that this version of the program expects, with Alembic.

Each run is one transaction on both databases: a migration that fails leaves everything as it was. Two runs at once
take turns.
"""

import os
from contextlib import suppress
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text

from idp import resources
from idp.storage.db import Base
from idp.storage.sqlite import BUSY_TIMEOUT_MS

#: Any number, as long as nothing else on the server takes the same one.
_POSTGRES_LOCK: Final = 7_701_946_633

#: How models and database are compared, here and when a revision is drafted.
COMPARISON: Final[dict[str, Any]] = {
    "compare_type": True,
    "compare_server_default": True,
    "target_metadata": Base.metadata,
}


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, the newest unless told otherwise. Safe to repeat."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier revision; `base` empties it."""
    _run(url, lambda config: command.downgrade(config, revision))


def differences(connection: Connection) -> list[Any]:
    """List where the database differs from the models that have been imported; empty when they agree."""
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=COMPARISON), Base.metadata)
    return found


def revise(url: str, message: str) -> None:
    """Write a new revision that takes the database at `url` to the models that have been imported.

    What Alembic writes is a draft: read it, and try it up and down on both databases.
    """
    count = len(list(ScriptDirectory.from_config(_config()).walk_revisions()))
    _run(url, lambda config: command.revision(config, message, autogenerate=True, rev_id=f"{count + 1:04}"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    return config


def _run(url: str, act: Any) -> None:  # noqa: ANN401 - a command of Alembic
    config = _config()
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRES_LOCK})
            config.attributes["connection"] = connection
            act(config)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(make_url(url), poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        _keep_to_its_owner(engine.url.database)
        _one_transaction(engine)
    return engine


def _keep_to_its_owner(file: str | None) -> None:
    """Make SQLite's file before SQLite does, which would let everybody on the machine read it.

    Its journals take the file's mode over. A file that is there keeps the mode that its operator gave it.
    """
    if file and file != ":memory:":
        with suppress(OSError):
            # What is really wrong with the place, SQLite says a moment later.
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _one_transaction(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
        # The driver would commit before each change of a table. Foreign keys stay unenforced, which is SQLite's
        # default: rebuilding a table drops the old one for a moment.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
