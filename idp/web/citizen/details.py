"""Your details: everything that the vault holds, with its source, its date and who has it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from idp.web.access import citizen
from idp.web.citizen import details_add, details_change, details_language, details_remove
from idp.web.citizen.details_held import DetailGroup, groups, opened
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("details", __name__, url_prefix="/details")


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List what is held, by group, and what could be added."""
    document = opened()
    if document is None:
        return render_template("citizen/details_locked.html")
    found = groups(document)
    ready = services().vault.ready(signed_in().account_id)
    return render_template("citizen/details.html", groups=found, ready=ready, empty=_empty(found))


def _empty(found: tuple[DetailGroup, ...]) -> bool:
    return not any(group.held for group in found)


bp.add_url_rule("/add/<claim>", "add", details_add.form)
bp.add_url_rule("/add/<claim>", "save_new", details_add.save, methods=["POST"])
bp.add_url_rule("/add/<claim>/language", "add_language", details_language.form)
bp.add_url_rule("/add/<claim>/language", "save_language", details_language.save, methods=["POST"])
bp.add_url_rule("/<detail>/change", "change", details_change.form)
bp.add_url_rule("/<detail>/change", "save", details_change.save, methods=["POST"])
bp.add_url_rule("/<detail>/remove", "ask_remove", details_remove.ask)
bp.add_url_rule("/<detail>/remove", "remove", details_remove.remove, methods=["POST"])
