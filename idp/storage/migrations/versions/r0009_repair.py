"""Accounts that are locked until their owners have put them right."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("repair_since", _MOMENT, nullable=True))
    op.create_table(
        "repair",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("methods", _JSON, nullable=False),
        sa.Column("proved_sid", sa.String(length=22), nullable=True),
        sa.Column("browser_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("seen", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_repair_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_repair")),
    )


def downgrade() -> None:
    op.drop_table("repair")
    with op.batch_alter_table("account") as account:
        account.drop_column("repair_since")
