"""What citizens bring along from another provider: files that wait, chains from before, seeds that travelled."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brought_file",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_brought_file_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_brought_file")),
    )
    op.create_index(op.f("ix_brought_file_expires_at"), "brought_file", ["expires_at"])
    op.create_table(
        "earlier_activity",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("ledger", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_earlier_activity_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "ledger", "part", name=op.f("pk_earlier_activity")),
    )
    op.create_table(
        "travelled_seed",
        sa.Column("index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_travelled_seed_account_id_account")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_travelled_seed")),
    )
    op.create_index(op.f("ix_travelled_seed_account_id"), "travelled_seed", ["account_id"])


def downgrade() -> None:
    for table in ("travelled_seed", "earlier_activity", "brought_file"):
        op.drop_table(table)
