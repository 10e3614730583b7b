"""One database, one transaction rule.

Writes happen inside :meth:`Database.transaction`. It joins: the outermost block commits, an
exception rolls everything back, so a use case made of smaller use cases is still one commit.
Reads happen inside :meth:`Database.reading`, which costs no BEGIN and no COMMIT outside a
transaction and sees the transaction's own writes inside one.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import msgspec
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from idp.storage import sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy import Connection, Engine

    from idp.settings import DatabaseSettings

#: Deterministic names, so that a migration can drop what another one made, on either database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every table class derives from."""

    metadata = MetaData(naming_convention=NAMING)


class Database:
    """The application's database, bound to its Flask application.

    :param app: the application; its context must be pushed around every use.
    :param settings: address and pool size.
    """

    def __init__(self, *, app: Flask, settings: DatabaseSettings) -> None:
        app.config["SQLALCHEMY_DATABASE_URI"] = settings.url
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
        self._extension = SQLAlchemy(model_class=Base, disable_autonaming=True)
        self._extension.init_app(app)
        with app.app_context():
            self._engine: Engine = self._extension.engine
        #: The open transaction of this thread or task.
        self._current: ContextVar[Connection | None] = ContextVar("proffer_transaction", default=None)
        #: What waits for its commit; None for nothing, which costs the transactions of every sign-on nothing.
        self._waiting: ContextVar[tuple[Callable[[], None], ...] | None] = ContextVar("proffer_waiting", default=None)
        if self._engine.dialect.name == "sqlite":
            sqlite.prepare(self._engine, synchronous=settings.sqlite_synchronous)
            self._reading_engine = self._engine.execution_options(**{sqlite.READ_ONLY: True})
        else:
            self._reading_engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and for statement counts."""
        return self._engine

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def transaction(self, *, renewable: bool = False) -> Iterator[Connection]:
        """Run the block in the current transaction, or in a new one that commits at its end.

        The database begins at the first statement, so that nothing waits for a block that has not written yet.

        :param renewable: what is written can be had again by signing on again, so a power cut may take the last of
            it: SQLite does not wait for the disk. A crash of the server loses nothing. Counts for a new one only.
        :returns: Core's connection. An ORM session around it would cost a sign-on as much as its statements do.
        """
        current = self._current.get()
        if current is not None:
            yield current
            return
        outer = sqlite.renewable.set(renewable)
        try:
            with self._engine.connect() as connection:
                joined = self._current.set(connection)
                try:
                    yield connection
                    connection.commit()
                finally:
                    # What was not committed is rolled back as the connection returns to its pool.
                    self._current.reset(joined)
        except BaseException:
            self._waiting.set(None)
            raise
        finally:
            sqlite.renewable.reset(outer)
        if (waiting := self._waiting.get()) is not None:
            self._waiting.set(None)
            for act in waiting:
                act()

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something once the open transaction is committed, and never when it is rolled back.

        :param act: must neither raise nor write: nobody is left to be told.
        :raises RuntimeError: there is no open transaction.
        """
        if not self.in_transaction:
            raise RuntimeError("nothing to wait for")
        self._waiting.set((*(self._waiting.get() or ()), act))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reads: the open transaction's, or one without a transaction."""
        current = self._current.get()
        if current is not None:
            yield current
            return
        with self._reading_engine.connect() as connection:
            yield connection

    @property
    def in_transaction(self) -> bool:
        """Whether the caller runs inside :meth:`transaction`."""
        return self._current.get() is not None

    @property
    def open_transaction(self) -> Connection | None:
        """The connection of the transaction that the caller runs inside, begun; None outside of one."""
        current = self._current.get()
        if current is not None and not current.in_transaction():
            current.begin()
        return current

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


def _engine_options(settings: DatabaseSettings) -> dict[str, Any]:
    # An exception's text ends in logs, and by default it repeats what the statement was given.
    options: dict[str, Any] = {"hide_parameters": True}
    if settings.url.startswith("sqlite"):
        return options | {
            "connect_args": {"timeout": sqlite.BUSY_TIMEOUT_MS / 1000},
            # The connection used last has its pages in memory; one that rests must read what others wrote.
            "pool_use_lifo": True,
            # SQLite keeps JSON as text; a grant has four such columns, and the standard library takes 5 us for each.
            "json_deserializer": msgspec.json.decode,
        }
    return options | {"pool_size": settings.pool_size, "max_overflow": settings.pool_size, "pool_pre_ping": False}
