"""Your details: everything that the vault holds, with its source, its date and who has it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from idp.web.access import citizen
from idp.web.citizen.details import add, change, language, remove, tell
from idp.web.citizen.details.held import DetailGroup, groups, opened
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("details", __name__, url_prefix="/details")


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List what is held, by group, and what could be added."""
    document = opened()
    if document is None:
        return render_template("citizen/details/locked.html")
    found = groups(document)
    ready = services().vault.ready(signed_in().account_id)
    return render_template(
        "citizen/details/details.html",
        groups=found,
        ready=ready,
        organisations=len(services().organisations.directory),
        empty=_empty(found),
    )


def _empty(found: tuple[DetailGroup, ...]) -> bool:
    return not any(group.held for group in found)


bp.add_url_rule("/add/<claim>", "add", add.form)
bp.add_url_rule("/add/<claim>", "save_new", add.save, methods=["POST"])
bp.add_url_rule("/add/<claim>/language", "add_language", language.form)
bp.add_url_rule("/add/<claim>/language", "save_language", language.save, methods=["POST"])
bp.add_url_rule("/<detail>/change", "change", change.form)
bp.add_url_rule("/<detail>/change", "save", change.save, methods=["POST"])
bp.add_url_rule("/<detail>/remove", "ask_remove", remove.ask)
bp.add_url_rule("/<detail>/remove", "remove", remove.remove, methods=["POST"])
bp.add_url_rule("/<detail>/tell", "ask_tell", tell.form)
bp.add_url_rule("/<detail>/tell", "tell", tell.tell, methods=["POST"])
bp.add_url_rule("/<detail>/tell/<told>/again", "retry_tell", tell.retry, methods=["POST"])
