"""Removing a detail, after saying what that means."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.claims import languages
from idp.vault.errors import UnknownDetailError, VaultChangedError
from idp.web.access import citizen
from idp.web.citizen.details.change import find, seen
from idp.web.citizen.details.form import CONFLICT
from idp.web.citizen.details.held import held, live_grants
from idp.web.context import services, signed_in
from idp.web.languages import current


@citizen
def ask(detail: str) -> ResponseReturnValue:
    """Ask again: what is removed cannot be brought back."""
    return _page(detail, changed=False)


@citizen
def remove(detail: str) -> ResponseReturnValue:
    """Remove the detail that was on the page, or show it again when it changed meanwhile."""
    document, attribute = find(detail)
    session = signed_in()
    if session.vault_key is None or request.form.get("seen") != seen(attribute):
        return _page(detail, changed=True), CONFLICT
    try:
        services().vault.remove(session.account_id, session.vault_key, attribute.id, expected_version=document.version)
    except (VaultChangedError, UnknownDetailError):
        return _page(detail, changed=True), CONFLICT
    flash(_("Removed from your details."), "success")
    return redirect(url_for("details.index"), code=303)


def _page(detail: str, *, changed: bool) -> str:
    document, attribute = find(detail)
    shown = held(attribute, document=document, grants=live_grants())
    others = {} if attribute.language else document.in_languages(attribute.claim)
    return render_template(
        "citizen/details/remove.html",
        held=shown,
        seen=seen(attribute),
        changed=changed,
        others=[languages.name(tag, current()) for tag in others],
    )
