"""Rows of what citizens share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Row, Table, and_, bindparam, delete, or_, select, update

from idp.accounts.models import AccountRow
from idp.consent.errors import GrantTakenError
from idp.consent.models import GrantRow
from idp.consent.values import ONE_TIME, Decision, Duration, Grant
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.storage.prepared import Prepared
from idp.vault.models import VaultDocumentRow

_grant: Final = cast("Table", GrantRow.__table__)
_WITH_VAULT: Final = select(_grant, VaultDocumentRow.version.label("vault_version_now")).join(
    VaultDocumentRow,
    (VaultDocumentRow.account_id == _grant.c.account_id) & (VaultDocumentRow.persona == _grant.c.persona),
    isouter=True,
)
_OWN: Final = _WITH_VAULT.where(_grant.c.account_id == bindparam("of_account"), _grant.c.id == bindparam("named"))
_WITH_VERSION: Final = _WITH_VAULT.where(
    _grant.c.account_id == bindparam("of_account"), _grant.c.client_id == bindparam("for_client")
)
_STANDING: Final = _WITH_VERSION.where(_grant.c.pinned)
_SETTLED: Final = _WITH_VERSION.where(_grant.c.id == bindparam("settled"))
_OF_PERSONA: Final = _WITH_VERSION.where(_grant.c.persona == bindparam("as_persona"))
_ENDS: Final = {"claims_sealed": None, "grant_key_wrapped": None, "paused_at": None, "remind_at": None}
#: Built once: on the release path building a statement costs as much as running it.
_USED: Final = (
    update(_grant)
    .where(
        _grant.c.id == bindparam("used"), or_(_grant.c.last_used_at.is_(None), _grant.c.last_used_at < bindparam("at"))
    )
    .values(last_used_at=bindparam("at"))
)


def grant_of(row: Row[Any]) -> Grant:
    """Return the grant in a row that holds all columns of the table, and perhaps `vault_version_now`."""
    return grant_from(dict(row._mapping))  # noqa: SLF001 - the documented access by name


def grant_from(columns: Mapping[str, Any]) -> Grant:
    """Return the grant in columns by name, as :func:`grant_of` does."""
    return Grant(
        id=columns["id"],
        account_id=columns["account_id"],
        persona=columns["persona"],
        client_id=columns["client_id"],
        sub=columns["sub"],
        scopes=tuple(columns["scopes"]),
        decisions=tuple(Decision(**decision) for decision in columns["decisions"]),
        claims=tuple(columns["claims"]),
        claims_sealed=columns["claims_sealed"],
        grant_key_wrapped=columns["grant_key_wrapped"],
        vault_version=columns["vault_version"],
        sealed_at=columns["sealed_at"],
        duration=Duration(columns["duration"]),
        created_at=columns["created_at"],
        updated_at=columns["updated_at"],
        reconfirm_at=columns["reconfirm_at"],
        withdrawn_at=columns["withdrawn_at"],
        token_epoch=columns["token_epoch"],
        last_used_at=columns["last_used_at"],
        vault_version_now=columns.get("vault_version_now"),
        pinned=columns["pinned"],
        paused_at=columns["paused_at"],
        remind_at=columns["remind_at"],
    )


class GrantStore:
    """The table `grant`."""

    def __init__(self, *, db: Database) -> None:
        self._db = db
        self._standing = Prepared(_STANDING, db=db)
        self._settled = Prepared(_SETTLED, db=db)
        self._of_persona = Prepared(_OF_PERSONA, db=db)

    def standing(self, account_id: str, client_id: str) -> Grant | None:
        """Return the grant by which a service knows a citizen, with the vault's present version: one statement."""
        return _found(self._standing.one({"of_account": account_id, "for_client": client_id}))

    def settled(self, account_id: str, client_id: str, grant_id: str) -> Grant | None:
        """Return a grant that a page has just settled, a one-time one too: one statement."""
        return _found(self._settled.one({"of_account": account_id, "for_client": client_id, "settled": grant_id}))

    def of_persona(self, account_id: str, client_id: str, persona: str) -> Grant | None:
        """Return what a citizen ever decided for a service as one persona: one statement."""
        return _found(self._of_persona.one({"of_account": account_id, "for_client": client_id, "as_persona": persona}))

    def of_account(self, account_id: str) -> tuple[Grant, ...]:
        """Return every grant of a citizen, newest decision first."""
        statement = select(_grant).where(_grant.c.account_id == account_id).order_by(_grant.c.updated_at.desc())
        with self._db.reading() as connection:
            return tuple(grant_of(row) for row in connection.execute(statement))

    def one(self, account_id: str, grant_id: str) -> Grant | None:
        """Return one grant of a citizen, with the vault's present version; nobody else's."""
        with self._db.reading() as connection:
            row = connection.execute(_OWN, {"of_account": account_id, "named": grant_id}).mappings().one_or_none()
        return _found(None if row is None else dict(row))

    def put(self, grant: Grant, *, before: Grant | None = None) -> None:
        """Insert a grant, or replace the one for the same citizen, persona and service.

        From then on it is the one by which the service knows the citizen: any other one is over. A one-time one takes
        nobody's place, because the next visit finds nothing of it.

        :param before: the grant that this one goes on from, as it was read.
        :raises GrantTakenError: another window was first with a grant of the same persona, or has stopped or paused
            this one since it was read: what was stopped does not come back.
        """
        row = _row(grant)
        identity = ("id", "account_id", "persona", "client_id")
        statement = (
            insert_into(self._db, GrantRow)
            .values(row)
            .on_conflict_do_update(
                index_elements=["account_id", "persona", "client_id"],
                set_={name: value for name, value in row.items() if name not in (*identity, "last_used_at")},
                # The identifier is bound into the sealed values, so the row may only take those of its own.
                where=and_(_grant.c.id == grant.id, *_as_read(before)),
            )
            .returning(_grant.c.id)
        )
        with self._db.transaction() as connection:
            self._end_others(grant)
            if connection.execute(statement).scalar_one_or_none() is None:
                raise GrantTakenError

    def _end_others(self, grant: Grant) -> None:
        """End what the service was given under another identity of the citizen.

        Two windows that choose different personas wait for each other at the account's row, so that one of them wins.
        """
        of_service = (_grant.c.account_id == grant.account_id) & (_grant.c.client_id == grant.client_id)
        other = of_service & _grant.c.pinned & (_grant.c.id != grant.id)
        with self._db.transaction() as connection:
            connection.execute(
                select(AccountRow.id).where(AccountRow.id == grant.account_id).with_for_update(key_share=True)
            )
            connection.execute(
                update(_grant)
                .where(other, _grant.c.withdrawn_at.is_(None))
                .values(withdrawn_at=grant.updated_at, token_epoch=_grant.c.token_epoch + 1, **_ENDS)
            )
            if not grant.one_time:
                connection.execute(update(_grant).where(other).values(pinned=False))

    def reseal(self, grant: Grant, *, as_of: datetime) -> bool:
        """Replace the sealed values, unless the grant was decided on anew or stopped since `as_of`."""
        statement = (
            update(_grant)
            .where(
                _grant.c.id == grant.id,
                _grant.c.updated_at == as_of,
                _grant.c.withdrawn_at.is_(None),
                # One whose end has come has moved on, and has nothing left to replace.
                _grant.c.token_epoch == grant.token_epoch,
                _grant.c.claims_sealed.is_not(None),
            )
            .values(
                claims=list(grant.claims),
                claims_sealed=grant.claims_sealed,
                vault_version=grant.vault_version,
                sealed_at=grant.sealed_at,
            )
        )
        return self._changed(statement) == 1

    def unpin(self, account_id: str, persona: str) -> None:
        """Let nothing be known by a persona that is about to go; its rows stay as a record."""
        statement = update(_grant).where(_grant.c.account_id == account_id, _grant.c.persona == persona)
        self._changed(statement.values(pinned=False))

    def services_among(self, client_ids: Collection[str]) -> frozenset[str]:
        """Return those of the services that have a grant, in whatever state."""
        with self._db.reading() as connection:
            found = connection.execute(select(_grant.c.client_id).where(_grant.c.client_id.in_(client_ids)).distinct())
            return frozenset(found.scalars())

    def purge_one_time(self, *, before: datetime, limit: int) -> int:
        """Delete one-time identities that ended before the moment: nothing then says how often somebody was where."""
        ended = (
            select(_grant.c.id)
            .where(_grant.c.persona.startswith(f"{ONE_TIME}:"), _grant.c.reconfirm_at < before)
            .limit(limit)
        )
        return self._changed(delete(_grant).where(_grant.c.id.in_(ended)))

    def mark_used(self, moments: Mapping[str, datetime]) -> None:
        """Note when grants last served a token; an earlier moment never replaces a later one."""
        # In order of identifier, so that two processes never wait for each other's rows.
        rows = [{"used": grant_id, "at": moments[grant_id]} for grant_id in sorted(moments)]
        with self._db.transaction() as connection:
            connection.execute(_USED, rows)

    def _changed(self, statement: Any) -> int:  # noqa: ANN401 - an update of any shape
        with self._db.transaction() as connection:
            return cast("CursorResult[Any]", connection.execute(statement)).rowcount


def _as_read(before: Grant | None) -> tuple[ColumnElement[bool], ...]:
    if before is None:
        return ()
    return (
        _grant.c.token_epoch == before.token_epoch,
        _grant.c.withdrawn_at.is_not_distinct_from(before.withdrawn_at),
        _grant.c.paused_at.is_not_distinct_from(before.paused_at),
    )


def _found(row: Mapping[str, Any] | None) -> Grant | None:
    return None if row is None else grant_from(row)


def _row(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "account_id": grant.account_id,
        "persona": grant.persona,
        "pinned": not grant.one_time,
        "client_id": grant.client_id,
        "sub": grant.sub,
        "scopes": list(grant.scopes),
        "decisions": [
            {
                "claim": decision.claim,
                "allowed": decision.allowed,
                "form": decision.form,
                "attribute_id": decision.attribute_id,
                "basis": decision.basis,
            }
            for decision in grant.decisions
        ],
        "claims": list(grant.claims),
        "claims_sealed": grant.claims_sealed,
        "grant_key_wrapped": grant.grant_key_wrapped,
        "vault_version": grant.vault_version,
        "sealed_at": grant.sealed_at,
        "duration": grant.duration.value,
        "created_at": grant.created_at,
        "updated_at": grant.updated_at,
        "reconfirm_at": grant.reconfirm_at,
        "withdrawn_at": grant.withdrawn_at,
        "token_epoch": grant.token_epoch,
        "last_used_at": grant.last_used_at,
        "paused_at": grant.paused_at,
        "remind_at": grant.remind_at,
    }
