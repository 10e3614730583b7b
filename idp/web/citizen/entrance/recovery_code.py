"""The recovery code: shown once, then typed to prove that it was kept.

Only a confirmed code counts as a second way to open the vault, and the vault takes details only
when it has two (see VAULT in docs/security).
"""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.errors import RecoveryCodeMismatchError
from idp.web.access import citizen, while_locked
from idp.web.citizen.arriving import arrival, go_on
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint

bp = page_blueprint("recovery_code", __name__, url_prefix="/recovery-code")

_FIELD = "recovery_code"


@bp.get("")
@citizen
@while_locked
def form() -> ResponseReturnValue:
    """Ask for the code that was shown, or offer a new one."""
    came = arrival()
    return _confirm_page(came.query)


@bp.post("")
@citizen
@while_locked
@limited("sign_in")
def confirm() -> ResponseReturnValue:
    """Take the typed code as proof that it was kept."""
    came = arrival()
    typed = text(_FIELD)
    if not typed.strip():
        return _confirm_page(came.query, _("Type the recovery code that you saved."))
    try:
        services().authentication.confirm_recovery_code(signed_in().account_id, typed)
    except RecoveryCodeMismatchError:
        return _confirm_page(came.query, _("This is not the code that we showed. Check every letter and digit."))
    flash(_("Your recovery code is confirmed. Keep it where you will find it again."), "success")
    if not came.query and services().letters.contacts.is_missing(signed_in().account_id):
        # Nobody waits, so there is time for it now; a service's citizen finds it on their front page later.
        return redirect(url_for("contact.index", first="yes"), code=303)
    return go_on(came)


def shown_once(code: str, *, query: dict[str, str], new_account: bool, has_app: bool = False) -> str:
    """Write the page that shows a code; the caller must not redirect, or the code is lost.

    :param has_app: a code application is set up, which a citizen who got in without it may have lost.
    """
    return render_template(
        "citizen/entrance/recovery_code.html",
        code=code,
        query=query,
        new_account=new_account,
        has_app=has_app,
        problems=(),
    )


def _confirm_page(query: dict[str, str], problem: str | None = None) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_FIELD, problem),)
    page = render_template("citizen/entrance/confirm_recovery_code.html", problems=found, query=query)
    return page, 422 if found else 200
