"""Activity: everything that happened with a citizen's account, in plain words, names and never values."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from idp.activity.values import Kind, Page
from idp.web.access import citizen
from idp.web.citizen.activity.events import by_day, kind_names
from idp.web.citizen.details.held import service_name
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("activity", __name__, url_prefix="/activity")

ROWS = 30

#: Longer ids and numbers are none of ours.
_LONGEST = 200
_LONGEST_NUMBER = 15


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """Show what happened, the latest first, of one kind or with one service when asked so."""
    kind, client_id, before = _kind(), _client_id(), _before()
    page = services().activity.page(signed_in().account_id, before=before, limit=ROWS, kind=kind, client_id=client_id)
    return _timeline(page, kind, client_id, before)


@bp.get("/check")
@citizen
def check() -> ResponseReturnValue:
    """Follow the chain from the first row to the last."""
    broken = services().activity.verify(signed_in().account_id)
    return render_template("citizen/activity/check.html", broken=broken, checked_at=services().clock.now())


def _timeline(page: Page, kind: Kind | None, client_id: str | None, before: int | None) -> str:
    name = kind.value if kind else None
    return render_template(
        "citizen/activity/activity.html",
        days=by_day(page.rows),
        kinds=kind_names(),
        services=_services(client_id),
        kind=name,
        service=client_id,
        newer=url_for("activity.index", kind=name, service=client_id) if before is not None else None,
        older=_older(page, name, client_id),
        filtered=bool(name or client_id),
    )


def _older(page: Page, kind: str | None, client_id: str | None) -> str | None:
    if page.older is None:
        return None
    return url_for("activity.index", before=page.older, kind=kind, service=client_id)


def _services(chosen: str | None) -> list[tuple[str, str]]:
    grants = services().consent.shared_with(signed_in().account_id)
    ids = dict.fromkeys([*(grant.client_id for grant in grants), *([chosen] if chosen else [])])
    return sorted(((one, service_name(one)) for one in ids), key=lambda entry: entry[1].casefold())


def _kind() -> Kind | None:
    try:
        return Kind(request.args.get("kind", ""))
    except ValueError:
        return None


def _client_id() -> str | None:
    asked = request.args.get("service", "")
    return asked if 0 < len(asked) <= _LONGEST and asked.isprintable() else None


def _before() -> int | None:
    asked = request.args.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_NUMBER else None
