"""A citizen's activity as a file, written as it is read: JSON with the chain for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Final

import msgspec
from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue

from idp.activity.records import record_of
from idp.activity.values import LinkedRow, Row
from idp.web.access import citizen
from idp.web.citizen.activity.events import sentence
from idp.web.citizen.activity.wording import detail_label
from idp.web.citizen.details.held import service_name
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("activity_export", __name__, url_prefix="/activity")

FORMAT: Final = "proffer-activity"
VERSION: Final = 1
COLUMNS: Final = ("number", "time_utc", "kind", "what", "service", "service_name", "details", "detail_names", "facts")
#: What a spreadsheet would take for the start of a formula (OWASP, "CSV injection").
_FORMULAS: Final = frozenset("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}")


@bp.get("/export.json")
@citizen
def as_json() -> ResponseReturnValue:
    """Give every entry with its place in the chain."""
    account_id = signed_in().account_id
    return _file(_json(account_id), "application/json", "activity.json")


@bp.get("/export.csv")
@citizen
def as_csv() -> ResponseReturnValue:
    """Give every entry that is not deleted as a row of a table."""
    account_id = signed_in().account_id
    return _file(_csv(account_id), "text/csv; charset=utf-8", "activity.csv")


def _file(parts: Iterator[str], mimetype: str, name: str) -> Response:
    answer = Response(stream_with_context(parts), content_type=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _json(account_id: str) -> Iterator[str]:
    head = {"format": FORMAT, "version": VERSION, "account": account_id}
    yield json.dumps(head)[:-1] + ', "entries": ['
    for place, linked in enumerate(services().activity.chain(account_id)):
        yield (",\n" if place else "\n") + msgspec.json.encode(record_of(linked)).decode()
    yield "\n]}\n"


def _csv(account_id: str) -> Iterator[str]:
    # Spreadsheets take a file without this mark for the machine's old encoding, and names for rubbish.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _line(COLUMNS)
    for linked in services().activity.chain(account_id):
        if linked.row is not None:
            yield _line(_cells(linked, linked.row))


def _cells(linked: LinkedRow, row: Row) -> tuple[str, ...]:
    return (
        str(linked.sequence),
        row.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        row.kind.value,
        sentence(row),
        row.client_id or "",
        service_name(row.client_id) if row.client_id else "",
        " ".join(row.claims),
        ", ".join(map(detail_label, row.claims)),
        "; ".join(f"{name}: {fact}" for name, fact in row.facts.items()),
    )


def _line(cells: tuple[str, ...]) -> str:
    """Write one line (RFC 4180), in which no cell is a formula."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([f"'{cell}" if cell[:1] in _FORMULAS else cell for cell in cells])
    return line.getvalue()
