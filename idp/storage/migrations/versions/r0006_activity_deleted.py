"""Activity that its citizen can delete, leaving the chain whole; counted by month without reading every row."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Older rows have no digest of their own: their hash is over what they say and their place at once.
    with op.batch_alter_table("activity") as activity:
        activity.add_column(sa.Column("content", sa.LargeBinary(length=32), nullable=True))
        activity.add_column(sa.Column("erased_by", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_activity_account_id_at_kind"), "activity", ["account_id", "at", "kind"])


def downgrade() -> None:
    op.drop_index(op.f("ix_activity_account_id_at_kind"), table_name="activity")
    with op.batch_alter_table("activity") as activity:
        activity.drop_column("erased_by")
        activity.drop_column("content")
