"""Activity: everything that happened with a citizen's account, in plain words, names and never values."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from idp.activity.filters import Facets
from idp.activity.groups import Group
from idp.activity.values import Kind, Page
from idp.web.access import citizen
from idp.web.citizen.activity.events import by_day, kind_names
from idp.web.citizen.activity.filtering import Asked, asked, number
from idp.web.citizen.activity.plot import Plot, last_months
from idp.web.citizen.activity.wording import detail_options, group_name, service_options
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("activity", __name__, url_prefix="/activity")

ROWS = 25


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """Show what happened, the latest first, narrowed down when asked so."""
    account_id = signed_in().account_id
    facets = services().activity.facets(account_id)
    wanted, before, after = asked(facets), number("before"), number("after")
    page = services().activity.page(account_id, before=before, after=after, limit=ROWS, fitting=wanted.fitting)
    first = not wanted.query and before is None and after is None
    return _timeline(page, wanted, facets, plot=last_months(account_id) if first else None)


def _timeline(page: Page, wanted: Asked, facets: Facets, *, plot: Plot | None) -> ResponseReturnValue:
    shown = render_template(
        "citizen/activity/activity.html",
        days=by_day(page.rows),
        kinds=_kinds(wanted),
        services=service_options(facets.client_ids | _chosen(wanted.fitting.client_id)),
        details_held=detail_options(facets.claims | _chosen(wanted.fitting.claim)),
        browsers=[(one, one) for one in sorted(facets.browsers | _chosen(wanted.fitting.browser))],
        wanted=wanted,
        problems=wanted.problems,
        plot=plot,
        newer=_link(wanted, after=page.newer),
        older=_link(wanted, before=page.older),
        earlier=services().portability.earlier.are_there(signed_in().account_id),
    )
    return shown, 422 if wanted.problems else 200


def _kinds(wanted: Asked) -> list[tuple[str, str]]:
    """List the groups, and the one kind that an address names by itself."""
    groups = [(group.value, group_name(group)) for group in Group]
    named = wanted.value("kind")
    return groups + [entry for entry in kind_names() if entry[0] == named and entry[0] in set(Kind)]


def _chosen(value: str | None) -> frozenset[str]:
    return frozenset() if value is None else frozenset({value})


def _link(wanted: Asked, **place: int | None) -> str | None:
    if None in place.values():
        return None
    return url_for("activity.index", _anchor="timeline", **wanted.query, **place)  # type: ignore[arg-type]
