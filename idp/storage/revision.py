"""Which migration the database is at, asked at each start.

Without Alembic, whose import would stay in every worker's memory for one SELECT.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import NullPool, create_engine, inspect, make_url, text

from idp import resources

#: Migrations are one line: `r0002_what_changes.py` follows `r0001_…`, see :func:`idp.storage.migrate.revise`.
_FILE: Final = re.compile(r"r(\d{4})_\w+\.py")


def newest() -> str:
    """Give the revision that this version of the program expects."""
    names = (_FILE.fullmatch(path.name) for path in (resources.migrations() / "versions").iterdir())
    return max(name[1] for name in names if name)


def current(url: str) -> str | None:
    """Give the revision that the database is at; None for an empty one."""
    engine = create_engine(make_url(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Tell whether the database has the shape that this version of the program expects."""
    return current(url) == newest()
