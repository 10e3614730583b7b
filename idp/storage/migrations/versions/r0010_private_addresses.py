"""Private mail addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "private_address",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("local_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("persona", sa.String(length=22), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("forwarded", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("last_forwarded_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_address")),
        sa.UniqueConstraint("local_digest", name=op.f("uq_private_address_local_digest")),
        sa.UniqueConstraint(
            "account_id",
            "client_id",
            "persona",
            "generation",
            name=op.f("uq_private_address_account_id_client_id_persona_generation"),
        ),
    )
    op.create_index(op.f("ix_private_address_account_id"), "private_address", ["account_id"])
    op.create_index(op.f("ix_private_address_client_id"), "private_address", ["client_id"])


def downgrade() -> None:
    op.drop_table("private_address")
