"""OpenID Connect, complete: services that register themselves, sessions that end everywhere, devices, codes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("client") as client:
        client.add_column(sa.Column("registration_token_digest", sa.String(), nullable=True))
        client.add_column(sa.Column("used_at", _MOMENT, nullable=True))
    # Written and never read: each decision keeps what the register said when it was taken.
    with op.batch_alter_table("grant") as grant:
        grant.drop_column("use_versions")

    op.create_table(
        "client_audience",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.client_id"],
            name=op.f("fk_client_audience_client_id_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("audience", name=op.f("pk_client_audience")),
    )
    op.create_index(op.f("ix_client_audience_client_id"), "client_audience", ["client_id"])
    op.create_table(
        "client_origin",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.client_id"],
            name=op.f("fk_client_origin_client_id_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("origin", "client_id", name=op.f("pk_client_origin")),
    )
    op.create_table(
        "client_logo",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name=op.f("fk_client_logo_client_id_client")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_logo")),
    )
    op.create_table(
        "client_session",
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sid", "client_id", name=op.f("pk_client_session")),
    )
    op.create_index(op.f("ix_client_session_account_id"), "client_session", ["account_id"])
    op.create_index(op.f("ix_client_session_created_at"), "client_session", ["created_at"])
    op.create_table(
        "device_code",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.String(length=22), nullable=True),
        sa.Column("grant_id", sa.String(length=22), nullable=True),
        sa.Column("issue_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("polled_at", _MOMENT, nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_device_code")),
        sa.UniqueConstraint("user_code_digest", name=op.f("uq_device_code_user_code_digest")),
    )
    op.create_index(op.f("ix_device_code_expires_at"), "device_code", ["expires_at"])
    op.create_table(
        "half_sign_in",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("wrapped_vault_key", sa.LargeBinary(), nullable=False),
        sa.Column("known_browser", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_half_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_half_sign_in")),
    )
    op.create_index(op.f("ix_half_sign_in_account_id"), "half_sign_in", ["account_id"])
    op.create_index(op.f("ix_half_sign_in_expires_at"), "half_sign_in", ["expires_at"])
    op.create_table(
        "initial_access_token",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_initial_access_token")),
    )
    op.create_index(op.f("ix_initial_access_token_expires_at"), "initial_access_token", ["expires_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("payload", _JSON, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("last_error", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_client_id"), "notice", ["client_id"])
    op.create_index(op.f("ix_notice_due_at"), "notice", ["due_at"])
    op.create_table(
        "one_time_code",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_code_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_one_time_code")),
    )


def downgrade() -> None:
    # Each table takes its indexes along.
    for table in (
        "one_time_code",
        "notice",
        "initial_access_token",
        "half_sign_in",
        "device_code",
        "client_session",
        "client_logo",
        "client_origin",
        "client_audience",
    ):
        op.drop_table(table)
    with op.batch_alter_table("grant") as grant:
        grant.add_column(sa.Column("use_versions", _JSON, nullable=False, server_default=sa.text("'[]'")))
        grant.alter_column("use_versions", server_default=None)
    with op.batch_alter_table("client") as client:
        client.drop_column("used_at")
        client.drop_column("registration_token_digest")
