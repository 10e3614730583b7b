"""Letters to citizens: where they go, and the links in them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_account_id"), "contact", ["account_id"])
    op.create_index(op.f("ix_contact_expires_at"), "contact", ["expires_at"])
    op.create_table(
        "letter_link",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=22), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_letter_link_account_id_account")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_letter_link")),
    )
    op.create_index(op.f("ix_letter_link_account_id"), "letter_link", ["account_id"])
    op.create_index(op.f("ix_letter_link_expires_at"), "letter_link", ["expires_at"])


def downgrade() -> None:
    op.drop_table("letter_link")
    op.drop_table("contact")
