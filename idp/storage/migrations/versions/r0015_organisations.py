"""Ways to organisations that have begun, and what came from them until their citizen has decided."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "organisation_trip",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_organisation_trip")),
    )
    op.create_index(op.f("ix_organisation_trip_expires_at"), "organisation_trip", ["expires_at"])
    op.create_table(
        "organisation_arrival",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_arrival")),
    )
    op.create_index(op.f("ix_organisation_arrival_expires_at"), "organisation_arrival", ["expires_at"])
    op.create_index(op.f("ix_organisation_arrival_sid"), "organisation_arrival", ["sid"])


def downgrade() -> None:
    op.drop_table("organisation_arrival")
    op.drop_table("organisation_trip")
