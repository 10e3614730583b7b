"""Databases for the tests of the rooms near the ground: SQLite always, PostgreSQL when a server is named.

`PROFFER_TEST_POSTGRES_URL` names it, as `postgresql+psycopg://user@host/database`; each test gets a schema of its own.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from idp.settings import DatabaseSettings
from idp.storage.db import Database

POSTGRES = "PROFFER_TEST_POSTGRES_URL"

#: Parameters for a fixture that runs a test on both.
BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def database_url(dialect: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database that nothing else uses."""
    if dialect == "sqlite":
        yield f"sqlite:///{folder / 'rooms.sqlite'}"
        return
    server = os.environ.get(POSTGRES)
    if not server:
        pytest.skip(f"{POSTGRES} names no PostgreSQL server")
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        url = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


def open_database(url: str) -> tuple[Flask, Database]:
    """Open a database with an application of its own, as one process of the provider would."""
    app = Flask("tests")
    return app, Database(app=app, settings=DatabaseSettings(url=url, pool_size=16))
