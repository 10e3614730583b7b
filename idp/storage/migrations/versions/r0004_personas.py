"""Personas: of the choices for one service one is in force; a session at a service has the identifier it is under."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("grant") as grant:
        grant.add_column(sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index(
        "uq_grant_pinned",
        "grant",
        ["account_id", "client_id"],
        unique=True,
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )
    _replace_client_session(sub=True)


def downgrade() -> None:
    _replace_client_session(sub=False)
    op.drop_index("uq_grant_pinned", "grant")
    with op.batch_alter_table("grant") as grant:
        grant.drop_column("pinned")


def _replace_client_session(*, sub: bool) -> None:
    """Put a table with or without the identifier in the place of the one there is, with its rows."""
    for index in ("ix_client_session_account_id", "ix_client_session_created_at"):
        op.drop_index(op.f(index), "client_session")
    if op.get_bind().dialect.name == "postgresql":
        # Names of constraints are the table's own on SQLite, and the schema's here.
        op.drop_constraint(op.f("pk_client_session"), "client_session")
    op.rename_table("client_session", "client_session_before")
    columns = [sa.Column("sub", sa.String(), nullable=False)] if sub else []
    op.create_table(
        "client_session",
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        *columns,
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "sid", "client_id", *(column.name for column in columns), name=op.f("pk_client_session")
        ),
    )
    op.create_index(op.f("ix_client_session_account_id"), "client_session", ["account_id"])
    op.create_index(op.f("ix_client_session_created_at"), "client_session", ["created_at"])
    if sub:
        # Every choice was made as the citizen's main self until now.
        op.execute(
            "INSERT INTO client_session (sid, client_id, sub, account_id, created_at) "
            "SELECT was.sid, was.client_id, held.sub, was.account_id, was.created_at "
            'FROM client_session_before AS was JOIN "grant" AS held '
            "ON held.account_id = was.account_id AND held.client_id = was.client_id AND held.persona = 'main'"
        )
    else:
        op.execute(
            "INSERT INTO client_session (sid, client_id, account_id, created_at) "
            "SELECT sid, client_id, min(account_id), min(created_at) FROM client_session_before GROUP BY sid, client_id"
        )
    op.drop_table("client_session_before")
