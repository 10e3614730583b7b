"""What a persona takes over from the main details."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.vault.errors import TooManyDetailsError, VaultChangedError
from idp.web.access import citizen
from idp.web.citizen.personas.shown import card, choosable_groups, found, key
from idp.web.context import services, signed_in
from idp.web.forms import Problem

UNPROCESSABLE, CONFLICT = 422, 409


@citizen
def form(persona: str) -> ResponseReturnValue:
    """Tick what it has already."""
    return _page(persona)


@citizen
def save(persona: str) -> ResponseReturnValue:
    """Let it follow what is ticked, unless it changed under the form."""
    one, version = found(persona), request.form.get("version", "")
    try:
        services().personas.choose(
            signed_in().account_id,
            key(),
            one.id,
            request.form.getlist("detail"),
            expected_version=int(version) if version.isdecimal() and len(version) < 10 else -1,  # noqa: PLR2004 - a count
        )
    except VaultChangedError:
        return _page(persona, changed=True), CONFLICT
    except TooManyDetailsError:
        message = _("That is more than one persona can have. Take some ticks away, or remove some of its own details.")
        return _page(persona, problems=[Problem("", message)]), UNPROCESSABLE
    flash(_("Your change is saved."), "success")
    return redirect(url_for("personas.show", persona=one.id), code=303)


def _page(persona: str, *, changed: bool = False, problems: list[Problem] | None = None) -> str:
    one = found(persona)
    main = services().vault.read(signed_in().account_id, key())
    return render_template(
        "citizen/personas/details.html",
        persona=card(one),
        version=one.document.version,
        groups=choosable_groups(main, one.document),
        changed=changed,
        problems=problems or [],
    )
