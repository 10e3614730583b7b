"""Deleting entries: one, all before a day, all with one service. After a warning, and with a fresh sign-in only."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from idp.activity.filters import Filter
from idp.web.access import citizen
from idp.web.citizen.activity.filtering import day
from idp.web.citizen.activity.wording import service_options
from idp.web.citizen.details.held import service_name
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, signed_in
from idp.web.forms import Problem
from idp.web.limits import limited
from idp.web.pages import page_blueprint

bp = page_blueprint("activity_delete", __name__, url_prefix="/activity/delete")

_LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is to be deleted, and how the page and the ledger name it."""

    extent: str
    fitting: Filter
    #: The field of the form, and what it holds.
    field: str
    value: str


@bp.get("")
@citizen
def form() -> ResponseReturnValue:
    """Ask what to delete, or say what deleting it means."""
    if stale := sign_in_again(request.full_path.rstrip("?")):
        return stale
    values = request.args.to_dict()
    wanted = _wanted(values)
    if wanted is None:
        return _choosing_page(values)
    number = services().activity.count(signed_in().account_id, fitting=wanted.fitting)
    return _choosing_page(values) if not number else _warning_page(wanted, number)


@bp.post("")
@citizen
@limited("sign_in")
def delete() -> ResponseReturnValue:
    """Delete it."""
    values = request.form.to_dict()
    wanted = _wanted(values)
    if stale := sign_in_again(url_for("activity_delete.form")):
        return stale
    if wanted is None:
        return redirect(url_for("activity_delete.form"), code=303)
    number = services().activity.delete(signed_in().account_id, fitting=wanted.fitting, extent=wanted.extent)
    flash(ngettext("%(num)s entry is deleted.", "%(num)s entries are deleted.", number), "success")
    return redirect(url_for("activity.index"), code=303)


def _wanted(values: dict[str, str]) -> Deletion | None:
    """Read which entries are meant; None when that makes no sense or is left open."""
    row, before, service = (values.get(name, "").strip() for name in ("row", "before", "service"))
    if row.isascii() and row.isdigit() and len(row) <= _LONGEST_NUMBER:
        return Deletion("one", Filter(sequence=int(row)), "row", row)
    if (moment := day(before)) is not None:
        return Deletion("older", Filter(until=moment), "before", before)
    if service and service.isprintable():
        return Deletion("service", Filter(client_id=service), "service", service)
    return None


def _choosing_page(values: dict[str, str]) -> ResponseReturnValue:
    field = next((name for name in ("before", "service") if name in values), None)
    found: tuple[Problem, ...] = ()
    if field == "before" and day(values[field].strip()) is None:
        found = (Problem(field, _("Write the date as year, month and day, such as 2026-03-27.")),)
    elif field is not None:
        found = (Problem(field, _("There are no entries like this to delete.")),)
    page = render_template(
        "citizen/activity/choose_deletion.html",
        services=service_options(services().activity.facets(signed_in().account_id).client_ids),
        before=values.get("before", ""),
        problems=found,
    )
    return page, 422 if found else 200


def _warning_page(wanted: Deletion, number: int) -> ResponseReturnValue:
    return render_template(
        "citizen/activity/delete.html",
        wanted=wanted,
        number=number,
        day=wanted.fitting.until,
        service=service_name(wanted.value) if wanted.extent == "service" else "",
    )
