"""Statements for the busiest paths: built with Core, compiled once, and run without what Core does each time.

Core looks a statement up in its cache, prepares an execution and a result for every run, and begins and rolls back a
transaction in name around it. For one indexed SELECT on SQLite that is ten times the work of the database itself. The
statement stays Core's: its SQL, its types and their conversions. Inside a transaction it runs on that transaction's
connection. On PostgreSQL it runs the ordinary way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.types import NullType

from idp.storage.sqlite import set_waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Executable
    from sqlalchemy.pool import PoolProxiedConnection
    from sqlalchemy.sql.compiler import SQLCompiler

    from idp.storage.db import Database


class Prepared:
    """One statement that is a transaction by itself, unless one is open.

    :param statement: Core's, with named parameters that all have a type, and without lists that grow.
    :param renewable: as for :meth:`idp.storage.db.Database.transaction`, where none is open.
    """

    def __init__(self, statement: Executable, *, db: Database, renewable: bool = False) -> None:
        self._wait = not renewable
        self._writes = not getattr(statement, "is_select", False)
        # Without it, PostgreSQL's driver does not tell how many rows an INSERT added.
        self._statement = statement.execution_options(preserve_rowcount=True)
        self._db = db
        self._engine = db.engine
        self._direct = db.dialect == "sqlite"
        dialect = self._engine.dialect
        compiled: SQLCompiler = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self._sql = compiled.string
        if untyped := [name for name, bind in compiled.binds.items() if isinstance(bind.type, NullType)]:
            # It would reach the driver as it is, and a moment would be kept in another spelling than elsewhere.
            raise TypeError(f"parameters without a type: {', '.join(sorted(untyped))}")
        converts: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 - no public name
        self._parameters = tuple(
            (name, compiled.params.get(name), converts.get(name)) for name in compiled.positiontup or ()
        )
        self._columns = tuple(
            (column.keyname, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for column in compiled._result_columns  # noqa: SLF001 - no public name
        )

    def one(self, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run it: its only row by column name, or None when there is none.

        :raises ValueError: there are several.
        """
        if not self._direct:
            with self._db.reading() as connection:
                row = connection.execute(self._statement, parameters).mappings().one_or_none()
            return None if row is None else dict(row)
        rows, _ = self._run(parameters)
        if len(rows) > 1:
            raise ValueError("more than one row")
        if not rows:
            return None
        return {
            name: value if convert is None else convert(value)
            for (name, convert), value in zip(self._columns, rows[0], strict=True)
        }

    def count(self, parameters: Mapping[str, Any]) -> int:
        """Run it: how many rows it changed."""
        if not self._direct:
            with self._db.reading() as connection:
                return connection.execute(self._statement, parameters).rowcount
        return self._run(parameters)[1]

    def _run(self, parameters: Mapping[str, Any]) -> tuple[Sequence[Any], int]:
        values = []
        for name, default, convert in self._parameters:
            value = parameters.get(name, default)
            values.append(value if convert is None else convert(value))
        if (connection := self._db.open_transaction) is not None:
            return self._execute(connection.connection, values)
        pooled = self._engine.raw_connection()
        try:
            if self._writes:
                set_waiting(pooled, wait=self._wait)
            return self._execute(pooled, values)
        finally:
            pooled.close()

    def _execute(self, pooled: PoolProxiedConnection, values: list[Any]) -> tuple[Sequence[Any], int]:
        cursor = pooled.cursor()
        # Whoever counts or traces statements sees this one too.
        for listener in self._engine.dispatch.before_cursor_execute:
            listener(None, cursor, self._sql, values, None, False)  # noqa: FBT003 - SQLAlchemy's signature
        cursor.execute(self._sql, values)
        # Read to the end: SQLite holds a write back until then.
        return cursor.fetchall(), cursor.rowcount
