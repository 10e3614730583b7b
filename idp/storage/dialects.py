"""The one thing that SQLite and PostgreSQL spell alike and SQLAlchemy does not: INSERT … ON CONFLICT."""

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

from idp.storage.db import Database

if TYPE_CHECKING:
    from sqlalchemy.dialects.sqlite import Insert


def insert_into(db: Database, model: type[DeclarativeBase]) -> "Insert":
    """Start an INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`, for the database in use.

    Its result tells in `rowcount` whether a row was added; without the option, PostgreSQL's driver answers -1.
    """
    # Both classes have the same methods with the same meaning; one of them stands for both.
    dialect: Any = postgresql if db.dialect == "postgresql" else sqlite
    statement: Insert = dialect.insert(model.__table__)
    return statement.execution_options(preserve_rowcount=True)
