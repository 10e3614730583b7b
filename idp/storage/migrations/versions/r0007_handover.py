"""Browsers that ask to be signed in from another one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("asking", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_handover")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_handover_link_digest")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_handover_code_digest")),
    )
    op.create_index(op.f("ix_handover_expires_at"), "handover", ["expires_at"])


def downgrade() -> None:
    op.drop_table("handover")
