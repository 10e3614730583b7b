"""Who was told of a changed detail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("attribute_id", sa.String(length=22), nullable=False),
        sa.Column("grant_id", sa.String(length=22), nullable=False),
        sa.Column("notice_id", sa.String(length=22), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_told_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sa.UniqueConstraint(
            "account_id", "attribute_id", "grant_id", name=op.f("uq_told_account_id_attribute_id_grant_id")
        ),
    )
    op.create_index(op.f("ix_told_told_at"), "told", ["told_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_told_told_at"), table_name="told")
    op.drop_table("told")
