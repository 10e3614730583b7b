"""What Alembic runs for each command; `idp.storage.migrate` calls it with an open transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from idp.storage.migrate import COMPARISON
from idp.storage.types import UTCDateTime


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic's
    # A revision must mean the same for ever, so it names plain types and imports nothing of the program.
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    render_item=_render,
    # SQLite changes a table by rebuilding it.
    render_as_batch=True,
    transactional_ddl=True,
    **COMPARISON,
)
context.run_migrations()
