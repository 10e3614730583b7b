"""Bringing a file in from another provider: sent, looked at, and then all that was picked, or nothing."""

from __future__ import annotations

from typing import Final

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from idp.authentication.errors import SlowDownError
from idp.consent.errors import GrantTakenError
from idp.portability.errors import (
    FileRefusedError,
    IdentifiersTakenError,
    NotEmptyError,
    NothingBroughtError,
    VaultLockedError,
)
from idp.portability.values import Part
from idp.vault.errors import VaultChangedError, VaultNotReadyError
from idp.web import errors, languages
from idp.web.access import citizen
from idp.web.citizen.activity.wording import detail_label
from idp.web.citizen.details.held import service_name
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import current_session, services, signed_in
from idp.web.forms import Problem, text
from idp.web.headers import secure
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

#: What the form sends beside the file.
_BESIDE: Final = 16_384
_FILE: Final = "file"
_PASSWORD: Final = "file_password"  # noqa: S105 - the name of a field

_FAULTS: Final = {
    "foreign": _l("This is no file that was downloaded from Proffer. Choose the file whose name ends in .jwe."),
    "cut_short": _l("The end of this file is missing. Download or copy it again."),
    "too_costly": _l("Opening this file takes more work than we do for one. It was not made by Proffer."),
    "wrong_password": _l("This is not the password of this file."),
    "changed": _l("This file was changed or damaged after it was made. Use another copy of it."),
    "newer": _l("This file was made by a newer Proffer than this one. Ask whoever runs this site to update it."),
    "unreadable": _l("The file opens, but what is inside cannot be read. Nothing was brought in."),
}


def _largest() -> int:
    # Only somebody who is signed in makes us read that much.
    settings = services().settings
    return settings.server.max_body_bytes if current_session() is None else settings.leaving.max_file_bytes + _BESIDE


#: What the look has to begin anew for.
_NOT_ANY_MORE: Final = (
    FileRefusedError,
    GrantTakenError,
    NothingBroughtError,
    NotEmptyError,
    VaultNotReadyError,
    VaultChangedError,
    VaultLockedError,
)

bp = page_blueprint("bringing", __name__, url_prefix="/leaving/bring", largest=_largest)


@bp.get("")
@citizen
def form() -> ResponseReturnValue:
    """Ask for the file and its password, or say why none can come in here."""
    return sign_in_again(url_for("bringing.form")) or _not_now() or _form_page()


@bp.post("")
@citizen
@limited("leaving")
@own_transactions
def send() -> ResponseReturnValue:
    """Open the file, and show what it brings."""
    if elsewhere := sign_in_again(url_for("bringing.form")) or _not_now():
        return elsewhere
    sent, password = request.files.get(_FILE), text(_PASSWORD)
    content = b"" if sent is None else sent.read()
    if not content:
        return _form_page(Problem(_FILE, _("Choose the file.")))
    if not password:
        return _form_page(Problem(_PASSWORD, _("Enter the password of the file.")))
    try:
        services().portability.moving.take(signed_in(), file=content, password=password)
    except FileRefusedError as refused:
        field = _PASSWORD if refused.reason == "wrong_password" else _FILE
        return _form_page(Problem(field, str(_FAULTS[refused.reason])))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return redirect(url_for("bringing.look"), code=303)


@bp.get("/look")
@citizen
def look() -> ResponseReturnValue:
    """Show what the file brings."""
    return _not_now() or _look_page()


@bp.post("/look")
@citizen
@own_transactions
def bring() -> ResponseReturnValue:
    """Bring in what is ticked, or forget the file. What fails halfway leaves nothing, and a page that says why."""
    if "discard" in request.form:
        services().portability.moving.discard(signed_in())
        flash(_("The file is forgotten. Nothing was brought in."))
        return redirect(url_for("leaving.index"), code=303)
    parts = [Part(name) for name in request.form.getlist("part") if name in set(Part)]
    if not parts:
        return _look_page(Problem("part", _("Tick what you want to bring in.")))
    try:
        services().portability.moving.bring_in(signed_in(), parts)
    except IdentifiersTakenError:
        taken = _("Another account here has the private IDs of this file. Close that account first, or leave them out.")
        return _look_page(Problem("part", taken))
    except _NOT_ANY_MORE:
        return redirect(url_for("bringing.form"), code=303)
    flash(_("What you picked is here now. You can throw the file away, or keep it safe."), "success")
    return redirect(url_for("details.index"), code=303)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """Say how large a file may be."""
    most = services().settings.leaving.max_file_bytes // 1_048_576
    return secure(make_response(render_template("citizen/leaving/too_large.html", most=most), 413))


def _not_now() -> ResponseReturnValue | None:
    """Show why nothing can come in here, or None when it can."""
    try:
        services().portability.moving.check_empty(signed_in())
    except (NotEmptyError, VaultNotReadyError, VaultLockedError) as error:
        reason = {NotEmptyError: "not_empty", VaultNotReadyError: "not_ready"}.get(type(error), "locked")
        return render_template("citizen/leaving/not_here.html", reason=reason)
    return None


def _form_page(*found: Problem) -> ResponseReturnValue:
    most = services().settings.leaving.max_file_bytes // 1_048_576
    page = render_template("citizen/leaving/bring.html", problems=found, most=most)
    return page, 422 if found else 200


def _look_page(*found: Problem) -> ResponseReturnValue:
    try:
        arrival = services().portability.moving.waiting(signed_in())
    except (NothingBroughtError, FileRefusedError):
        return redirect(url_for("bringing.form"), code=303)
    page = render_template(
        "citizen/leaving/look.html",
        arrival=arrival,
        details=[detail_label(each.claim) for each in arrival.attributes],
        refused=[detail_label(claim) for claim in arrival.refused],
        services=[service_name(choice.client_id) for choice in arrival.choices],
        language_name=next((each.name for each in languages.choices() if each.code == arrival.language), ""),
        problems=found,
    )
    return page, 422 if found else 200
