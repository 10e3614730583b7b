"""Devices: browser and system as two facts, and roughly where a session began, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("browser_session") as session:
        # Sessions live for hours: those that are open keep both facts in one until they end.
        session.add_column(sa.Column("system", sa.String(length=40), nullable=False, server_default=""))
        session.add_column(sa.Column("sealed_place", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("browser_session") as session:
        session.alter_column("system", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("browser_session") as session:
        session.drop_column("sealed_place")
        session.drop_column("system")
