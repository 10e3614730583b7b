"""Getting back in by mail: who asked, and what runs."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("recovery_ready_at", _MOMENT, nullable=True))
    op.create_table(
        "recovery_request",
        sa.Column("login_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("login_index", name=op.f("pk_recovery_request")),
        sa.UniqueConstraint("id", name=op.f("uq_recovery_request_id")),
    )
    op.create_index(op.f("ix_recovery_request_asked_at"), "recovery_request", ["asked_at"])
    op.create_table(
        "recovery",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("half_at", _MOMENT, nullable=False),
        sa.Column("ready_at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("half_told_at", _MOMENT, nullable=True),
        sa.Column("ready_told_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    op.create_index(op.f("ix_recovery_account_id"), "recovery", ["account_id"])
    op.create_index(op.f("ix_recovery_ready_at"), "recovery", ["ready_at"])
    op.create_index(op.f("ix_recovery_until"), "recovery", ["until"])
    op.create_index(
        "ix_recovery_running",
        "recovery",
        ["account_id"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )


def downgrade() -> None:
    op.drop_table("recovery")
    op.drop_table("recovery_request")
    with op.batch_alter_table("account") as account:
        account.drop_column("recovery_ready_at")
