"""The sign-in name before, which stays its owner's for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("former_login_index", sa.LargeBinary(length=32), nullable=True))
        account.add_column(sa.Column("renamed_at", sa.DateTime(timezone=True), nullable=True))
        account.create_index(op.f("ix_account_former_login_index"), ["former_login_index"])


def downgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.drop_index(op.f("ix_account_former_login_index"))
        account.drop_column("renamed_at")
        account.drop_column("former_login_index")
