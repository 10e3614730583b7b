"""Rows of tokens, through Core.

Single use is one statement each time: the database says who was first. One statement is a transaction by itself, so
what it took stays taken whatever becomes of the request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import (
    CursorResult,
    LargeBinary,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)

from idp.accounts.models import AccountRow
from idp.accounts.values import State
from idp.consent.models import GrantRow
from idp.consent.store import grant_from
from idp.consent.values import Grant
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.storage.prepared import Prepared
from idp.tokens.models import AuthorizationCode, DeviceCode, RefreshChain, RevokedToken, UsedAssertion


def _table(model: type[Any]) -> Table:
    table: Table = model.__table__
    return table


_code: Final = _table(AuthorizationCode)
_chain: Final = _table(RefreshChain)
_revoked: Final = _table(RevokedToken)
_device: Final = _table(DeviceCode)
_used: Final = _table(UsedAssertion)
_grant: Final = _table(GrantRow)
_account: Final = _table(AccountRow)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """What is left of a code when somebody presents it again."""

    client_id: str
    account_id: str
    issue_id: bytes
    redeemed: bool


@dataclass(frozen=True, slots=True)
class ChainUse:
    """One use of a refresh token, as its chain sees it."""

    issue_id: bytes
    grant_id: str
    client_id: str
    #: The generation presented.
    generation: int
    now: datetime
    #: Uses after this moment are within the grace of the one before.
    since: datetime
    expires_at: datetime


_REDEEM: Final = (
    update(_code)
    .where(
        _code.c.digest == bindparam("presented"),
        _code.c.client_id == bindparam("presenter"),
        _code.c.redeemed_at.is_(None),
        _code.c.expires_at > bindparam("now"),
    )
    .values(redeemed_at=bindparam("now"))
    .returning(_code.c.sealed, _code.c.issue_id)
)
_CODE: Final = select(_code.c.client_id, _code.c.account_id, _code.c.issue_id, _code.c.redeemed_at).where(
    _code.c.digest == bindparam("presented")
)
_ADD_CODE: Final = insert(_code)

_GRANT: Final = (
    select(_grant)
    .join(_account, _account.c.id == _grant.c.account_id)
    .where(_grant.c.id == bindparam("grant_id"), _account.c.state == State.ACTIVE.value)
)
_GRANT_UNLESS_REVOKED: Final = _GRANT.where(
    ~exists().where(_revoked.c.id.in_([bindparam("jti", type_=LargeBinary), bindparam("issue", type_=LargeBinary)]))
)
_REVOKED: Final = select(literal(1)).where(_revoked.c.id == bindparam("jti"))

_not_revoked = ~exists().where(_revoked.c.id == bindparam("issue", type_=LargeBinary))
_within_grace = and_(_chain.c.generation == bindparam("following"), _chain.c.rotated_at > bindparam("since"))
_first_taker = _chain.c.generation == bindparam("presented")

#: Later uses: move the chain on, or, within the grace, leave it where the use before put it.
_ADVANCE: Final = (
    update(_chain)
    .where(_chain.c.issue_id == bindparam("issue"), or_(_first_taker, _within_grace), _not_revoked)
    .values(
        # Named types: inside a CASE the column's own does not reach the parameter.
        rotated_at=case((_first_taker, bindparam("now", type_=_chain.c.rotated_at.type)), else_=_chain.c.rotated_at),
        expires_at=case((_first_taker, bindparam("until", type_=_chain.c.expires_at.type)), else_=_chain.c.expires_at),
        generation=bindparam("following"),
    )
    .returning(_chain.c.generation)
)
_FIRST_USE: Final = select(
    bindparam("issue", type_=_chain.c.issue_id.type),
    bindparam("grant_id", type_=_chain.c.grant_id.type),
    bindparam("client_id", type_=_chain.c.client_id.type),
    bindparam("following", type_=_chain.c.generation.type),
    bindparam("now", type_=_chain.c.rotated_at.type),
    bindparam("until", type_=_chain.c.expires_at.type),
).where(_not_revoked)


class TokenStore:
    """The four tables of tokens, and the look at a grant that every use of a token takes."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        #: First use: the chain's row appears, or, within the grace, is found to have just appeared.
        begin = (
            insert_into(db, RefreshChain)
            .from_select(
                ["issue_id", "grant_id", "client_id", "generation", "rotated_at", "expires_at"],
                _FIRST_USE,
                include_defaults=False,
            )
            .on_conflict_do_update(
                index_elements=[_chain.c.issue_id],
                set_={"generation": _chain.c.generation},
                where=_within_grace,
            )
            .returning(_chain.c.generation)
        )
        self._advance = Prepared(_ADVANCE, db=db, renewable=True)
        self._begin = Prepared(begin, db=db, renewable=True)
        self._add_code = Prepared(_ADD_CODE, db=db, renewable=True)
        self._redeem = Prepared(_REDEEM, db=db, renewable=True)
        self._code = Prepared(_CODE, db=db)
        self._grant = Prepared(_GRANT, db=db)
        self._grant_unless_revoked = Prepared(_GRANT_UNLESS_REVOKED, db=db)
        self._is_revoked = Prepared(_REVOKED, db=db)
        self._revoke = Prepared(insert_into(db, RevokedToken).on_conflict_do_nothing(), db=db)
        self._use = Prepared(insert_into(db, UsedAssertion).on_conflict_do_nothing(), db=db)

    def add_code(self, row: Mapping[str, Any]) -> None:
        """Keep a code."""
        self._add_code.count(row)

    def redeem(self, *, digest: bytes, client_id: str, now: datetime) -> tuple[bytes, bytes] | None:
        """Use a code up: its sealed content and its issue, or None when there is nothing for this client to use."""
        row = self._redeem.one({"presented": digest, "presenter": client_id, "now": now})
        return None if row is None else (row["sealed"], row["issue_id"])

    def code(self, digest: bytes) -> CodeRow | None:
        """Look at a code that could not be redeemed."""
        row = self._code.one({"presented": digest})
        if row is None:
            return None
        return CodeRow(row["client_id"], row["account_id"], row["issue_id"], row["redeemed_at"] is not None)

    def grant(self, grant_id: str) -> Grant | None:
        """Give a grant whose citizen's account is in use."""
        columns = self._grant.one({"grant_id": grant_id})
        return None if columns is None else grant_from(columns)

    def grant_unless_revoked(self, *, grant_id: str, jti: bytes, issue_id: bytes) -> Grant | None:
        """Give a grant as :meth:`grant` does, unless this token or everything issued with it was revoked."""
        columns = self._grant_unless_revoked.one({"grant_id": grant_id, "jti": jti, "issue": issue_id})
        return None if columns is None else grant_from(columns)

    def is_revoked(self, jti: bytes) -> bool:
        """Tell whether one token was revoked."""
        return self._is_revoked.one({"jti": jti}) is not None

    def advance(self, use: ChainUse) -> bool:
        """Move a chain on by one use; False when another use was first and the grace is over, or it was revoked."""
        parameters = {
            "issue": use.issue_id,
            "following": use.generation + 1,
            "now": use.now,
            "since": use.since,
            "until": use.expires_at,
        }
        if use.generation:
            return self._advance.one(parameters | {"presented": use.generation}) is not None
        return self._begin.one(parameters | {"grant_id": use.grant_id, "client_id": use.client_id}) is not None

    def revoke(self, *, identifier: bytes, expires_at: datetime) -> bool:
        """Revoke a token, or everything issued from one code; False when that was done before."""
        return self._revoke.count({"id": identifier, "expires_at": expires_at}) == 1

    def use_assertion(self, *, digest: bytes, expires_at: datetime) -> bool:
        """Note an assertion as used; False when it was used before."""
        return self._use.count({"digest": digest, "expires_at": expires_at}) == 1

    def purge(self, *, now: datetime, codes_before: datetime, limit: int) -> int:
        """Delete up to `limit` ended rows of each table; how many went."""
        deleted = 0
        for table, key, before in (
            (_code, _code.c.digest, codes_before),
            (_chain, _chain.c.issue_id, now),
            (_revoked, _revoked.c.id, now),
            (_used, _used.c.digest, now),
            # For a while after its end a device is still told that it came too late (RFC 8628 §3.5).
            (_device, _device.c.digest, now - timedelta(hours=1)),
        ):
            ended = select(key).where(table.c.expires_at < before).order_by(table.c.expires_at).limit(limit)
            with self._db.transaction() as connection:
                result = connection.execute(delete(table).where(key.in_(ended)))
                deleted += cast("CursorResult[Any]", result).rowcount
        return deleted
