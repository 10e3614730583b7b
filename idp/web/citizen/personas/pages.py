"""Personas: listed, made, renamed and removed."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.vault.errors import PersonaNameError, TooManyPersonasError, VaultChangedError
from idp.vault.faces import MAX_NAME, MAX_PERSONAS
from idp.vault.personas import Persona
from idp.web.access import citizen
from idp.web.citizen import wording
from idp.web.citizen.personas import choosing, identity, own
from idp.web.citizen.personas.shown import card, colours, detail_groups, found, key, name_fault
from idp.web.context import personas, services, signed_in
from idp.web.forms import Problem, text
from idp.web.pages import page_blueprint

bp = page_blueprint("personas", __name__, url_prefix="/personas")
wording.register(bp)

UNPROCESSABLE, CONFLICT = 422, 409


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """List them, and say what they are for."""
    if signed_in().vault_key is None:
        return render_template("citizen/details/locked.html")
    cards = [card(persona) for persona in personas()]
    return render_template("citizen/personas/personas.html", personas=cards, room=len(cards) < MAX_PERSONAS)


@bp.get("/new")
@citizen
def new() -> ResponseReturnValue:
    """Ask for a name and a colour."""
    if signed_in().vault_key is None or len(personas()) >= MAX_PERSONAS:
        # The list says why.
        return redirect(url_for("personas.index"), code=303)
    return _form("citizen/personas/new.html")


@bp.post("/new")
@citizen
def make() -> ResponseReturnValue:
    """Make one, and go on to what it is to have."""
    try:
        made = services().personas.add(
            signed_in().account_id, key(), name=request.form.get("name", ""), colour=text("colour")
        )
    except PersonaNameError as error:
        return _form("citizen/personas/new.html", fault=name_fault(error))
    except TooManyPersonasError:
        return redirect(url_for("personas.index"), code=303)
    flash(_("The persona is made. Choose what it has."), "success")
    return redirect(url_for("personas.choose", persona=made.id), code=303)


@bp.get("/<persona>")
@citizen
def show(persona: str) -> ResponseReturnValue:
    """Show what it has and who knows it."""
    one = found(persona)
    ready = services().vault.ready(signed_in().account_id)
    return render_template("citizen/personas/persona.html", persona=card(one), groups=detail_groups(one), ready=ready)


@bp.get("/<persona>/name")
@citizen
def name(persona: str) -> ResponseReturnValue:
    """Ask for another name or colour."""
    return _form("citizen/personas/name.html", persona=found(persona))


@bp.post("/<persona>/name")
@citizen
def rename(persona: str) -> ResponseReturnValue:
    """Rename it; services do not see names, so nothing changes for them."""
    one = found(persona)
    try:
        services().personas.rename(
            signed_in().account_id, key(), one.id, name=request.form.get("name", ""), colour=text("colour")
        )
    except PersonaNameError as error:
        return _form("citizen/personas/name.html", persona=one, fault=name_fault(error))
    except VaultChangedError:
        return redirect(url_for("personas.name", persona=one.id), code=303)
    flash(_("Your change is saved."), "success")
    return redirect(url_for("personas.show", persona=one.id), code=303)


@bp.get("/<persona>/remove")
@citizen
def ask_remove(persona: str) -> ResponseReturnValue:
    """Ask again: identifiers cannot be brought back."""
    return render_template("citizen/personas/remove.html", persona=card(found(persona)), changed=False)


@bp.post("/<persona>/remove")
@citizen
def remove(persona: str) -> ResponseReturnValue:
    """Stop what it shares, and remove it; not when a service came to know it after the page was written."""
    shown = card(found(persona))
    if request.form.get("services") != str(len(shown.services)):
        return render_template("citizen/personas/remove.html", persona=shown, changed=True), CONFLICT
    services().logout.remove_persona(signed_in().account_id, shown.id)
    flash(_("The persona is removed."), "success")
    return redirect(url_for("personas.index"), code=303)


def _form(template: str, *, persona: Persona | None = None, fault: str | None = None) -> Response:
    body = render_template(
        template,
        persona=persona,
        typed=request.form.get("name", persona.name if persona else ""),
        colour=request.form.get("colour", persona.colour if persona else ""),
        colours=colours(),
        longest=MAX_NAME,
        fault=fault,
        problems=[] if fault is None else [Problem("name", fault)],
    )
    return make_response(body, 200 if fault is None else UNPROCESSABLE)


bp.add_url_rule("/<persona>/details", "choose", choosing.form)
bp.add_url_rule("/<persona>/details", "save_choice", choosing.save, methods=["POST"])
bp.add_url_rule("/<persona>/own/<claim>", "own", own.form)
bp.add_url_rule("/<persona>/own/<claim>", "save_own", own.save, methods=["POST"])
bp.add_url_rule("/<persona>/change/<detail>", "change", own.change_form)
bp.add_url_rule("/<persona>/change/<detail>", "save_change", own.change, methods=["POST"])
bp.add_url_rule("/<persona>/without/<detail>", "ask_without", own.ask)
bp.add_url_rule("/<persona>/without/<detail>", "without", own.remove, methods=["POST"])
bp.add_url_rule("/known-as/<grant>", "known_as", identity.form)
bp.add_url_rule("/known-as/<grant>", "save_known_as", identity.save, methods=["POST"])
