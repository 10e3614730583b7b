"""What the ledger's statements have in common: rows as values, and filters as conditions."""

import json
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, cast, false, func, or_, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from idp.activity.filters import Filter, Meaning
from idp.activity.models import ActivityRow
from idp.activity.values import BROWSER, Kind, LinkedRow, Row

_row: Final[Table] = ActivityRow.__table__  # type: ignore[assignment]

#: In the column `kind` of a row that its citizen deleted.
EMPTY: Final = "empty"


def filled() -> ColumnElement[bool]:
    """Tell rows that say something from those that were deleted."""
    return _row.c.kind != EMPTY


def deletable() -> ColumnElement[bool]:
    """Tell rows that a citizen may delete: all but those that tell of deletions, which hold the chain together."""
    return _row.c.kind.not_in((EMPTY, Kind.ACTIVITY_DELETED.value))


def conditions(fitting: Filter, *, dialect: str) -> list[ColumnElement[bool]]:
    """Write a filter as conditions."""
    found: list[ColumnElement[bool]] = []
    if fitting.sequence is not None:
        found.append(_row.c.sequence == fitting.sequence)
    if fitting.kinds is not None:
        found.append(_row.c.kind.in_([kind.value for kind in fitting.kinds]))
    if fitting.client_id is not None:
        found.append(_row.c.client_id == fitting.client_id)
    if fitting.claim is not None:
        found.append(_names(fitting.claim, dialect=dialect))
    if fitting.browser is not None:
        found.append(_row.c.facts[BROWSER].as_string() == fitting.browser)
    if fitting.since is not None:
        found.append(_row.c.at >= fitting.since)
    if fitting.until is not None:
        found.append(_row.c.at < fitting.until)
    return [*found, *(_means(word, dialect=dialect) for word in fitting.words)]


def linked_from(row: Any) -> LinkedRow:  # noqa: ANN401 - a row of the table above
    """Give what stands in a row of the table."""
    said = None if row.kind == EMPTY else row_from(row)
    return LinkedRow(
        account_id=row.account_id,
        sequence=row.sequence,
        row=said,
        content=row.content,
        previous=row.previous,
        hash=row.hash,
        erased_by=row.erased_by,
    )


def row_from(row: Any) -> Row:  # noqa: ANN401 - as above
    """Give what a row says."""
    return Row(
        account_id=row.account_id,
        sequence=row.sequence,
        at=row.at,
        kind=Kind(row.kind),
        client_id=row.client_id,
        claims=tuple(row.claims),
        facts=row.facts,
    )


def _means(word: Meaning, *, dialect: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [_names(claim, dialect=dialect) for claim in sorted(word.claims)]
    ways += _among(_row.c.kind, [kind.value for kind in word.kinds])
    ways += _among(_row.c.client_id, word.client_ids)
    return or_(*ways) if ways else false()


def _among(column: ColumnElement[Any], values: Collection[str]) -> list[ColumnElement[bool]]:
    return [column.in_(sorted(values))] if values else []


def _names(claim: str, *, dialect: str) -> ColumnElement[bool]:
    """Tell rows that name a detail."""
    if dialect == "postgresql":
        return type_coerce(_row.c.claims, JSONB).contains([claim])
    # The list is kept as JSON text, in which a quoted name cannot be a part of another one.
    return func.instr(cast(_row.c.claims, String), json.dumps(claim)) > 0
