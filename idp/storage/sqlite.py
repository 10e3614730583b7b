"""How SQLite is used: WAL, foreign keys, writers that take the lock at once, and when a commit waits for the disk.

Writers begin with BEGIN IMMEDIATE: a deferred transaction that reads first and writes later fails with SQLITE_BUSY
instead of waiting its turn.

With `synchronous=full` a commit waits until it is on disk and outlives a power cut; with `normal` it outlives a crash
of the server, and the disk follows at the next checkpoint or full commit. What a citizen is told is done waits. A code
or a rotated token does not: when the last ones are lost to a power cut, the citizen signs on again.

https://www.sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.pool import PoolProxiedConnection

#: How long a writer waits for another one before it gives up, in milliseconds.
BUSY_TIMEOUT_MS: Final = 10_000

#: Pages that gather in the log before they move into the file, 16 MiB: most of them are written again and again.
CHECKPOINT_PAGES: Final = 4000

#: Execution option of the engine that begins no transactions.
READ_ONLY: Final = "proffer_reading"

#: Whether the transaction that is about to begin may leave the disk to follow.
renewable: ContextVar[bool] = ContextVar("proffer_renewable", default=False)

_DEPLOYED = "proffer_synchronous_deployed"
_NOW = "proffer_synchronous_now"


def prepare(engine: Engine, *, synchronous: str) -> None:
    """Set up every connection of the engine.

    :param synchronous: `full` or `normal`: what the deployment chose for commits that wait.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's and the pool's own types
        # The driver must not open transactions by itself: `_begun` says when and how.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        record.info[_DEPLOYED] = record.info[_NOW] = synchronous

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        if connection.get_execution_options().get(READ_ONLY):
            return
        set_waiting(connection.connection, wait=not renewable.get())
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]


def set_waiting(pooled: PoolProxiedConnection, *, wait: bool) -> None:
    """Say whether the next commit of a connection waits for the disk. Not inside a transaction."""
    info = pooled.info
    wanted = info[_DEPLOYED] if wait else "normal"
    if info[_NOW] != wanted:
        pooled.driver_connection.execute(f"PRAGMA synchronous={wanted}")  # type: ignore[union-attr]
        info[_NOW] = wanted
