"""The table of what citizens share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.db import Base
from idp.storage.types import JSONColumn, JSONValue, UTCDateTime


class GrantRow(Base):
    """What one citizen currently lets one service know about them."""

    __tablename__ = "grant"
    __table_args__ = (
        UniqueConstraint("account_id", "persona", "client_id"),
        Index(
            "uq_grant_pinned",
            "account_id",
            "client_id",
            unique=True,
            sqlite_where=text("pinned = 1"),
            postgresql_where=text("pinned"),
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    #: Whose identifier the service knows: a persona of the vault, or `once:` and a name for a single visit.
    persona: Mapped[str] = mapped_column(String(22))
    #: The one by which the service knows this citizen now. Those before it stay as their record, without values.
    pinned: Mapped[bool] = mapped_column(server_default=true())
    # Named, because a key takes its type along only once the other table has been imported.
    client_id: Mapped[str] = mapped_column(String, ForeignKey("client.client_id"), index=True)
    #: The subject identifier that this service knows the citizen by.
    sub: Mapped[str]
    scopes: Mapped[JSONValue] = mapped_column(JSONColumn)
    #: Claim, allowed, form, attribute and basis of each decision, refusals too: they are not asked again.
    decisions: Mapped[JSONValue] = mapped_column(JSONColumn)
    #: Names of the claims whose values are sealed. Values are in `claims_sealed`, which only a token opens.
    claims: Mapped[JSONValue] = mapped_column(JSONColumn)
    claims_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The grant key under the vault key, so that its owner can seal anew.
    grant_key_wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    vault_version: Mapped[int]
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    duration: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: When it ends, to the second.
    reconfirm_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: Set when the citizen stops sharing; the row stays as their record, the sealed values go.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Tokens carry it; moving it on ends them all.
    token_epoch: Mapped[int]
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Set while the citizen has paused it.
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When the citizen is to be reminded of its end; emptied by whoever reminds them.
    remind_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class ToldRow(Base):
    """A service that was given the present value of a detail because its citizen said so. Names no value."""

    __tablename__ = "told"
    __table_args__ = (UniqueConstraint("account_id", "attribute_id", "grant_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    #: Of the detail in the vault: random, and names nothing.
    attribute_id: Mapped[str] = mapped_column(String(22))
    grant_id: Mapped[str] = mapped_column(String(22))
    notice_id: Mapped[str | None] = mapped_column(String(22))
    told_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
