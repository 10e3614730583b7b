"""Accounts that end: when, whether their owner was reminded, and the names that nobody may take for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("closes_at", _MOMENT, nullable=True))
        account.add_column(sa.Column("reminded_at", _MOMENT, nullable=True))
    op.create_index(op.f("ix_account_closes_at"), "account", ["closes_at"])
    op.create_table(
        "retired_name",
        sa.Column("login_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("login_index", name=op.f("pk_retired_name")),
    )
    op.create_index(op.f("ix_retired_name_until"), "retired_name", ["until"])


def downgrade() -> None:
    op.drop_table("retired_name")
    op.drop_index(op.f("ix_account_closes_at"), table_name="account")
    with op.batch_alter_table("account") as account:
        account.drop_column("reminded_at")
        account.drop_column("closes_at")
