"""What happened before a citizen moved here, as another provider kept it: read, and never added to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.activity.records import EntryRecord, moment
from idp.activity.values import Kind, Row
from idp.web.access import citizen
from idp.web.citizen.activity.events import by_day
from idp.web.citizen.activity.filtering import number
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("activity_earlier", __name__, url_prefix="/activity/earlier")


@bp.get("")
@citizen
def page() -> ResponseReturnValue:
    """Show a page of it, the latest first."""
    session = signed_in()
    if session.vault_key is None:
        return render_template("citizen/details/locked.html")
    found = services().portability.earlier.page(session.account_id, session.vault_key, number("page") or 1)
    if found is None:
        abort(404)
    return render_template(
        "citizen/activity/earlier.html",
        days=by_day(_rows(found.account, found.entries), names=found.services),
        kept_by=found.kept_by,
        newer=_link(found.newer),
        older=_link(found.older),
    )


def _rows(account: str, entries: Iterable[EntryRecord]) -> Iterable[Row]:
    for entry in entries:
        if entry.deleted_by is None and entry.at is not None and entry.kind is not None:
            # Of another version, perhaps; the page has a sentence for kinds that it does not know.
            kind = cast("Kind", entry.kind)
            details = tuple(entry.details)
            yield Row(account, entry.number, moment(entry.at), kind, entry.service, details, entry.facts)


def _link(page: int | None) -> str | None:
    return None if page is None else url_for("activity_earlier.page", page=page)
