"""Everything that the first version keeps: citizens, vaults, services, sharing, tokens, keys, the ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_CURRENT = sa.text("state <> 'retired'")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("login_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login_index", name=op.f("uq_account_login_index")),
    )
    op.create_table(
        "activity",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("claims", _JSON, nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sequence", name=op.f("pk_activity")),
    )
    op.create_table(
        "authorization_code",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("grant_id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("issue_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("redeemed_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_authorization_code")),
    )
    op.create_index(op.f("ix_authorization_code_expires_at"), "authorization_code", ["expires_at"])

    op.create_table(
        "client",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("names", _JSON, nullable=False),
        sa.Column("organisation", _JSON, nullable=False),
        sa.Column("registration", _JSON, nullable=False),
        sa.Column("secret_digests", _JSON, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    op.create_table(
        "interaction",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_interaction")),
    )
    op.create_index(op.f("ix_interaction_expires_at"), "interaction", ["expires_at"])

    op.create_table(
        "refresh_chain",
        sa.Column("issue_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("grant_id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_refresh_chain")),
    )
    op.create_index(op.f("ix_refresh_chain_expires_at"), "refresh_chain", ["expires_at"])

    op.create_table(
        "revoked_token",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revoked_token")),
    )
    op.create_index(op.f("ix_revoked_token_expires_at"), "revoked_token", ["expires_at"])

    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_expires_at"), "sign_in_tries", ["expires_at"])

    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", _JSON, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("activated_at", _MOMENT, nullable=True),
        sa.Column("retired_at", _MOMENT, nullable=True),
        sa.Column("publish_until", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_index(
        "uq_signing_key_current",
        "signing_key",
        ["algorithm", "state"],
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )

    op.create_table(
        "used_assertion",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_assertion")),
    )
    op.create_index(op.f("ix_used_assertion_expires_at"), "used_assertion", ["expires_at"])

    op.create_table(
        "version",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_version")),
    )
    op.create_table(
        "browser_session",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("auth_time", _MOMENT, nullable=False),
        sa.Column("acr", sa.String(length=80), nullable=False),
        sa.Column("amr", _JSON, nullable=False),
        sa.Column("wrapped_vault_key", sa.LargeBinary(), nullable=True),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_browser_session_account_id_account")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_browser_session")),
        sa.UniqueConstraint("sid", name=op.f("uq_browser_session_sid")),
    )
    op.create_index(op.f("ix_browser_session_account_id"), "browser_session", ["account_id"])
    op.create_index(op.f("ix_browser_session_expires_at"), "browser_session", ["expires_at"])
    op.create_index(op.f("ix_browser_session_seen_at"), "browser_session", ["seen_at"])

    op.create_table(
        "grant",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("persona", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("scopes", _JSON, nullable=False),
        sa.Column("decisions", _JSON, nullable=False),
        sa.Column("claims", _JSON, nullable=False),
        sa.Column("use_versions", _JSON, nullable=False),
        sa.Column("claims_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("grant_key_wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("vault_version", sa.Integer(), nullable=False),
        sa.Column("sealed_at", _MOMENT, nullable=False),
        sa.Column("duration", sa.String(length=8), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("reconfirm_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("token_epoch", sa.Integer(), nullable=False),
        sa.Column("last_used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_grant_account_id_account")),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name=op.f("fk_grant_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint("account_id", "persona", "client_id", name=op.f("uq_grant_account_id_persona_client_id")),
    )
    op.create_index(op.f("ix_grant_client_id"), "grant", ["client_id"])
    op.create_index(op.f("ix_grant_reconfirm_at"), "grant", ["reconfirm_at"])

    op.create_table(
        "key_slot",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_key_slot_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_slot")),
    )
    op.create_index(op.f("ix_key_slot_account_id"), "key_slot", ["account_id"])

    op.create_table(
        "known_browser",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_known_browser_account_id_account")),
        sa.PrimaryKeyConstraint("digest", "account_id", name=op.f("pk_known_browser")),
    )
    op.create_index(op.f("ix_known_browser_account_id"), "known_browser", ["account_id"])
    op.create_index(op.f("ix_known_browser_expires_at"), "known_browser", ["expires_at"])

    op.create_table(
        "password",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("memory_kib", sa.Integer(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("parallelism", sa.Integer(), nullable=False),
        sa.Column("verifier_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_password_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_password")),
    )
    op.create_table(
        "registered_use",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("purpose", _JSON, nullable=False),
        sa.Column("lawful_basis", sa.Text(), nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("without_it", _JSON, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("approved_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name=op.f("fk_registered_use_client_id_client")),
        sa.PrimaryKeyConstraint("client_id", "key", "version", name=op.f("pk_registered_use")),
    )
    op.create_table(
        "vault_document",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("persona", sa.String(length=22), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_vault_document_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "persona", name=op.f("pk_vault_document")),
    )


def downgrade() -> None:
    # Each table takes its indexes along.
    op.drop_table("vault_document")
    op.drop_table("registered_use")
    op.drop_table("password")
    op.drop_table("known_browser")
    op.drop_table("key_slot")
    op.drop_table("grant")
    op.drop_table("browser_session")
    op.drop_table("version")
    op.drop_table("used_assertion")
    op.drop_table("signing_key")
    op.drop_table("sign_in_tries")
    op.drop_table("revoked_token")
    op.drop_table("refresh_chain")
    op.drop_table("interaction")
    op.drop_table("client")
    op.drop_table("authorization_code")
    op.drop_table("activity")
    op.drop_table("account")
