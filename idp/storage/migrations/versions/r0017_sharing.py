"""Choices that are paused, and citizens who are reminded before one ends."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("grant") as grant:
        grant.add_column(sa.Column("paused_at", _MOMENT, nullable=True))
        grant.add_column(sa.Column("remind_at", _MOMENT, nullable=True))
        grant.create_index(op.f("ix_grant_remind_at"), ["remind_at"])


def downgrade() -> None:
    with op.batch_alter_table("grant") as grant:
        grant.drop_index(op.f("ix_grant_remind_at"))
        grant.drop_column("remind_at")
        grant.drop_column("paused_at")
